package follow

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// News is what happened to followed runs. It stays in sight until a key is pressed.
type News struct {
	All  []transition.Transition
	Text string    // of a rule, without a run to open
	At   time.Time // when the last of it came into sight
}

// None reports whether there is nothing to say.
func (n *News) None() bool { return len(n.All) == 0 && n.Text == "" }

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

// plain is the news without its looks.
func (n *News) plain() string {
	if len(n.All) == 0 {
		return n.Text
	}
	return transition.Digest(n.All)
}

// Line is the news in the footer.
func (n *News) Line(st *kit.Styles) string {
	t := n.Subject()
	if t == nil {
		return kit.Clean(n.Text)
	}
	status := t.Run.Status
	text := st.Status(status).Render(st.Glyphs.Status(status) + " " + kit.Clean(n.plain()))
	return text + st.Dim.Render(" - enter opens it")
}
