package act

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

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
	return ask(a.asker, "Build", "Asking for the parameters of "+kit.Clean(jenkins.DisplayName(r.Job))+a.sh.Glyphs.More,
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
		Warn: a.rights.warnings(plain), Yes: "build", Fields: a.fields(r.Controller, j.parameters)}
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
	return ask(a.asker, "Build", "Reading the files"+a.sh.Glyphs.More, func(context.Context) ([]action.Value, error) {
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
