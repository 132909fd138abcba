package act

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/net/html"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// CanBuild reports whether there is a job to build.
func CanBuild(s Selection) bool { return s.Run != nil && s.Run.Job != "" && !s.Run.NoBuild }

// broke reports whether a run ended in a way that one wants to try again.
func broke(r *jenkins.Run) bool {
	return r.Status == jenkins.Failure || r.Status == jenkins.Unstable || r.Status == jenkins.Aborted
}

// build starts a build of the selected run's job. Of a pipeline build that broke it first asks which of the ways.
func (a *Acts) build(r jenkins.Run) (popup.Popup, tea.Cmd) {
	again := r.Number > 0 && broke(&r)
	if again && r.Pipeline {
		return a.again(r)
	}
	return a.form(r, again)
}

// job is what is known before a build is started.
type job struct {
	parameters []action.Parameter
	untold     []string // parameters whose earlier value Jenkins does not tell
}

// form asks for the parameters of a build of r's job; from has it begin with the values that r had.
func (a *Acts) form(r jenkins.Run, from bool) (popup.Popup, tea.Cmd) {
	actor := a.sh.ActorOf(r.Controller)
	return ask(a, "Build", "Asking for the parameters of "+kit.Clean(jenkins.DisplayName(r.Job))+a.sh.Glyphs.More,
		func(ctx context.Context) (job, error) {
			list, err := actor.Parameters(ctx, r.Job)
			j := job{parameters: list}
			if err != nil || !from || len(list) == 0 {
				return j, err
			}
			run, err := actor.Build(ctx, spec(&r))
			if err == nil {
				j.parameters, j.untold = action.From(list, run)
			}
			return j, err
		},
		func(j job) (popup.Popup, tea.Cmd) { return a.askValues(r, from, j) })
}

// askValues shows the form, or asks at once where there are no parameters.
func (a *Acts) askValues(r jenkins.Run, from bool, j job) (popup.Popup, tea.Cmd) {
	plain, err := action.StartBuild(r.Controller, r.Job, j.parameters, nil)
	if err != nil {
		return failed("Build", a.local(err)), nil
	}
	if len(j.parameters) == 0 {
		return a.confirm(plain, "build"), nil
	}
	s := dialog.Spec{Title: "Build", Asks: plain.Question, Effect: sentence(plain.Effect), Needs: "Needs the right " + plain.Permission + ".",
		Warn: a.warnings(plain), Yes: "build", Fields: a.fields(r.Controller, j.parameters)}
	if from {
		s.Effect += fmt.Sprintf(" The values are those of #%d.", r.Number)
		if len(j.untold) > 0 {
			s.Warn = append(s.Warn, "Jenkins does not tell what it had for "+strings.Join(j.untold, ", ")+": type it again, or the default is used.")
		}
	}
	s.Check = checkOf(j.parameters)
	s.Done = func(values []dialog.Value) tea.Msg {
		return step(func() (popup.Popup, tea.Cmd) { return a.startWith(r, j.parameters, values) })
	}
	return dialog.NewForm(a.sh, s), nil
}

// startWith starts a build with the values of the form, once the files among them have been read.
func (a *Acts) startWith(r jenkins.Run, parameters []action.Parameter, values []dialog.Value) (popup.Popup, tea.Cmd) {
	start := func(list []action.Value) (popup.Popup, tea.Cmd) {
		what, err := action.StartBuild(r.Controller, r.Job, parameters, list)
		if err != nil {
			return failed("Build", a.local(err)), nil
		}
		return a.goOn(what, "build")
	}
	given, files := valuesOf(parameters, values)
	if len(files) == 0 {
		return start(given)
	}
	return ask(a, "Build", "Reading the files"+a.sh.Glyphs.More, func(context.Context) ([]action.Value, error) {
		for _, f := range files {
			b, err := readFile(f.path)
			if err != nil {
				return nil, err
			}
			given = append(given, action.Value{Name: f.name, File: &action.File{Name: filepath.Base(f.path), Content: b}})
		}
		return given, nil
	}, start)
}

// goOn does what a form has confirmed; a protected controller's name is asked for all the same.
func (a *Acts) goOn(what action.Action, yes string) (popup.Popup, tea.Cmd) {
	if a.protected(what.Target.Controller) {
		return a.confirm(what, yes), nil
	}
	return nil, a.run(what)
}

// fileMost bounds the file of a parameter, which is held in memory.
const fileMost = 64 << 20

