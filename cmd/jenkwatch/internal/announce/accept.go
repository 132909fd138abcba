package announce

import (
	"context"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/jenkins"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// record accepts notifications of these statuses, except of those that were pushed already, in their order.
func (a *Announcer) record(ctx context.Context, b *openBuild, v *view, due, pushed []string, env jenkinsenv.Env) error {
	if len(due) > 0 {
		// What this process begins with must be known to the next one before anything is announced.
		if err := a.saveBase(ctx); err != nil {
			return err
		}
	}
	if v.due.IsZero() {
		v.due = time.Now()
	}
	for _, status := range due {
		byPlugin := slices.Contains(pushed, status)
		var ns []sender.Notification
		if !byPlugin {
			ns = a.notifications(status, env, v.builtIn)
		}
		fresh, err := a.accept(ctx, &v.run, status, ns)
		if err != nil {
			return err
		}
		a.mu.Lock()
		b.announced = append(b.announced, status)
		a.mu.Unlock()
		if fresh {
			a.OnAnnounced(Announcement{Ref: v.run.Ref, Status: status, Endpoints: namesOf(ns), ByPlugin: byPlugin, Took: time.Since(v.due)})
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if b.run.Status.Ended() && len(a.dueOf(b.run, b.announced)) == 0 {
		a.settle(b.run)
	}
	return nil
}

// accept announces one status. A notification that can never be accepted (too large, say) is said and left out: it must
// not hold up all that comes after it.
func (o *Options) accept(ctx context.Context, r *jenkins.Run, status string, ns []sender.Notification) (bool, error) {
	change := changeOf(r, status)
	for {
		fresh, err := o.Ledger.Announce(ctx, change, ns...)
		if !sender.IsKind(err, sender.BadPayload) {
			return fresh, err
		}
		fitting := slices.DeleteFunc(slices.Clone(ns), func(n sender.Notification) bool {
			bad := o.Check(n)
			if bad != nil {
				o.Log.Error("a notification cannot be sent as it is: it is left out", "controller", r.Controller, "job", r.Job,
					"number", r.Number, "status", status, "endpoint", n.Endpoint, "error", bad)
			}
			return bad != nil
		})
		if len(fitting) == len(ns) {
			return false, err
		}
		ns = fitting
	}
}

func (o *Options) notifications(status string, env jenkinsenv.Env, builtIn []string) []sender.Notification {
	var ns []sender.Notification
	vars := carry.Variables(env, env.AsPushedAt(jenkins.Status(status), builtIn))
	for _, name := range o.endpointNames(status) {
		ns = append(ns, sender.Notification{Endpoint: name, Status: status, Variables: vars})
	}
	return ns
}

func changeOf(r *jenkins.Run, status string) outbox.Change {
	return outbox.Change{Controller: r.Controller, Job: r.Job, Number: r.Number, Status: status, Began: r.StartedAt}
}

func namesOf(ns []sender.Notification) []string {
	names := make([]string, len(ns))
	for i := range ns {
		names[i] = ns[i].Endpoint
	}
	return names
}
