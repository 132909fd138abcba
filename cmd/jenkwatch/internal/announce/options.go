package announce

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// Options are what an announcer works with.
type Options struct {
	Rules
	Controller string
	Client     Client
	Ledger     Ledger
	Check      func(sender.Notification) error                           // whether it could be accepted
	Pushes     func(context.Context, jenkins.Run) ([]sender.Push, error) // received; for Gap
	Log        *slog.Logger
	Tries      int // how often what fails is tried before it is left for the next time; 0: again and again

	// OnAnnounced is called with what was accepted, by several workers at once.
	OnAnnounced func(Announcement)
}

// Rules are what is announced, and how.
type Rules struct {
	Wants      func(job string) bool
	WantsRun   func(*jenkins.Run) bool // of the builds of these jobs, by what holds from their start to their end; nil: all
	RunningToo bool                    // RUNNING for pipelines too
	Gap        time.Duration           // how long a push of the plugin's may take; 0: there is no plugin
	Since      time.Time               // announce what began since, also what was passed over; zero: nothing
	Again      bool                    // and what was announced already, too
	FromNow    bool                    // begin with what runs, whatever an earlier process left open
	ReplayName string                  // the same for a process that goes on with a replay that was cut short
	Endpoints  []sender.Endpoint
}

// Client is what an announcer asks its controller.
type Client interface {
	Env(ctx context.Context, run jenkins.Run) (env.Env, error)
	Known(run jenkins.Run) env.Env
	Workspace(ctx context.Context, ref jenkins.Ref) ([]env.Variable, error)
	History(ctx context.Context, job string, from, n int) ([]jenkins.Run, error)
	Jobs(ctx context.Context) ([]jenkins.Job, error)
}

// Ledger is what an announcer needs of the ledger.
type Ledger interface {
	Announce(ctx context.Context, c outbox.Change, ns ...sender.Notification) (bool, error)
	Announced(ctx context.Context, c outbox.Change, since time.Time) ([]string, error)
	Namesakes(ctx context.Context, c outbox.Change) ([]string, error)
	Unended(ctx context.Context, controller string) ([]outbox.Change, error)
	Watermarks(ctx context.Context, controller string) (map[string]outbox.Mark, error)
	Watermark(ctx context.Context, controller, job string) (outbox.Mark, error)
	Advance(ctx context.Context, controller string, marks map[string]outbox.Mark) error
	Synced(ctx context.Context, controller string) (time.Time, error)
	MarkSynced(ctx context.Context, controller string, at time.Time) error
	Forget(ctx context.Context, controller, job string, above int, before time.Time) error
	BeginReplay(ctx context.Context, controller, name string, since time.Time) (outbox.Replay, error)
	EndReplay(ctx context.Context, controller string) error
}

// Announcement is a status that was accepted.
type Announcement struct {
	Ref       jenkins.Ref
	Status    string
	Endpoints []string
	ByPlugin  bool          // the plugin had pushed it: nothing was sent
	Took      time.Duration // since the change was seen
}

// Immediate returns how many notifications an announcer that begins now sends at once of the builds that run.
func (o *Options) Immediate(ctx context.Context, runs []jenkins.Run) (n int, err error) {
	for i := range runs {
		r := &runs[i]
		if r.Number == 0 || r.Status == jenkins.Queued || !o.Wants(r.Job) {
			continue
		}
		announced, err := o.Ledger.Announced(ctx, changeOf(r, ""), time.Time{})
		if err != nil {
			return 0, err
		}
		for _, status := range o.dueOf(*r, announced) {
			n += len(o.endpointNames(status))
		}
	}
	return n, nil
}

// endpointNames returns the endpoints that a status goes to.
func (o *Rules) endpointNames(status string) []string {
	var names []string
	for _, e := range o.Endpoints {
		if e.Wants(status) && !slices.Contains(names, e.Name) {
			names = append(names, e.Name)
		}
	}
	return names
}

// dueOf returns the statuses of a build that are still to be announced. Of one whose causes are not known yet it cannot be
// said whether it is wanted: all are due until its environment has been read.
func (o *Rules) dueOf(r jenkins.Run, announced []string) []string {
	if r.Causes != nil && !o.wantsRun(&r) {
		return nil
	}
	b := buildState{Pipeline: r.Pipeline, Ended: r.Status.Ended()}
	if b.Ended && r.Status != jenkins.Complete {
		b.Result = string(r.Status)
	}
	return dueStatuses(b, announced, o.RunningToo)
}

func (o *Rules) wantsRun(r *jenkins.Run) bool { return o.WantsRun == nil || o.WantsRun(r) }
