package kit

import (
	"context"
	"log/slog"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/notify"
)

// Options are what the program hands to the screen. The zero value draws a screen without a controller.
type Options struct {
	Context     context.Context // of all that the screen asks and sends: it ends when the program does; nil: never
	Controllers []Controller
	Tabs        []Filter            // saved filters of the config, after All, Mine and Failing
	Keys        map[string][]string // intent to keys, instead of the defaults; see [CheckKeys]
	Commands    []Command           // of the config, each on a key; see [CheckKeys]
	ASCII       bool                // glyphs from ASCII only
	Theme       Theme
	NoColor     bool              // NO_COLOR was set, or the config says so
	Mouse       bool              // the mouse works at the start; a key switches it
	Me          []string          // names that mean me, besides each controller's user
	Pinned      []string          // variables that float to the top
	Columns     []string          // of the list of runs, the first gets room first; nil: all there are
	ReadOnly    bool              // nothing that changes Jenkins or sends anything
	Prefs       Prefs             // as the last session left them
	SavePrefs   func(Prefs) error // called from a command, never from Update; nil keeps nothing
	PrefsFile   string            // where that writes to, to say so
	Open        []Target          // what to open at the start: the first of them that is there
	Log         *slog.Logger      // for --debug; nil logs nothing

	// Absent says more of why a build was not found; it is called from commands. nil: what Jenkins said is all.
	Absent func(ctx context.Context, t Target, err error) error

	Endpoints []sender.Endpoint // where notifications can go; "default", else the first, is chosen at first
	// Outbox opens the outbox, once, and is called from commands only. nil: there are no panes for sending. The program
	// sends the screen every sender.Delivery of its relay, and OutboxChanged for what others do.
	Outbox func(ctx context.Context) (*outbox.Outbox, error)

	// Variables turns an environment into what a notification carries. It must be set where Outbox is.
	Variables func(env.Env) []sender.Variable

	// Sync announces the builds that limit chooses until ctx is done; called from a command. nil: it cannot. SyncTo names where to, SyncCount
	// returns how many notifications would be sent at once. The program sends an Announced for each status.
	Sync      func(ctx context.Context, limit query.Query) error
	SyncTo    string
	SyncCount func(ctx context.Context, limit query.Query) (int, error)
	// Do does an action and keeps it in the history of this machine; called from commands. nil: action.Do, and no history.
	Do     func(ctx context.Context, c *jenkins.Client, a action.Action) (action.Result, error)
	Notify Notify
	// Tmux asks tmux what lies outside of it, see [notify.TmuxFormat]; it is called from commands where TMUX is set. nil: it cannot.
	Tmux func(ctx context.Context) string
	// Listening says that pushes are received: the program sends a PushReceived for each.
	Listening bool
}

// Command is a shell command that a key runs on the selected run, whose values are in its environment.
type Command struct {
	Key, Name, Command string
	Terminal           bool // it gets the terminal, instead of its output being shown
}

// Notify is how the user is notified of what happens to followed runs. The zero value uses every way.
type Notify struct {
	On       []transition.Kind // nil: all but that a run started
	Mine     bool              // all runs of mine are followed
	NoBell   bool
	NoTitle  bool
	Desktop  notify.Protocol // empty: the terminal's
	Progress *bool           // nil: where the terminal is known to show it
}

// Controller is one Jenkins controller as the screen knows it.
type Controller struct {
	Name    string          // in the config; equals Client.Name
	Host    string          // shown in the header
	Client  *jenkins.Client // nil in tests that only draw
	Env     *env.Client     // nil: one without local copies
	Console *console.Client // nil: one of Client
	Actor   Actor           // what acts on it; nil: Client
	// Protected has each action ask for the controller's name.
	Protected bool
	Watcher   *watch.Watcher // poked when the user acts; nil if nothing refreshes
	Mark      string         // "production" and the like: shown loudly in the header, empty for none
}

// Overdue returns how long an answer of the controller is late.
func (c *Controller) Overdue() time.Duration {
	if c.Watcher == nil {
		return 0
	}
	return c.Watcher.Waiting()
}

// Target is a build to open.
type Target struct {
	Controller string
	jenkins.BuildSpec
}

// Filter is a list: a saved filter over the runs. The zero value chooses all.
type Filter struct {
	Name  string // of the tab
	Query query.Query
	Saved bool // from the screen; it is kept in [Prefs]
}

// Prefs are what comes back at the next start.
type Prefs struct {
	Tab    int    `json:"tab"`
	Filter string `json:"filter,omitempty"`
	Status string `json:"status,omitempty"` // name of the status filter
	Sort   string `json:"sort,omitempty"`
	Group  bool   `json:"group,omitempty"`
	Zoom   string `json:"zoom,omitempty"`  // name of the zoomed pane
	Lower  string `json:"lower,omitempty"` // the lower pane on a small screen
	Pins   string `json:"pins,omitempty"`  // variables pinned or unpinned against the config, one a line
	// Draft is the text of the compose pane that was not sent, Endpoint where it was to go.
	Draft    string `json:"draft,omitempty"`
	Endpoint string `json:"endpoint,omitempty"`
	Compact  bool   `json:"compact,omitempty"`
	Lists    string `json:"lists,omitempty"`  // saved from the screen, one a line: name, tab, query
	Follow   string `json:"follow,omitempty"` // runs that are followed, as JSON
}

// PrefsDelay is how long a change of the preferences rests before it is saved, so that a row of changes is one write.
const PrefsDelay = 800 * time.Millisecond
