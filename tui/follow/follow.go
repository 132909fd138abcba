// Package follow keeps the runs that the user follows, and says what happens to them.
package follow

import (
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Set is what is followed. Its zero value follows nothing.
type Set struct {
	On   []transition.Kind // what is said; nil: all but that a run started
	Mine bool              // every run of mine is followed
	News News

	runs      []followed
	next      []upcoming
	observers map[string]*transition.Observer
}

// followed is a run that is followed, as it was last seen.
type followed struct {
	run  jenkins.Run
	lost time.Time // of a queue item: since when it is not in the queue, and has become no build that is known
	kept bool      // it was followed in an earlier session, and was not seen in this one yet
}

// upcoming is the next build of a job, of mine, that is to be followed.
type upcoming struct {
	controller, job string
	after           int // the highest number of a build that was known
}

// Said is what a snapshot brings.
type Said struct {
	All    []transition.Transition // of what is followed
	Failed []jenkins.Run           // builds that failed, followed or not
}

// toggle follows a run, or no longer, and reports which.
func (s *Set) toggle(run *jenkins.Run) (on bool) {
	n := len(s.runs)
	s.runs = slices.DeleteFunc(s.runs, func(f followed) bool { return jenkins.SameBuild(&f.run, run) })
	if len(s.runs) < n {
		return false
	}
	s.runs = append(s.runs, followed{run: *run})
	return true
}

// toggleNext follows the next build of a job that is mine, or no longer, and reports which.
func (s *Set) toggleNext(run *jenkins.Run, snap *watch.Snapshot) (on bool) {
	n := len(s.next)
	s.next = slices.DeleteFunc(s.next, func(u upcoming) bool { return u.controller == run.Controller && u.job == run.Job })
	if len(s.next) < n {
		return false
	}
	u := upcoming{controller: run.Controller, job: run.Job, after: run.Number}
	if snap != nil {
		for _, list := range [][]jenkins.Run{snap.Runs, snap.Recent} {
			for i := range list {
				if list[i].Job == run.Job {
					u.after = max(u.after, list[i].Number)
				}
			}
		}
	}
	s.next = append(s.next, u)
	return true
}

// Has reports whether a run is followed by itself.
func (s *Set) Has(run *jenkins.Run) bool {
	return slices.ContainsFunc(s.runs, func(f followed) bool { return jenkins.SameBuild(&f.run, run) })
}

// waitsFor reports whether the next build of a run's job is to be followed.
func (s *Set) waitsFor(run *jenkins.Run) bool {
	return slices.ContainsFunc(s.next, func(u upcoming) bool { return u.controller == run.Controller && u.job == run.Job })
}

// Follows reports whether a run is followed, by itself or as one of mine. me are the names of mine on its controller.
func (s *Set) Follows(run *jenkins.Run, me []string) bool {
	return s.Has(run) || s.Mine && !run.Status.Ended() && run.Mine(me)
}

// Active reports whether anything is followed.
func (s *Set) Active() bool { return s.Mine || len(s.runs)+len(s.next) > 0 }

// Runs returns the runs that are followed by themselves, as they were last seen.
func (s *Set) Runs() []jenkins.Run {
	runs := make([]jenkins.Run, len(s.runs))
	for i := range s.runs {
		runs[i] = s.runs[i].run
	}
	return runs
}

// Observe takes a snapshot in, and adds to the news. me are the names of mine on its controller.
func (s *Set) Observe(snap *watch.Snapshot, me []string) Said {
	if s.observers == nil {
		s.observers = map[string]*transition.Observer{}
	}
	o := s.observers[snap.Controller]
	if o == nil {
		o = &transition.Observer{}
		s.observers[snap.Controller] = o
	}
	all, _ := o.Observe(*snap)
	if o.Settling() {
		return Said{}
	}
	s.meet(snap, me)
	said := Said{All: s.missed(snap)}
	for i := range all {
		t := &all[i]
		if t.Bad() {
			said.Failed = append(said.Failed, t.Run)
		}
		if s.wants(t.Kind) && (s.Has(&t.Run) || s.Mine && t.Run.Mine(me)) {
			said.All = append(said.All, *t)
		}
	}
	s.update(snap)
	if len(said.All) > 0 {
		s.News.All, s.News.At = append(s.News.All, said.All...), time.Now()
	}
	return said
}

// missed says how those ended that an earlier session followed.
func (s *Set) missed(snap *watch.Snapshot) (all []transition.Transition) {
	for i := range s.runs {
		f := &s.runs[i]
		if !f.kept || f.run.Controller != snap.Controller {
			continue
		}
		if ended := find(snap.Recent, &f.run); ended != nil {
			if t := transition.Ended(ended, snap); s.wants(t.Kind) {
				all = append(all, t)
			}
		}
		f.kept = f.kept && find(snap.Runs, &f.run) == nil
	}
	return all
}

// wants reports whether a transition is said.
func (s *Set) wants(k transition.Kind) bool {
	if s.On == nil {
		return k != transition.Started
	}
	return slices.ContainsFunc(s.On, k.Is)
}

// meet follows what has become of queue items, and the builds that were waited for.
func (s *Set) meet(snap *watch.Snapshot, me []string) {
	s.next = slices.DeleteFunc(s.next, func(u upcoming) bool {
		if u.controller != snap.Controller {
			return false
		}
		for _, list := range [][]jenkins.Run{snap.Queue, snap.Runs} {
			for i := range list {
				r := &list[i]
				if r.Job == u.job && !r.PartOf && (r.Number == 0 || r.Number > u.after) && r.Mine(me) {
					if !s.Has(r) {
						s.runs = append(s.runs, followed{run: *r})
					}
					return true
				}
			}
		}
		return false
	})
	for i := range s.runs {
		f := &s.runs[i]
		if f.run.Controller != snap.Controller || f.run.QueueID == 0 || find(snap.Queue, &f.run) != nil {
			continue
		}
		if started := startedFrom(snap, &f.run); started != nil {
			f.run, f.lost = *started, time.Time{}
		}
	}
}

// startedFrom returns the build that a queue item became: the first of its job that began after it was queued, and of a part of a
// pipeline the pipeline's. Jenkins gives the two no common name in one refresh.
func startedFrom(snap *watch.Snapshot, item *jenkins.Run) (first *jenkins.Run) {
	for _, list := range [][]jenkins.Run{snap.Runs, snap.Recent} {
		for i := range list {
			r := &list[i]
			switch {
			case r.Job != item.Job || r.Number == 0:
			case item.Number > 0 && r.Number == item.Number:
				return r
			case item.Number == 0 && !r.StartedAt.Before(item.QueuedAt) && (first == nil || r.Number < first.Number):
				first = r
			}
		}
	}
	return first
}

// find returns a run of a list, nil if it is not there.
func find(list []jenkins.Run, run *jenkins.Run) *jenkins.Run {
	for i := range list {
		if jenkins.SameBuild(&list[i], run) {
			return &list[i]
		}
	}
	return nil
}

// forgetAfter is how long a queue item is followed that has gone without becoming a build: it was cancelled.
const forgetAfter = time.Minute

// update takes in how the followed runs stand, and drops those that ended.
func (s *Set) update(snap *watch.Snapshot) {
	s.runs = slices.DeleteFunc(s.runs, func(f followed) bool {
		return f.run.Controller == snap.Controller && (find(snap.Recent, &f.run) != nil || !f.lost.IsZero() && snap.At.Sub(f.lost) > forgetAfter)
	})
	for i := range s.runs {
		f := &s.runs[i]
		if f.run.Controller != snap.Controller {
			continue
		}
		list := snap.Runs
		if f.run.QueueID != 0 {
			list = snap.Queue
		}
		if now := find(list, &f.run); now != nil {
			f.run, f.lost = *now, time.Time{}
		} else if f.lost.IsZero() {
			f.lost = snap.At
		}
	}
}

// progress returns how far the followed runs are: percent of the one that is least far, whether one waits for input, and
// whether there is anything to show.
func (s *Set) progress(asOf func(*jenkins.Run) time.Time) (percent int, paused, ok bool) {
	percent = 100
	for i := range s.runs {
		r := &s.runs[i].run
		switch {
		case r.Status == jenkins.Paused:
			paused, ok = true, true
		case r.Status == jenkins.Running && r.Estimated > 0:
			ok = true
			percent = min(percent, int(100*r.Built(asOf(r))/r.Estimated))
		}
	}
	return percent, paused, ok
}

// Bar returns what a taskbar shows of the followed runs: red while the news are bad, amber while one waits for input; nil for nothing.
func (s *Set) Bar(asOf func(*jenkins.Run) time.Time) *tea.ProgressBar {
	percent, paused, ok := s.progress(asOf)
	switch {
	case s.News.bad():
		return &tea.ProgressBar{State: tea.ProgressBarError, Value: 100}
	case paused:
		return &tea.ProgressBar{State: tea.ProgressBarWarning, Value: percent}
	case ok:
		return &tea.ProgressBar{State: tea.ProgressBarDefault, Value: percent}
	}
	return nil
}

// Title says in a few words what happened to what is followed, else what is followed; empty: nothing by itself.
func (s *Set) Title(asOf func(*jenkins.Run) time.Time, g *kit.Glyphs) string {
	if t := s.News.Subject(); t != nil {
		return g.Status(t.Run.Status) + " " + s.News.plain()
	}
	switch len(s.runs) {
	case 0:
		return ""
	case 1:
		r := &s.runs[0].run
		title := g.Status(r.Status) + " " + kit.RunTitle(*r)
		if p, _, ok := s.progress(asOf); ok && r.Status == jenkins.Running {
			title += " " + percentText(p)
		}
		return title
	}
	title := g.Running + " " + kit.Plural(len(s.runs), "run")
	if p, _, ok := s.progress(asOf); ok {
		title += " " + percentText(p)
	}
	return title
}

// titleStep is by how many percent a title changes at least: a title that moved with every second would flicker in taskbars.
const titleStep = 5

func percentText(p int) string {
	if p >= 100 {
		return "late"
	}
	return kit.Thousands(int64(p/titleStep*titleStep)) + "%"
}
