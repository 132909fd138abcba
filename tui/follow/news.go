package follow

import (
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// News is what happened to followed runs, and what else is to be read. It stays in sight until a key is pressed.
type News struct {
	All       []transition.Transition
	Rule      string    // what a rule says
	Restarted string    // which controller was restarted
	At        time.Time // when the last of it came into sight
}

// None reports whether there is nothing to say.
func (n *News) None() bool { return len(n.All) == 0 && n.Rule == "" && n.Restarted == "" }

// bad reports whether a run failed.
func (n *News) bad() bool {
	for i := range n.All {
		if n.All[i].Bad() {
			return true
		}
	}
	return false
}

// Subject is the run that enter opens: the first that failed, else the last; nil if there is none.
func (n *News) Subject() *transition.Transition {
	for i := range n.All {
		if n.All[i].Bad() {
			return &n.All[i]
		}
	}
	if len(n.All) == 0 {
		return nil
	}
	return &n.All[len(n.All)-1]
}

// plain is what happened to followed runs without its looks.
func (n *News) plain() string { return transition.Digest(n.All) }

// Line is the news in the footer.
func (n *News) Line(st *kit.Styles) string {
	var parts []string
	t, runs := n.Subject(), ""
	if t != nil {
		runs = n.plain()
		parts = append(parts, st.Status(t.Run.Status).Render(st.Glyphs.Status(t.Run.Status)+" "+kit.Clean(runs)))
	}
	for _, text := range []string{n.Rule, n.Restarted} {
		if text != "" && text != runs {
			parts = append(parts, kit.Clean(text))
		}
	}
	line := strings.Join(parts, "; ")
	if t != nil {
		line += st.Dim.Render(" - enter opens it")
	}
	return line
}