func readFile(path string) ([]byte, error) {
	fail := func(err error) error {
		return &kit.SaidError{What: "read the file " + kit.Clean(path) + ": " + err.Error(), Fix: "Nothing was started. Give the path of a file on this machine."}
	}
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, fail(err)
	case !info.Mode().IsRegular():
		return nil, &kit.SaidError{What: kit.Clean(path) + " is no file", Fix: "Nothing was started. Give the path of a file on this machine."}
	case info.Size() > fileMost:
		return nil, &kit.SaidError{What: kit.Clean(path) + " has " + kit.ByteSize(info.Size()), Fix: "Nothing was started. At most " + kit.ByteSize(fileMost) + " can be sent from here."}
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fail(err)
	}
	return b, nil
}

type fileValue struct{ name, path string }

// valuesOf is what the form's values send: what was typed, and the defaults that Jenkins gave. The rest is left out, which
// is its default.
func valuesOf(parameters []action.Parameter, values []dialog.Value) (list []action.Value, files []fileValue) {
	for i := range parameters {
		p, v := &parameters[i], values[i]
		switch {
		case p.Kind == action.FileContent:
			if v.Text != "" {
				files = append(files, fileValue{p.Name, v.Text})
			}
		case !v.Changed && !p.HasDefault && p.Kind != action.Choice, v.Text == "" && leftOut(p.Kind):
		default:
			list = append(list, action.Value{Name: p.Name, Text: v.Text, Secret: p.Secret})
		}
	}
	return list, files
}

// leftOut reports parameters for which nothing typed means their default.
func leftOut(k action.ParameterKind) bool {
	return k == action.Password || k == action.RunOf || k == action.Credentials
}

// checkOf checks the values of a form against the definitions.
func checkOf(parameters []action.Parameter) func([]dialog.Value) (int, error) {
	return func(values []dialog.Value) (int, error) {
		list, _ := valuesOf(parameters, values)
		for i := range parameters {
			for _, v := range list {
				if v.Name != parameters[i].Name {
					continue
				}
				if _, err := parameters[i].Check(v); err != nil {
					if e, ok := errors.AsType[*action.Error](err); ok {
						err = &kit.SaidError{What: e.What, Fix: e.Fix}
					}
					return i, err
				}
			}
		}
		return -1, nil
	}
}

// fields are the fields of a form for these parameters.
func (a *Acts) fields(controller string, parameters []action.Parameter) []dialog.Field {
	fields := make([]dialog.Field, len(parameters))
	for i := range parameters {
		p := &parameters[i]
		f := dialog.Field{Name: p.Name, Description: plainText(p.Description), Value: p.Default, Note: p.Note}
		switch {
		case p.Secret:
			f.Kind, f.Empty = dialog.Secret, "its default"
		case p.Kind == action.Text:
			f.Kind = dialog.Text
		case p.Kind == action.Boolean:
			f.Kind = dialog.Bool
		case len(p.Choices) > 0:
			f.Kind, f.Choices = dialog.Choice, p.Choices
			if f.Value == "" && !p.HasDefault {
				f.Value = p.Choices[0]
			}
		case p.Kind == action.RunOf:
			f.Empty = "the newest build"
			if p.Job != "" {
				f.Pick = a.pickBuild(controller, p.Job)
			}
		case p.Kind == action.FileContent:
			f.Empty, f.Note = "no file", "the path of a file on this machine"
		case p.Kind == action.Credentials:
			f.Empty = "its default"
		}
		fields[i] = f
	}
	return fields
}

// pickBuild lets one of a job's builds be chosen.
func (a *Acts) pickBuild(controller, job string) func(popup.Popup) (popup.Popup, tea.Cmd) {
	return func(back popup.Popup) (popup.Popup, tea.Cmd) {
		list, cmd := popup.NewBuilds(a.sh, controller, job)
		return list.Into(back, func(msg tea.Msg) popup.Popup {
			if b, ok := msg.(popup.BuildMsg); ok {
				if f, ok := back.(*dialog.Form); ok {
					f.Set(fmt.Sprintf("%s#%d", b.Run.Job, b.Run.Number))
				}
			}
			return back
		}), cmd
	}
}

// plainText is the text of a description that may be HTML.
func plainText(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return strings.Join(strings.Fields(b.String()), " ")
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text()) // unescaped
			}
		case html.StartTagToken:
			if hidden(z) {
				skip++
			}
			b.WriteByte(' ')
		case html.EndTagToken:
			if hidden(z) {
				skip = max(0, skip-1)
			}
			b.WriteByte(' ')
		default:
			b.WriteByte(' ')
		}
	}
}

// hidden reports whether the tag holds text that is not for reading.
func hidden(z *html.Tokenizer) bool {
	name, _ := z.TagName()
	return string(name) == "script" || string(name) == "style"
}
