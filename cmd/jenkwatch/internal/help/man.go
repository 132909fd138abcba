package help

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// ManPage returns the manual in the language of man(7): every command with its flags and examples on one page.
func ManPage(root *cobra.Command) string {
	var m manual
	m.line(".TH %s 1 \"\" \"%s %s\" \"User Commands\"", strings.ToUpper(root.Name()), root.Name(), roff(root.Version))
	m.section("Name")
	m.text(root.Name() + " - " + root.Short)
	m.section("Synopsis")
	m.line("\\fB%s\\fP [\\fIoptions\\fP] [\\fIBUILD\\fP|\\fIJOB\\fP|\\fIURL\\fP]\n.br", root.Name())
	m.line("\\fB%s\\fP \\fIcommand\\fP [\\fIoptions\\fP]", root.Name())
	m.section("Description")
	m.text(root.Long)
	m.section("Options")
	m.flags(root.PersistentFlags())
	m.flags(root.LocalNonPersistentFlags())
	m.section("Commands")
	m.commands(root)
	m.section("Exit status")
	for _, row := range ExitCodes {
		m.term(row[0], row[1])
	}
	m.section("Environment")
	for _, row := range environment {
		m.term(row[0], row[1])
	}
	m.section("Files")
	m.term("$XDG_CONFIG_HOME/jenkwatch/config.toml", "controllers, endpoints and what the screen looks like")
	m.term("$XDG_STATE_HOME/jenkwatch/", "the database: outbox, ledger, received pushes, copies of environments")
	m.section("Examples")
	m.examples(root.Example)
	return m.String()
}

// ExitCodes and environment are an interface of the program as a whole, which no command's help names.
var ExitCodes = [][2]string{
	{"0", "done; watch and --wait: SUCCESS; env --diff: the same"},
	{"1", "it failed, or a notification is dead; env --diff: different"},
	{"2", "usage or config error"},
	{"3", "a controller or endpoint could not be reached, or the notification is still queued"},
	{"4", "not allowed: 401, 403"},
	{"5", "no such job, build or delivery"},
	{"10 to 13", "watch and --wait: UNSTABLE, FAILURE, NOT_BUILT, ABORTED"},
	{"128 + N", "ended by signal N"},
}

var environment = [][2]string{
	{"JENKINS_URL, JENKINS_USER_ID, JENKINS_API_TOKEN", "the controller, the user and the token; flags go before them, the config after"},
	{"JENKWATCH_STATE", "the folder of the database"},
	{"NO_COLOR", "no colors"},
}

type manual struct{ strings.Builder }

func (m *manual) line(format string, args ...any) { fmt.Fprintf(m, format+"\n", args...) }

func (m *manual) section(name string) { m.line(".SH %s", strings.ToUpper(name)) }

// text writes paragraphs; the lines of one are filled.
func (m *manual) text(text string) {
	for i, p := range strings.Split(text, "\n\n") {
		if i > 0 {
			m.line(".PP")
		}
		m.line("%s", roff(strings.Join(strings.Fields(p), " ")))
	}
}

func (m *manual) term(name, text string) {
	m.line(".TP\n\\fB%s\\fP", roff(name))
	m.text(text)
}

func (m *manual) flags(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Hidden || f.Name == "help" {
			return
		}
		name := "--" + f.Name
		if f.Shorthand != "" {
			name = "-" + f.Shorthand + ", " + name
		}
		m.term(name, f.Usage)
	})
}

// commands writes the commands below a command.
func (m *manual) commands(parent *cobra.Command) {
	for _, c := range parent.Commands() {
		if !c.IsAvailableCommand() {
			continue
		}
		m.line(".SS %s", roff(strings.TrimPrefix(c.CommandPath()+strings.TrimPrefix(c.Use, c.Name()), c.Root().Name()+" ")))
		if c.Long != "" {
			m.text(c.Long)
		} else {
			m.text(c.Short + ".")
		}
		m.flags(c.LocalFlags())
		m.examples(c.Example)
		if c.Name() != "completion" { // its commands are the shells, and say the same of each
			m.commands(c)
		}
	}
}

func (m *manual) examples(text string) {
	if text == "" {
		return
	}
	m.line(".PP\n.RS 4\n.nf")
	for line := range strings.SplitSeq(text, "\n") {
		m.line("%s", roff(strings.TrimSpace(line)))
	}
	m.line(".fi\n.RE")
}

// roff keeps a text from being read as roff's own language.
func roff(s string) string {
	s = strings.NewReplacer(`\`, `\e`, "-", `\-`, "'", `\(aq`, "`", "\\(ga").Replace(s)
	if strings.HasPrefix(s, ".") {
		s = `\&` + s
	}
	return s
}
