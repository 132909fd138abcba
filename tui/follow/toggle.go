package follow

import (
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// SwitchRun follows a run that has not ended, or no longer, and says which. run is nil where none is selected; palette is its key.
func (s *Set) SwitchRun(run *jenkins.Run, palette string) string {
	switch {
	case run == nil:
		return "no run is selected"
	case run.Status.Ended():
		return kit.RunTitle(*run) + " has ended; the palette (" + palette + ") follows your next build of this job"
	case s.toggle(run):
		return "following " + kit.RunTitle(*run) + ": you are notified when something happens to it"
	}
	return "no longer following " + kit.RunTitle(*run)
}

// SwitchNext follows the next build of a run's job that one of these names starts, or no longer, and says which.
func (s *Set) SwitchNext(run *jenkins.Run, me []string, snap *watch.Snapshot) string {
	if len(me) == 0 {
		return "which builds are yours is not known: give the controller a user, or add names with me = [...]"
	}
	job := kit.Clean(jenkins.DisplayName(run.Job))
	if s.toggleNext(run, snap) {
		return "following your next build of " + job
	}
	return "no longer following your next build of " + job
}

// SwitchMine follows every run of mine, or no longer, and says which.
func (s *Set) SwitchMine() string {
	if s.Mine = !s.Mine; s.Mine {
		return "following all runs of yours"
	}
	return "no longer following all runs of yours"
}
