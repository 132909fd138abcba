package runs

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// MarkFresh marks a build that has just failed.
func (p *Pane) MarkFresh(r *jenkins.Run) {
	if p.fresh == nil {
		p.fresh = map[kit.BuildKey]bool{}
	}
	p.fresh[kit.KeyOf(r)] = true
}

// ForgetFresh takes these marks away: the user is there.
func (p *Pane) ForgetFresh() { clear(p.fresh) }
