package tui

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// PushReceived is a push that was received, checked and kept; the program sends one for each.
type PushReceived struct {
	Ref         jenkins.Ref // the build that it is about; zero if unknown
	Status      string
	Job         string // as it claims
	Number      int
	Body        *string  // a step's message
	Contradicts []string // what in it is not true, or not what it seems
}

// text returns what the footer says of a push that no row shows completely; empty for others.
func (p *PushReceived) text() string {
	says := p.Contradicts
	if p.Ref.Number == 0 && len(says) == 0 {
		says = []string{"no controller here confirms it"}
	}
	if p.Body != nil {
		says = append([]string{*p.Body}, says...)
	}
	if len(says) == 0 {
		return ""
	}
	of := cmp.Or(p.Job, "no job")
	if p.Number > 0 {
		of = fmt.Sprintf("%s#%d", of, p.Number)
	}
	return kit.Clean(fmt.Sprintf("pushed: %s of %s: %s", cmp.Or(p.Status, "a message"), of, strings.Join(says, "; ")))
}
