package sender

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"time"

	"github.com/zalando/go-keyring"
)

// Masked stands for every secret that is not shown.
const Masked = "••••••"

const (
	resolveTimeout = 10 * time.Second // for a command or a keyring that asks a person
	maxSecret      = 64 << 10         // bytes read from a file or a command
)

// Reference is a value of the configuration that is either given literally or found elsewhere when it is needed:
//
//	keyring:SERVICE/USER  the operating system's keyring
//	env:NAME              an environment variable
//	file:PATH             the content of a file; ~/ is the home folder
//	command:LINE          what a shell command prints
//	literal:TEXT          TEXT itself, whatever it begins with
//
// White space around what is found is dropped, and what is empty then is refused: neither is ever meant.
//
// Anything else is a literal, in which ${env:NAME} and the like are replaced: "Bearer ${keyring:jenkwatch/hook}". Its
// value is never printed: String masks it, and it encodes to JSON as an empty object.
type Reference struct{ text string }

// Literal makes a reference to the text itself, whatever it looks like.
func Literal(text string) Reference {
	if text == "" {
		return Reference{}
	}
	if kind, _ := split(text); kind == "" && !embedded.MatchString(text) {
		return Reference{text}
	}
	return Reference{"literal:" + text}
}

// ParseReference reads a reference as it is written in the configuration.
func ParseReference(text string) (Reference, error) {
	r := Reference{text}
	for _, p := range r.parts() {
		if p.kind != "" && strings.TrimSpace(p.arg) == "" {
			return Reference{}, &Error{Kind: BadEndpoint, What: fmt.Sprintf("%q names nothing", p.kind+":"),
				Fix: "write what it refers to behind the colon, for example env:HOOK_TOKEN"}
		}
		if p.kind == "keyring" && !strings.Contains(p.arg, "/") {
			return Reference{}, &Error{Kind: BadEndpoint, What: "a keyring reference needs a service and a user",
				Fix: "write keyring:SERVICE/USER"}
		}
	}
	return r, nil
}

// UnmarshalText reads the reference from a configuration file.
func (r *Reference) UnmarshalText(text []byte) error {
	parsed, err := ParseReference(string(text))
	if err == nil {
		*r = parsed
	}
	return err
}

// IsZero reports whether nothing is given.
func (r Reference) IsZero() bool { return r.text == "" }

// IsLiteral reports whether the value stands in the configuration itself.
func (r Reference) IsLiteral() bool {
	for _, p := range r.parts() {
		if p.kind != "" {
			return false
		}
	}
	return true
}

// Config returns the reference as the configuration has it. For a literal this is the value itself: write it to a
// configuration file, never to a screen or a log.
func (r Reference) Config() string { return r.text }

// String returns where the value is found; a literal and a command are masked.
func (r Reference) String() string {
	var b strings.Builder
	for _, p := range r.parts() {
		switch p.kind {
		case "":
			b.WriteString(Masked)
		case "command":
			b.WriteString("command:" + Masked)
		default:
			b.WriteString(p.kind + ":" + p.arg)
		}
	}
	return b.String()
}

// where names only the places at which the parts of the value are found.
func (r Reference) where() string {
	var places []string
	for _, p := range r.parts() {
		if p.kind != "" {
			places = append(places, Reference{p.kind + ":" + p.arg}.String())
		}
	}
	return strings.Join(places, ", ")
}

// GoString masks as String does.
func (r Reference) GoString() string { return "sender.Reference(" + r.String() + ")" }

// LogValue masks as String does.
func (r Reference) LogValue() slog.Value { return slog.StringValue(r.String()) }

// Resolve finds the value. It takes no longer than ten seconds, or as ctx allows. The error names the reference, never
// anything that was read.
func (r Reference) Resolve(ctx context.Context) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, resolveTimeout)
	defer cancel()
	var b strings.Builder
	for _, p := range r.parts() {
		v, err := p.resolve(ctx)
		if err != nil {
			return "", err
		}
		b.WriteString(v)
	}
	return b.String(), nil
}

type part struct{ kind, arg string } // kind "" is literal text

var embedded = regexp.MustCompile(`\$\{(keyring|env|file|command):([^{}]*)\}`)

// split takes a text that is a reference as a whole apart.
func split(text string) (kind, arg string) {
	kind, arg, ok := strings.Cut(text, ":")
	switch kind {
	case "keyring", "env", "file", "command", "literal":
		if ok {
			return kind, arg
		}
	}
	return "", text
}

