package perform

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// maxValue bounds what is read as one value, a file among them.
const maxValue = 64 << 20

// Values reads what -p gave. Of a parameter that is no file the content of a file is the text, without one line end.
func Values(ctx context.Context, a *cli.App, given []string, parameters []action.Parameter) ([]action.Value, error) {
	var values []action.Value
	stdin := false
	for _, g := range given {
		name, text, ok := strings.Cut(g, "=")
		if !ok || name == "" {
			return nil, exit.Usage("write -p NAME=VALUE, -p NAME=@FILE or -p NAME=-", "-p %q has no value", clean.Line(name))
		}
		var known *action.Parameter
		if at := slices.IndexFunc(parameters, func(p action.Parameter) bool { return p.Name == name }); at >= 0 {
			known = &parameters[at]
		}
		v := action.Value{Name: name, Text: text}
		switch {
		case text == "-":
			if stdin {
				return nil, exit.Usage("take the others from files: -p NAME=@FILE", "only one value comes from standard input")
			}
			stdin = true
			b, err := config.Await(ctx, func() ([]byte, error) { return readAtMost(a.In, maxValue) })
			if err != nil {
				return nil, exit.Failure("send the value to standard input, or take it from a file", "-p %s: read standard input: %w", clean.Line(name), err)
			}
			v = content(name, "stdin", b, known)
		case strings.HasPrefix(text, "@@"):
			v.Text = text[1:]
		case strings.HasPrefix(text, "@"):
			b, err := config.ReadInput(ctx, config.ExpandHome(text[1:]))
			if err != nil {
				return nil, exit.Usage("name a file that can be read; a text that begins with @ is written with @@", "-p %s: %w", clean.Line(name), err)
			}
			v = content(name, filepath.Base(text[1:]), b, known)
		case known != nil && known.Secret:
			output.Note(a.ErrOut, "jenkwatch: the value of %s can be seen in the list of processes: use -p %s=@FILE", clean.Line(name), clean.Line(name))
		}
		if size := len(v.Text); size > maxValue || v.File != nil && len(v.File.Content) > maxValue {
			return nil, exit.Usage("give less than 64 MB", "-p %s: the value is too long", clean.Line(name))
		}
		values = append(values, v)
	}
	return values, nil
}

// content is a value that was read: a file, or a text without the line end of its last line.
func content(name, file string, b []byte, p *action.Parameter) action.Value {
	switch {
	case p != nil && p.Kind == action.FileContent:
		return action.Value{Name: name, File: &action.File{Name: file, Content: b}}
	case p == nil || p.Kind != action.Text:
		b = bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	}
	return action.Value{Name: name, Text: string(b)}
}

// Text reads a file, or standard input for -.
func Text(ctx context.Context, a *cli.App, file string) (string, error) {
	if file == "-" {
		b, err := config.Await(ctx, func() ([]byte, error) { return readAtMost(a.In, maxValue) })
		return string(b), err
	}
	b, err := config.ReadInput(ctx, config.ExpandHome(file))
	return string(b), err
}

// readAtMost reads all of what is at most max long.
func readAtMost(r io.Reader, max int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, max+1))
	if err == nil && int64(len(b)) > max {
		err = fmt.Errorf("it is longer than %d MB", max>>20)
	}
	return b, err
}
