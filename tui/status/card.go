package status

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// card says what broke: the stage and the step that failed, and the error as far as it is known.
func (p *Pane) card(w, most int, st *kit.Styles) []string {
	if !p.known || !failing(p.run.Status) {
		return nil
	}
	f, ok := p.stages.Failed(p.run.Status)
	if !ok {
		return nil
	}
	var path []string
	for _, s := range f.Path {
		path = append(path, kit.Clean(s.Name))
	}
	head := strings.Join(path, " > ")
	var out []string
	line := " " + st.Failed.Render(kit.FitMiddle(head, min(kit.Width(head), w-2)))
	message := ""
	if s := f.Stage(); s != nil {
		message = s.Error
	}
	switch {
	case f.Step != nil:
		if message == "" {
			message = f.Step.Error
		}
		what, given := f.Step.Label()
		if given != "" {
			what = given
		}
		what = kit.Clean(what)
		room := w - kit.Width(line) - 4
		if head == "" {
			line, room = "", w-2
		} else if room >= 16 {
			line += st.Dim.Render(" " + st.Glyphs.Right + " ")
		} else {
			out, line, room = append(out, line), st.Dim.Render("   "+st.Glyphs.Right+" "), w-6
		}
		line += kit.Fit(what, min(kit.Width(what), room))
	case f.Cut:
		out = append(out, line)
		line = st.Dim.Render("   " + cutNote(f.Stage(), true))
	}
	out = append(out, line)
	for _, l := range kit.WrapWords(kit.Clean(message), w-4) {
		out = append(out, "   "+l)
	}
	return out[:min(len(out), most)]
}