func (r Reference) parts() []part {
	switch kind, arg := split(r.text); kind {
	case "literal":
		return []part{{"", arg}}
	case "":
	default:
		return []part{{kind, arg}}
	}
	var parts []part
	at := 0
	for _, m := range embedded.FindAllStringSubmatchIndex(r.text, -1) {
		if m[0] > at {
			parts = append(parts, part{"", r.text[at:m[0]]})
		}
		parts = append(parts, part{r.text[m[2]:m[3]], r.text[m[4]:m[5]]})
		at = m[1]
	}
	if at < len(r.text) {
		parts = append(parts, part{"", r.text[at:]})
	}
	return parts
}

func (p part) resolve(ctx context.Context) (string, error) {
	var v string
	var err error
	ref := p.kind + ":" + p.arg
	switch p.kind {
	case "":
		return p.arg, nil
	case "env":
		var ok bool
		if v, ok = os.LookupEnv(p.arg); !ok {
			return "", unresolved(ref, "the environment variable is not set", nil, "set "+p.arg+" in the environment of this process")
		}
	case "file":
		v, err = readSecret(ctx, p.arg)
	case "command":
		ref = "command:" + Masked
		v, err = runSecret(ctx, p.arg)
	case "keyring":
		v, err = askKeyring(ctx, p.arg)
	}
	if v = strings.TrimSpace(v); v == "" && err == nil {
		err = unresolved(ref, "it is empty", nil, "store the value there, or refer to where it is")
	}
	return v, err
}

func unresolved(ref, what string, err error, fix string) error {
	return &Error{Kind: Unresolved, What: ref + ": " + what, Err: err, Fix: fix}
}

// givenUp returns [context.Canceled] where the caller did not wait any longer, as when a signal ends the program; nil where
// the time was over.
func givenUp(ctx context.Context) error {
	if err := context.Cause(ctx); errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

func readSecret(ctx context.Context, path string) (string, error) {
	name := path
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", unresolved("file:"+path, "no home folder", err, "write the whole path")
		}
		name = filepath.Join(home, rest)
	}
	b, err := await(ctx, func() ([]byte, error) {
		f, err := os.Open(name)
		if err != nil {
			return nil, unresolved("file:"+path, "cannot be read", errors.Unwrap(err), "check the path and its rights")
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
		if err != nil || len(b) > maxSecret {
			return nil, unresolved("file:"+path, "cannot be read, or holds more than 64 KB", err, "check the path")
		}
		return b, nil
	})
	if err != nil && ctx.Err() != nil {
		err = unresolved("file:"+path, "gave no content in time", givenUp(ctx), "check what it is: a FIFO without a writer, or a dead mount")
	}
	return string(b), err
}

// runSecret runs a shell command. What it writes to stderr is dropped: it may quote the secret.
func runSecret(ctx context.Context, line string) (string, error) {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	var out limited
	cmd := exec.CommandContext(ctx, shell, flag, line)
	cmd.Stdout, cmd.WaitDelay = &out, time.Second
	const ref = "command:" + Masked
	if err := cmd.Run(); err != nil {
		if ctx.Err() != nil {
			return "", unresolved(ref, "gave no answer in time", givenUp(ctx), "run it by hand: it may wait for a person")
		}
		return "", unresolved(ref, "did not succeed", err, "run it by hand and see what it says")
	}
	return string(out.b), nil
}

func askKeyring(ctx context.Context, arg string) (string, error) {
	service, user, _ := strings.Cut(arg, "/")
	const fix = "store it there, or use an env:, file: or command: reference (machines without a desktop have no keyring)"
	v, err := await(ctx, func() (string, error) { return keyring.Get(service, user) })
	switch {
	case err == nil:
		return v, nil
	case ctx.Err() != nil:
		return "", unresolved("keyring:"+arg, "the keyring did not answer in time", givenUp(ctx), "unlock it, or: "+fix)
	case errors.Is(err, keyring.ErrNotFound):
		return "", unresolved("keyring:"+arg, "the keyring has no such entry", nil, fix)
	}
	return "", unresolved("keyring:"+arg, "the keyring cannot be asked", err, fix)
}

// limited keeps no more than maxSecret bytes and fails beyond.
type limited struct{ b []byte }

func (l *limited) Write(p []byte) (int, error) {
	if len(l.b)+len(p) > maxSecret {
		return 0, errors.New("more than 64 KB")
	}
	l.b = append(l.b, p...)
	return len(p), nil
}
