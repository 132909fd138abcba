package act

import (
	"errors"
	"fmt"
	"os"
	"strings"

	tea "charm.land/bubbletea/v2"
	"golang.org/x/net/html"

	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/dialog"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

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
		return nil, &kit.SaidError{What: kit.Clean(path) + " is not a file", Fix: "Nothing was started. Give the path of a file on this machine."}
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
func (a *asker) fields(controller string, parameters []action.Parameter) []dialog.Field {
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
func (a *asker) pickBuild(controller, job string) func(popup.Popup) (popup.Popup, tea.Cmd) {
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
