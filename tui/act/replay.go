package act

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"
	"github.com/aymanbagabas/go-udiff"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// replays runs builds again with their scripts edited.
type replays struct {
	*asker
	edits map[kit.BuildKey]*edit // what was edited and not replayed, for as long as the program runs
}

// edit is a script that is being edited.
type edit struct {
	run    jenkins.Run
	was    action.Script
	script action.Script
}

// replay hands the script of a build to the user's editor, or what was edited of it before in this session.
func (a *replays) replay(r jenkins.Run) (popup.Popup, tea.Cmd) {
	if cmd := unended(&r); cmd != nil {
		return nil, cmd
	}
	if _, err := action.ReplayBuild(r, action.Script{}); err != nil {
		return a.instead("Replay", err), nil
	}
	e := a.edits[kit.KeyOf(&r)]
	if e == nil {
		return a.readScript(r)
	}
	return a.options("Replay "+kit.RunTitle(r), []popup.Item{
		{Label: "Go on with the edited script", Note: "as you left it in this session", Msg: step(func() (popup.Popup, tea.Cmd) { return a.check(e, 0) })},
		{Label: "Begin with the script of the build", Note: "drops what you edited",
			Msg: step(func() (popup.Popup, tea.Cmd) { return a.readScript(r) })},
	}), nil
}

// readScript reads the script of a build to have it edited.
func (a *replays) readScript(r jenkins.Run) (popup.Popup, tea.Cmd) {
	actor := a.sh.ActorOf(r.Controller)
	return ask(a.asker, "Replay", "Reading the script of "+kit.RunTitle(r)+a.sh.Glyphs.More,
		func(ctx context.Context) (action.Script, error) { return actor.Script(ctx, r) },
		func(s action.Script) (popup.Popup, tea.Cmd) {
			e := &edit{run: r, was: s, script: action.Script{Main: s.Main, Loaded: slices.Clone(s.Loaded)}}
			if len(s.Loaded) == 0 {
				return nil, a.edit(e, 0)
			}
			return a.chooseScript(e), nil
		})
}

// chooseScript lets the user choose among the pipeline's script and those that it loaded.
func (a *replays) chooseScript(e *edit) popup.Popup {
	items := make([]popup.Item, 1+len(e.script.Loaded))
	for i := range items {
		note := ""
		if e.text(e.script, i) != e.text(e.was, i) {
			note = "edited"
		}
		items[i] = popup.Item{Label: e.name(i), Note: note, Msg: step(func() (popup.Popup, tea.Cmd) { return nil, a.edit(e, i) })}
	}
	return a.list("Edit a script of "+kit.RunTitle(e.run), "edit", items)
}

// name and text are those of the n-th script; 0 is the pipeline's own.
func (e *edit) name(n int) string {
	if n == 0 {
		return "Jenkinsfile"
	}
	return kit.Clean(e.was.Loaded[n-1].Name)
}

func (e *edit) text(s action.Script, n int) string {
	if n == 0 {
		return s.Main
	}
	return s.Loaded[n-1].Text
}

// edit hands the n-th script to the user's editor, and what was written to Jenkins, which checks it.
func (a *replays) edit(e *edit, n int) tea.Cmd {
	before := e.text(e.script, n)
	return kit.EditFile("Jenkinsfile.groovy", before, func(text string, err error) tea.Msg {
		if err != nil {
			return kit.NoteMsg{Err: err}
		}
		return step(func() (popup.Popup, tea.Cmd) {
			return a.edited(e, n, action.Edited(before, text))
		})
	})
}

// edited takes what was written of the n-th script. It is kept until it was replayed, whatever dialog is left meanwhile.
func (a *replays) edited(e *edit, n int, text string) (popup.Popup, tea.Cmd) {
	if n == 0 {
		e.script.Main = text
	} else {
		e.script.Loaded[n-1].Text = text
	}
	if key := kit.KeyOf(&e.run); e.diff() != "" {
		a.edits[key] = e
	} else {
		delete(a.edits, key)
	}
	return a.check(e, n)
}

