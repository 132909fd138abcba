package runs

import (
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Data is what the rows are made of.
type Data struct {
	sh     *kit.Shared
	Snaps  []*watch.Snapshot // in the order of the controllers; nil before the first answer
	Opened []*jenkins.Run    // builds opened by name or from a history, newest first; shown above all
	Gone   map[kit.BuildKey]absent
	Me     map[string][]string // by controller: the names of the user

	names     map[string]string    // raw job name to the shown one
	explained map[string]time.Time // when each controller was asked who started what has ended
}

// Name returns a job's name as shown; each is made once.
func (d *Data) Name(job string) string {
	n, ok := d.names[job]
	if !ok {
		n = kit.Clean(jenkins.DisplayName(job))
		d.names[job] = n
	}
	return n
}

// folderOf returns a job's folder as shown; each is made once.
func (d *Data) folderOf(job string) string {
	key := "\x00" + job // beside the names, which never begin like this
	f, ok := d.names[key]
	if !ok {
		f = folder(job)
		d.names[key] = f
	}
	return f
}

// folder returns the part of a shown name before its last slash, or the multibranch project of a branch with slashes.
func folder(job string) string {
	if i := strings.LastIndexByte(job, '/'); i >= 0 {
		return kit.Clean(jenkins.DisplayName(job[:i]))
	}
	return ""
}

// Snapshot returns the latest of a controller, nil before its first answer.
func (d *Data) Snapshot(controller string) *watch.Snapshot {
	for i, s := range d.Snaps {
		if d.sh.Opts.Controllers[i].Name == controller {
			return s
		}
	}
	return nil
}

// InSnapshot returns a run as its controller's last answer has it, whatever the filter shows; nil where none does.
func (d *Data) InSnapshot(ref jenkins.Ref) *jenkins.Run {
	s := d.Snapshot(ref.Controller)
	if s == nil {
		return nil
	}
	for _, list := range [][]jenkins.Run{s.Runs, s.Recent, s.Queue} {
		for i := range list {
			if list[i].Ref == ref {
				return &list[i]
			}
		}
	}
	return nil
}

// answered reports whether any controller has answered.
func (d *Data) answered() bool {
	return slices.ContainsFunc(d.Snaps, func(s *watch.Snapshot) bool { return s != nil && !s.At.IsZero() })
}

// open puts a build above the list.
func (d *Data) open(r *jenkins.Run) {
	const most = 20
	d.Opened = slices.DeleteFunc(d.Opened, func(o *jenkins.Run) bool { return jenkins.SameBuild(o, r) })
	d.Opened = slices.Insert(d.Opened, 0, r)
	d.Opened = d.Opened[:min(len(d.Opened), most)]
}

// close takes a build from above the list and reports whether it was there.
func (d *Data) close(build kit.BuildKey) bool {
	n := len(d.Opened)
	d.Opened = slices.DeleteFunc(d.Opened, func(o *jenkins.Run) bool { return build.Names(o) })
	return len(d.Opened) < n
}

// refreshOpened gives an opened build the newer values of a snapshot, and reports whether it is one.
func (d *Data) refreshOpened(r *jenkins.Run) (opened bool) {
	for i, o := range d.Opened {
		if jenkins.SameBuild(o, r) {
			d.Opened[i], opened = r, true
		}
	}
	return opened
}

// facts returns what a query is asked about beside the runs of one snapshot.
func (d *Data) facts(s *watch.Snapshot, now time.Time) query.Facts {
	var latest map[string]int // job to its highest finished number; made when it is asked for
	return query.Facts{
		Now: now,
		Me:  func(controller string) []string { return d.Me[controller] },
		Latest: func(r *jenkins.Run) bool {
			if latest == nil {
				latest = make(map[string]int, len(s.Recent))
				for i := range s.Recent {
					latest[s.Recent[i].Job] = max(latest[s.Recent[i].Job], s.Recent[i].Number)
				}
			}
			return r.Number == latest[r.Job]
		},
		Shown: d.shown,
	}
}

// shown returns what a row shows of a run that the run itself does not hold: the stage that failed, why it waits in few words.
func (d *Data) shown(r *jenkins.Run) []string {
	var out []string
	if failed := d.sh.FailedStage(r); failed != "" {
		out = append(out, failed)
	}
	if r.Why != "" {
		out = append(out, shortWhy(r))
	}
	return out
}

// vocabulary returns what the values of a filter can be.
func (d *Data) vocabulary() *query.Vocabulary {
	v := &query.Vocabulary{}
	seen := map[string]bool{}
	add := func(to *[]string, kind, s string) {
		if s = kit.Clean(s); s != "" && !seen[kind+s] {
			seen[kind+s] = true
			*to = append(*to, s)
		}
	}
	for i, s := range d.Snaps {
		add(&v.Controllers, "c", d.sh.Opts.Controllers[i].Name)
		if s == nil {
			continue
		}
		for _, list := range [][]jenkins.Run{s.Runs, s.Queue, s.Recent} {
			for i := range list {
				r := &list[i]
				add(&v.Jobs, "j", d.Name(r.Job))
				for _, n := range r.Nodes {
					add(&v.Nodes, "n", n)
				}
				for _, st := range r.Stages {
					add(&v.Stages, "s", st)
				}
				for c := range r.Causes {
					add(&v.Users, "u", r.Causes[c].UserID)
				}
			}
		}
		for _, n := range s.Nodes {
			add(&v.Nodes, "n", n.Name)
		}
	}
	return v
}

// unexplained reports whether it is not known who started some of what has ended.
func (d *Data) unexplained() bool {
	return slices.ContainsFunc(d.Snaps, func(s *watch.Snapshot) bool {
		return s != nil && len(s.Recent) > 0 && s.CausesAt.IsZero()
	})
}
