// Package popup is what lies over the panes: lists to choose from, the keys, notices. A popup knows nothing of the screen
// below it; what was chosen comes back as a message.
package popup

import (
	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Popup has the keys while it is open.
type Popup interface {
	// Update handles key presses, pastes, a [kit.ClickMsg] (Y is the line of the content, -1 for outside), a
	// [kit.WheelMsg], and the answers to what the popup asked. It returns the popup that is open afterwards: itself,
	// another one, or nil when it closes.
	Update(msg tea.Msg) (Popup, tea.Cmd)
	// Resize says how large the content may be. It is called before each View.
	Resize(w, h int)
	// Size is how large the content is.
	Size() (w, h int)
	// View draws h lines of w cells.
	View(w, h int) string
	// Title and Hint are drawn into the upper border, left and right.
	Title() string
	Hint() string
	// Footer is the keys that work here.
	Footer() []kit.KeyWord
}
