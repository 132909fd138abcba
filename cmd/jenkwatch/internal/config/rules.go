package config

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Rule says what is done when something happens to builds.
type Rule struct {
	Name     string   `toml:"name" doc:"name in error messages, and in the record of what was done already; by default its number"`
	Jobs     []string `toml:"jobs" doc:"patterns of jobs; by default all jobs"`
	Mine     bool     `toml:"mine" doc:"only builds that I started, directly or upstream" default:"false"`
	On       []string `toml:"on" doc:"transitions that the rule applies to" enum:"started,finished,broken,still_failing,fixed,input,slow"`
	Bell     bool     `toml:"bell" doc:"on the screen: ring the terminal's bell" default:"false"`
	Desktop  bool     `toml:"desktop" doc:"on the screen: send a desktop notification, as [notify] says" default:"false"`
	Endpoint string   `toml:"endpoint" doc:"send this endpoint a notification with the build's environment, and one line of text as its body"`
	Command  []string `toml:"command" doc:"run a program: its name and its arguments, which may contain placeholders"`
}

// Notify is how the screen says that something happened to a run that is followed.
type Notify struct {
	On       []string `toml:"on" doc:"transitions that are worth telling; by default all but started" enum:"started,finished,broken,still_failing,fixed,input,slow"`
	Mine     bool     `toml:"mine" doc:"follow all my runs" default:"false"`
	Bell     *bool    `toml:"bell" doc:"ring the terminal's bell" default:"true"`
	Desktop  string   `toml:"desktop" doc:"send a desktop notification while the terminal has no focus; auto picks the escape sequence that the terminal understands" enum:"auto,off,osc9,osc99,osc777" default:"auto"`
	Title    *bool    `toml:"title" doc:"show followed runs in the window title" default:"true"`
	Progress *bool    `toml:"progress" doc:"show progress in the taskbar, red after a failure and amber while a run waits for input; by default where the terminal is known to support it"`
}

// Desktops are the values of notify.desktop.
var Desktops = []string{"auto", "off", "osc9", "osc99", "osc777"}

// Placeholders are what a rule's command may name in braces; the same values are environment variables, JENKWATCH_JOB for job.
var Placeholders = []string{"controller", "job", "number", "status", "transition", "url", "text"}

// Kinds returns transitions by the names that the config has for them.
func Kinds(names []string) []transition.Kind {
	kinds := make([]transition.Kind, len(names))
	for i, n := range names {
		kinds[i] = transition.Kind(n)
	}
	return kinds
}

// checkOn refuses a name that is no transition.
func checkOn(key string, names []string) error {
	for _, n := range names {
		if !slices.Contains(transition.Kinds, transition.Kind(n)) {
			known := make([]string, len(transition.Kinds))
			for i, k := range transition.Kinds {
				known[i] = string(k)
			}
			return &exit.Error{Err: fmt.Errorf("%s: there is no transition %q", key, n), Fix: "one of " + strings.Join(known, ", ")}
		}
	}
	return nil
}

func (n *Notify) check() error {
	if n.Desktop != "" && !slices.Contains(Desktops, n.Desktop) {
		return &exit.Error{Err: fmt.Errorf("notify.desktop: there is no %q", n.Desktop), Fix: "one of " + strings.Join(Desktops, ", ")}
	}
	return checkOn("notify.on", n.On)
}

// checkRules finds what is wrong with the rules, and gives each a name.
func (c *Config) checkRules() (errs []error) {
	seen := map[string]bool{}
	for i := range c.Rules {
		r := &c.Rules[i]
		if r.Name == "" {
			r.Name = fmt.Sprintf("rule %d", i+1)
		}
		if seen[r.Name] {
			errs = append(errs, &exit.Error{Err: fmt.Errorf("two rules are called %q", r.Name), Fix: "give one of them another name"})
		}
		seen[r.Name] = true
		errs = append(errs, c.checkRule(r)...)
	}
	return errs
}

func (c *Config) checkRule(r *Rule) (errs []error) {
	wrong := func(fix, format string, args ...any) {
		errs = append(errs, &exit.Error{Err: fmt.Errorf("rules: %q: "+format, append([]any{r.Name}, args...)...), Fix: fix})
	}
	if len(r.On) == 0 {
		wrong(`say when, such as on = ["broken", "fixed"]`, "it has no transitions")
	} else if err := checkOn(fmt.Sprintf("rules: %q", r.Name), r.On); err != nil {
		errs = append(errs, err)
	}
	switch {
	case !r.Bell && !r.Desktop && r.Endpoint == "" && len(r.Command) == 0:
		wrong("say what, with bell, desktop, endpoint or command", "it does nothing")
	case len(r.Command) > 0 && strings.TrimSpace(r.Command[0]) == "":
		wrong(`write command = ["program", "argument"]`, "its command names no program")
	}
	if r.Endpoint != "" && !slices.ContainsFunc(c.Endpoints, func(e sender.Endpoint) bool { return e.Name == r.Endpoint }) {
		wrong(c.endpointHint(), "there is no endpoint %q", r.Endpoint)
	}
	for _, arg := range r.Command {
		for _, m := range placeholder.FindAllStringSubmatch(arg, -1) {
			if !slices.Contains(Placeholders, m[1]) {
				wrong("one of {"+strings.Join(Placeholders, "}, {")+"}", "its command has an unknown placeholder {%s}", m[1])
			}
		}
	}
	if m := placeholder.FindStringSubmatch(shellText(r.Command)); m != nil {
		wrong(fmt.Sprintf(`write "$JENKWATCH_%s", with the quotes, in its place`, strings.ToUpper(m[1])), "a shell would run what {%s} holds", m[1])
	}
	return errs
}

// endpointHint says which endpoints a rule can name.
func (c *Config) endpointHint() string {
	if len(c.Endpoints) == 0 {
		return "the config has no endpoint: `jenkwatch init` sets one up"
	}
	var names []string
	for i := range c.Endpoints {
		names = append(names, c.Endpoints[i].Name)
	}
	return "one of " + strings.Join(names, ", ")
}

var placeholder = regexp.MustCompile(`\{([a-z_]+)\}`)

// shells read program text from an argument.
var shells = []string{"sh", "bash", "dash", "zsh", "ksh", "fish", "ash", "cmd", "powershell", "pwsh", "python", "python3", "perl", "ruby", "node", "osascript"}

// shellText returns the argument of a command that a shell, or another interpreter, takes for program text; empty if there is
// none. It may stand behind a program that starts another, such as env or ssh.
func shellText(argv []string) string {
	for i, arg := range argv {
		name := strings.TrimSuffix(strings.ToLower(path.Base(strings.ReplaceAll(arg, `\`, "/"))), ".exe")
		rest := argv[i+1:]
		switch {
		case name == "ssh" || name == "eval":
			return strings.Join(rest, " ")
		case slices.Contains(shells, name) && len(rest) > 0 && (strings.HasPrefix(rest[0], "-") || strings.EqualFold(rest[0], "/c")):
			return strings.Join(rest, " ") // else it is a script, to which arguments are arguments
		}
	}
	return ""
}