// check has Jenkins check what was written, and shows what changed before it asks.
func (a *replays) check(e *edit, n int) (popup.Popup, tea.Cmd) {
	diff := e.diff()
	if diff == "" {
		return nil, kit.Note("the script is as it was: nothing was replayed; rerun runs it again unchanged")
	}
	actor := a.sh.ActorOf(e.run.Controller)
	return ask(a.asker, "Replay", "Jenkins checks the script"+a.sh.Glyphs.More,
		func(ctx context.Context) ([]action.Problem, error) { return actor.CheckScript(ctx, e.run, e.script) },
		func(problems []action.Problem) (popup.Popup, tea.Cmd) {
			if len(problems) > 0 {
				return a.problems(e, n, problems), nil
			}
			return a.confirmReplay(e, n, diff, ""), nil
		})
}

// editAgain is the key of a dialog that leads back to the editor.
func (a *replays) editAgain(e *edit, n int) []dialog.Key {
	return []dialog.Key{{KeyWord: kit.KeyWord{Key: "ctrl+e", Word: "edit"}, Do: func() (popup.Popup, tea.Cmd) {
		if len(e.was.Loaded) > 0 {
			return a.chooseScript(e), nil
		}
		return nil, a.edit(e, n)
	}}}
}

// problems shows what Jenkins says against the script. What was written is not lost: the editor opens with it again.
func (a *replays) problems(e *edit, n int, list []action.Problem) popup.Popup {
	q := dialog.Question{Title: "Replay", Asks: "Edit the script again?", Effect: "Jenkins would not run it:", Yes: "edit", No: "give it up",
		Msg: step(func() (popup.Popup, tea.Cmd) { return nil, a.edit(e, n) })}
	for _, p := range list {
		q.Lines = append(q.Lines, p.String())
	}
	return dialog.NewConfirm(a.sh, q)
}

// confirmReplay shows what was edited and asks. said is what became of a patch that was to be saved; empty: none was.
func (a *replays) confirmReplay(e *edit, n int, diff, said string) popup.Popup {
	changed := action.Script{Main: e.script.Main}
	for i, l := range e.script.Loaded {
		if l.Text != e.was.Loaded[i].Text {
			changed.Loaded = append(changed.Loaded, l)
		}
	}
	what, err := action.ReplayBuild(e.run, changed)
	if err != nil {
		return failed("Replay", a.local(err))
	}
	return a.confirm(what, "replay", func(q *dialog.Question) {
		q.Lines, q.Diff, q.Keys = strings.Split(strings.TrimRight(diff, "\n"), "\n"), true, append(a.editAgain(e, n), a.savePatch(e, n, diff))
		if said != "" {
			q.Warn = append(q.Warn, said)
		}
	})
}

// savePatch is the key that writes what was edited to a file, and comes back.
func (a *replays) savePatch(e *edit, n int, diff string) dialog.Key {
	return dialog.Key{KeyWord: kit.KeyWord{Key: "ctrl+p", Word: "save patch"}, Do: func() (popup.Popup, tea.Cmd) {
		name := kit.FileWords(fmt.Sprintf("%s %d", jenkins.DisplayName(e.run.Job), e.run.Number)) + ".patch"
		f := dialog.NewForm(a.sh, dialog.Spec{Title: "Patch", Local: true, Asks: "Save what was edited?", Yes: "save",
			Fields: []dialog.Field{{Name: "File", Value: name, Note: "a new file; only you can read it"}},
			Done: func(v []dialog.Value) tea.Msg {
				return step(func() (popup.Popup, tea.Cmd) {
					return ask(a.asker, "Patch", "Saving"+a.sh.Glyphs.More, func(context.Context) (string, error) { return writePatch(v[0].Text, diff), nil },
						func(said string) (popup.Popup, tea.Cmd) { return a.confirmReplay(e, n, diff, said), nil })
				})
			}})
		f.Back(a.confirmReplay(e, n, diff, ""))
		return f, nil
	}}
}

// writePatch writes a new file and says what came of it.
func writePatch(name, diff string) string {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "The patch was not saved: " + err.Error() + "."
	}
	_, err = f.WriteString(diff)
	if err = cmp.Or(err, f.Close()); err != nil {
		os.Remove(name)
		return "The patch was not saved: " + err.Error() + "."
	}
	return "The patch is saved as " + name + "."
}

// diff is what was edited, as a unified diff of all scripts; empty if nothing was.
func (e *edit) diff() string {
	var b strings.Builder
	for n := range 1 + len(e.was.Loaded) {
		name := e.name(n)
		b.WriteString(udiff.Unified("a/"+name, "b/"+name, e.text(e.was, n), e.text(e.script, n)))
	}
	return b.String()
}
