package announce

import (
	"context"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

// vanishedFor is how long Jenkins must not have had a build before that is taken for its end: it may only have been renamed.
const vanishedFor = 15 * time.Second

// finishVanished ends a build that Jenkins no longer has, although its end was not seen. Who received its start expects an
// end, and the plugin would have sent one: Jenkins aborts the builds of a job that it deletes. A single build can only be
// deleted after it has ended; its result is then lost.
func (a *Announcer) finishVanished(ctx context.Context, b *openBuild, v *view) (again time.Duration, err error) {
	a.mu.Lock()
	now := time.Now()
	if b.vanished.IsZero() || a.seen.failedAt.After(b.vanished) { // what answers while it is away may be a proxy
		b.vanished = now
	}
	v.vanished = b.vanished
	again, b.gone = b.vanished.Add(a.missing).Sub(now), true
	a.mu.Unlock()
	if again > 0 {
		return again, nil
	}
	run := v.run
	if run.Status, err = a.lastStatus(ctx, &run); err != nil {
		return 0, err
	}
	var names []string
	if v.left {
		if names, err = a.Ledger.Namesakes(ctx, changeOf(&run, "")); err != nil {
			return 0, err
		}
	}
	run.Duration = max(0, v.vanished.Sub(run.Began()))
	a.mu.Lock()
	defer a.mu.Unlock()
	b.gone = false
	if run.Status == jenkins.Aborted && (len(names) > 0 || a.movedOn(&run)) {
		a.settle(run)
		return 0, nil
	}
	a.Log.Info("a build was deleted before its end was seen", "controller", a.Controller, "job", run.Job, "number", run.Number,
		"announced as", run.Status)
	a.update(b, run, now) // which has it announced
	return 0, nil
}

// followLeft follows the builds that an earlier process left open: those that no list names any more may have been deleted.
func (a *Announcer) followLeft(ctx context.Context) error {
	open, err := a.Ledger.Unended(ctx, a.Controller)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, c := range open {
		r := jenkins.Run{Ref: jenkins.Ref{Controller: c.Controller, Job: c.Job, Number: c.Number}, Status: jenkins.Running,
			StartedAt: c.Began, Executor: -1, Pipeline: c.Status != sender.StatusRunning}
		if a.Wants(r.Job) && a.builds[r.Ref] == nil {
			a.follow(&openBuild{met: time.Now(), executor: -1, left: true, gone: true}, r, time.Now())
		}
	}
	return nil
}

// movedOn reports whether a build exists under another name of its job, which is excluded or was not polled yet.
func (a *Announcer) movedOn(r *jenkins.Run) bool {
	same := func(o jenkins.Run) bool {
		if o.Number != r.Number || o.Job == r.Job || r.StartedAt.IsZero() || !o.StartedAt.Equal(r.StartedAt) {
			return false
		}
		b := a.builds[o.Ref]
		return !a.Wants(o.Job) || b != nil && !b.read
	}
	return slices.ContainsFunc(a.seen.last.Runs, same) || slices.ContainsFunc(a.seen.last.Recent, same)
}

// lastStatus is with which status a build is taken to have ended that Jenkins does not have any more.
func (o *Options) lastStatus(ctx context.Context, r *jenkins.Run) (jenkins.Status, error) {
	if o.Gap > 0 {
		pushes, err := o.Pushes(ctx, *r)
		if err != nil {
			return "", err
		}
		for _, status := range pushedStatuses(pushes, r.HasParameter("body")) {
			if s := jenkins.Status(status); s.Ended() {
				return s, nil
			}
		}
	}
	switch _, err := o.Client.History(ctx, r.Job, 0, 1); {
	case jenkins.IsKind(err, jenkins.NotFound):
		return jenkins.Aborted, nil
	case err != nil:
		return "", err
	}
	return jenkins.Complete, nil
}

// endOld announces the end of a deleted job's builds, before those of the one that was made in its place.
func (a *Announcer) endOld(ctx context.Context, job string) error {
	if a.Gap > 0 {
		return nil // the plugin's pushes do not tell which of the two they are about
	}
	a.mu.Lock()
	var old []jenkins.Run
	for ref, b := range a.builds {
		there := func(r jenkins.Run) bool { return r.Ref == ref && !b.another(&r) }
		if ref.Job == job && b.over.IsZero() && !slices.ContainsFunc(a.seen.last.Runs, there) && !slices.ContainsFunc(a.seen.last.Recent, there) {
			old = append(old, b.run)
		}
	}
	builtIn := a.seen.builtIn
	a.mu.Unlock()
	for _, r := range old {
		announced, err := a.Ledger.Announced(ctx, changeOf(&r, ""), time.Time{})
		if err != nil {
			return err
		}
		r.Status = jenkins.Aborted
		for _, status := range a.dueOf(r, announced) {
			ns := a.notifications(status, a.Client.Known(r), builtIn)
			fresh, err := a.accept(ctx, &r, status, ns)
			if err != nil {
				return err
			}
			if fresh {
				a.OnAnnounced(Announcement{Ref: r.Ref, Status: status, Endpoints: namesOf(ns)})
			}
		}
	}
	return nil
}

// justBegun is how long it is not asked whether a build's job was renamed since: of hundreds that begin at once, with the same
// number in the same instant, that would be asked of each about all.
const justBegun = 20 * time.Second

// announced returns the statuses that were announced of a build, also under an earlier name of its job: the plugin, too,
// sends the start of a build under the old name and its result under the new one.
func (a *Announcer) announced(ctx context.Context, b *openBuild) ([]string, error) {
	a.mu.Lock()
	run, resumed := b.run, b.resumed
	a.mu.Unlock()
	announced, err := a.Ledger.Announced(ctx, changeOf(&run, ""), time.Time{})
	if err != nil || len(announced) > 0 && !resumed || run.StartedAt.IsZero() || time.Since(run.Began()) < justBegun {
		return announced, err
	}
	names, err := a.Ledger.Namesakes(ctx, changeOf(&run, ""))
	if err != nil {
		return nil, err
	}
	gone, err := a.goneJobs(ctx, names)
	if err != nil {
		return nil, err
	}
	for _, name := range gone {
		if len(announced) == 0 {
			if announced, err = a.inherit(ctx, &run, name); err != nil {
				return nil, err
			}
		}
		a.mu.Lock()
		if old := a.builds[jenkins.Ref{Controller: run.Controller, Job: name, Number: run.Number}]; old != nil {
			a.settle(old.run)
		}
		a.mu.Unlock()
	}
	return announced, nil
}

const (
	fewNames   = 3           // that are asked for one by one
	jobsKeptIn = time.Minute // a list of all jobs
)

// goneJobs returns those of the names that no job has any more: the others are of other jobs, whose builds began in the
// same instant. Of many, one list of all jobs says so, which is kept for a while.
func (a *Announcer) goneJobs(ctx context.Context, names []string) (gone []string, err error) {
	if len(names) <= fewNames {
		for _, name := range names {
			_, err := a.Client.History(ctx, name, 0, 1)
			if jenkins.IsKind(err, jenkins.NotFound) {
				gone = append(gone, name)
			} else if err != nil {
				return nil, err
			}
		}
		return gone, nil
	}
	a.jobs.Lock()
	defer a.jobs.Unlock()
	if a.jobs.names == nil || time.Since(a.jobs.asked) > jobsKeptIn {
		asked := time.Now()
		jobs, err := a.Client.Jobs(ctx)
		if err != nil {
			return nil, err
		}
		a.jobs.names, a.jobs.asked = make(map[string]bool, len(jobs)), asked
		for i := range jobs {
			a.jobs.names[jobs[i].Name] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool { return a.jobs.names[name] }), nil
}

// inherit notes that a build was announced under its job's earlier name.
func (o *Options) inherit(ctx context.Context, r *jenkins.Run, from string) ([]string, error) {
	before := changeOf(r, "")
	before.Job = from
	announced, err := o.Ledger.Announced(ctx, before, time.Time{})
	if err != nil {
		return nil, err
	}
	for _, status := range announced {
		if _, err := o.Ledger.Announce(ctx, changeOf(r, status)); err != nil {
			return nil, err
		}
	}
	o.Log.Info("a job was renamed while it built", "controller", o.Controller, "from", from, "to", r.Job, "number", r.Number)
	return announced, nil
}
