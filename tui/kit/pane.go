package kit

import (
	"context"
	"regexp"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/sender"
)

// BuildKey names a build for what is kept of it: a job that is deleted and created again gives its numbers to other builds.
type BuildKey struct {
	jenkins.Ref
	started int64
}

func KeyOf(run *jenkins.Run) BuildKey {
	if run.StartedAt.IsZero() {
		return BuildKey{Ref: run.Ref}
	}
	return BuildKey{run.Ref, run.StartedAt.UnixMilli()}
}

// Names reports whether it is the key of a run. Where one of the two does not know when it started, the name must do.
func (k BuildKey) Names(run *jenkins.Run) bool {
	return k.Ref == run.Ref && (k.started == 0 || run.StartedAt.IsZero() || k == KeyOf(run))
}

// Replaced reports whether it is the key of another build than now, which has the same name: the job was made again.
func (k BuildKey) Replaced(now BuildKey) bool {
	return k.Ref == now.Ref && k.Number != 0 && k.started != 0 && now.started != 0 && k.started != now.started
}

// PaneID names a pane of the screen.
type PaneID int

const (
	PaneRuns PaneID = iota
	PaneStatus
	PaneEnv
	PaneLog
	PaneSent
	PaneCompose
	PaneCount
)

var paneNames = [PaneCount]string{PaneRuns: "runs", PaneStatus: "status", PaneEnv: "env", PaneLog: "log", PaneSent: "sent", PaneCompose: "compose"}

func (id PaneID) String() string { return paneNames[id] }

// PaneByName returns the pane with a name, and whether there is one.
func PaneByName(name string) (PaneID, bool) {
	i := slices.Index(paneNames[:], name)
	return PaneID(max(i, 0)), i >= 0
}

// Alone reports whether the pane needs no selected run.
func (id PaneID) Alone() bool { return id == PaneSent || id == PaneCompose }

// Pane is a part of the screen: the list of runs, or something about the selected one. Panes are plain structs: the root
// decides which of them are on the screen, where, and which one has the keys; it draws their borders.
type Pane interface {
	// Show makes run the one the pane is about. It is called when the selection settles on another run, when the
	// same run was refreshed (same Ref, newer values), and when the pane comes onto the screen. A pane off the screen
	// is not called: it asks Jenkins for nothing.
	Show(run jenkins.Run) tea.Cmd
	// Hide says that the pane left the screen: it stops following until Show is called again.
	Hide()
	// Resize says how many cells the pane draws, before View is called with them.
	Resize(w, h int)
	// Focus says whether the pane has the keys.
	Focus(on bool)
	// Update handles a message: the pane's own, which reach it wherever the focus is; an [Intent], a [ClickMsg] or a
	// [WheelMsg] while it is focused; and, while it is typing, every tea.KeyPressMsg and tea.PasteMsg.
	Update(msg tea.Msg) tea.Cmd
	// View draws exactly h lines of exactly w cells or fewer, without a border. It changes nothing.
	View(w, h int) string
	// Title is drawn into the upper border, left; at most w cells.
	Title(w int) string
	// Hint is drawn into the upper border, right, if there is room: a count, a state, a key or two. Brief is what of it
	// matters most, where there is less room; it may be empty.
	Hint() string
	Brief() string
	// Footer is what the pane changes in the footer.
	Footer() Footer
	// Typing reports whether the pane reads text (a filter, a search), so that keys are letters and not commands.
	Typing() bool
	// Back goes one step back inside the pane (clears its filter, leaves its details) and reports whether there was one.
	Back() bool
}

// Base is the part of a [Pane] that many panes leave empty.
type Base struct{}

func (Base) Hide()          {}
func (Base) Focus(bool)     {}
func (Base) Brief() string  { return "" }
func (Base) Footer() Footer { return Footer{} }
func (Base) Typing() bool   { return false }
func (Base) Back() bool     { return false }

// Footer is what a pane changes in the footer that the root makes of the key map.
type Footer struct {
	First  []Intent          // these come first
	Words  map[Intent]string // instead of the key map's; an empty one leaves the key out
	Typing []KeyWord         // keys while text is read; nil: those of a filter
	Wrong  []string          // what is wrong with the text that is read, in ever fewer words
}

// KeyWord is a key and what it does, in a word.
type KeyWord struct{ Key, Word string }

// KeyLabel returns how a key is written for people.
func KeyLabel(key string) string {
	switch key {
	case "up":
		return "↑"
	case "down":
		return "↓"
	case "left":
		return "←"
	case "right":
		return "→"
	}
	return key
}

// Shared is what every pane may read. The root owns it and changes it only in Update.
type Shared struct {
	Opts    *Options
	Glyphs  *Glyphs
	Styles  *Styles             // for what is known of the terminal by now
	Keys    map[Intent][]string // that the user has for each intent
	Focused bool                // the terminal has the focus, as far as it reports that
	Pins    pins
	Away    map[string]Absence // controllers that do not answer
	// Late are the controllers whose data is older than it should be, with the time at which it became so: their clocks stand.
	Late    map[string]time.Time
	readers map[string]*stages.Reader
	failed  map[BuildKey]string
	waits   map[BuildKey]inputWait
}

// inputWait is how long a run waited for input by its stages, and what the watcher had seen of that.
type inputWait struct{ told, seen time.Duration }

// NoteInputWait remembers how long a run, which waits no more, waited for input by its stages: also before it was watched.
func (s *Shared) NoteInputWait(r *jenkins.Run, waited time.Duration) {
	if s.waits == nil || len(s.waits) > waitsKept {
		s.waits = map[BuildKey]inputWait{}
	}
	s.waits[KeyOf(r)] = inputWait{waited, r.InputWait}
}

// waitsKept bounds of how many runs it is remembered how long they waited.
const waitsKept = 1000

// Built returns how long a run has taken without its waits for input, as far as they are known.
func (s *Shared) Built(r *jenkins.Run, now time.Time) time.Duration {
	built := r.Built(now)
	if r.Status == jenkins.Running && len(s.waits) > 0 {
		w := s.waits[KeyOf(r)]
		built = min(built, max(0, r.Elapsed(now)-w.told-(r.InputWait-w.seen)))
	}
	return built
}

// NoteFailed remembers in which stage a run failed; empty: in none.
func (s *Shared) NoteFailed(r *jenkins.Run, stage string) {
	if s.failed == nil || len(s.failed) > failedKept {
		s.failed = map[BuildKey]string{}
	}
	s.failed[KeyOf(r)] = stage
}

// failedKept bounds what is remembered of stages that failed.
const failedKept = 4000

// FailedStage returns the stage in which an ended run failed: while its stages have not been looked at, the one that it was
// last seen in; empty where it was not seen.
func (s *Shared) FailedStage(r *jenkins.Run) string {
	if !r.Status.Ended() {
		return ""
	}
	if stage, known := s.failed[KeyOf(r)]; known {
		return stage
	}
	return r.FailedIn()
}

// Absence describes a controller that does not answer.
type Absence struct {
	Since time.Time // when it was first missed
	Known time.Time // of its last answer
}

// Key returns the first key of an intent, for hints: "press r"; empty if it has none.
func (s *Shared) Key(in Intent) string {
	if keys := s.Keys[in]; len(keys) > 0 {
		return keys[0]
	}
	return ""
}

// AsOf returns the time that the clocks of a run show: while its controller is away or late they stand still, since one that ticked on
// would only guess, and do not jump back either.
func (s *Shared) AsOf(r *jenkins.Run, now time.Time) time.Time {
	if r.Status.Ended() {
		return now
	}
	if a, away := s.Away[r.Controller]; away && a.Since.Before(now) {
		return a.Since
	}
	if stopped, late := s.Late[r.Controller]; late && stopped.Before(now) {
		return stopped
	}
	return now
}

// Context returns the program's own, which commands ask with.
func (s *Shared) Context() context.Context {
	if s.Opts.Context == nil {
		return context.Background()
	}
	return s.Opts.Context
}

// Poke has controllers asked now: the one with this name, or all of them without a name. It never blocks.
func (s *Shared) Poke(controller string) {
	for i := range s.Opts.Controllers {
		if c := &s.Opts.Controllers[i]; c.Watcher != nil && (controller == "" || c.Name == controller) {
			c.Watcher.Poke()
		}
	}
}

// SetPace says whether anybody waits for what the controllers say: otherwise they are asked rarely.
func (s *Shared) SetPace(on bool) {
	for i := range s.Opts.Controllers {
		if w := s.Opts.Controllers[i].Watcher; w != nil {
			w.SetFocused(on)
		}
	}
}

// Client returns the client of the controller with this name, nil if there is none.
func (s *Shared) Client(controller string) *jenkins.Client {
	for i := range s.Opts.Controllers {
		if c := &s.Opts.Controllers[i]; c.Name == controller {
			return c.Client
		}
	}
	return nil
}

// EnvOf returns what asks a controller for environments, nil if there is no such controller.
func (s *Shared) EnvOf(controller string) *env.Client {
	for i := range s.Opts.Controllers {
		c := &s.Opts.Controllers[i]
		if c.Name != controller || c.Client == nil {
			continue
		}
		if c.Env == nil {
			c.Env = &env.Client{Client: c.Client}
		}
		return c.Env
	}
	return nil
}

// ConsoleOf returns what reads a controller's consoles, nil if there is no such controller.
func (s *Shared) ConsoleOf(controller string) *console.Client {
	for i := range s.Opts.Controllers {
		c := &s.Opts.Controllers[i]
		if c.Name != controller || c.Client == nil {
			continue
		}
		if c.Console == nil {
			c.Console = &console.Client{Client: c.Client}
		}
		return c.Console
	}
	return nil
}

// StagesOf returns what reads the stages of a controller's runs, nil if there is no such controller.
func (s *Shared) StagesOf(controller string) *stages.Reader {
	c := s.Client(controller)
	if c == nil {
		return nil
	}
	if r := s.readers[controller]; r != nil {
		return r
	}
	if s.readers == nil {
		s.readers = map[string]*stages.Reader{}
	}
	r := &stages.Reader{Client: c}
	s.readers[controller] = r
	return r
}

// Own returns the user's own patterns of what is secret, for what is drawn of a controller.
func (s *Shared) Own(controller string) []*regexp.Regexp {
	if c := s.Client(controller); c != nil {
		return c.SecretPatterns
	}
	return nil
}

// Variables returns an environment as a notification carries it.
func (s *Shared) Variables(e env.Env) []sender.Variable {
	if s.Opts.Variables == nil {
		return nil
	}
	return s.Opts.Variables(e)
}

// Messages that any pane may return from a command to have the root do something.
type (
	// PokeMsg has a controller asked now: a pane has learned of something that the list does not show yet.
	PokeMsg struct{ Controller string }

	// UnmarkMsg takes the marks off runs that were acted on.
	UnmarkMsg struct{ Runs []jenkins.Run }

	// NoteMsg is shown in the footer until something else is.
	NoteMsg struct {
		Text string
		Err  error // its text, and its hint if it has one, are shown instead of text
		Busy bool  // the action is still under way
		// Stays says that no time takes it away, only a key: it is what became of an action.
		Stays bool
	}
	// CopyMsg puts text on the clipboard of the terminal (OSC 52, which works over SSH) and says so.
	CopyMsg struct {
		Text string
		What string // "the URL", "TARGET", "26 variables as dotenv"
	}
	// OpenLogMsg has the log pane show a part of a run's log, and gives that pane the keys: that of Step; of all steps
	// in Stage where Step is nil; of the whole run where Stage has no ID either.
	OpenLogMsg struct {
		Run   jenkins.Run
		Stage stages.Stage // with its steps, as far as they are known
		Step  *stages.Step
		Title string // "Test > e2e"; empty for the whole run
		// NotRun is why the stage never ran, "Test failed before it", where it did not.
		NotRun string
		// Failed is the message that the step failed with, as far as it is known: its log may be empty.
		Failed string
	}
	// ComposeMsg opens the compose pane with a text to send about the focused run.
	ComposeMsg struct{ Text string }
	// DiffMsg has the env pane compare the environment of its run with that of another: those that are marked are offered first.
	DiffMsg struct{ Marked []jenkins.Run }
	// CloseMsg closes the compose pane.
	CloseMsg struct{}
	// ChooseMsg lets the user choose one of a few things; the message of the one that was chosen goes to the panes.
	ChooseMsg struct {
		Name    string
		Choices []Choice
	}
	// OpenMsg opens an http(s) URL of one of our controllers in the browser.
	OpenMsg struct{ URL string }
)

// Choice is one of the things that a chooseMsg lets the user choose.
type Choice struct {
	Label, Note string
	Msg         tea.Msg
}

// Messages that the root sends to a pane.
type (
	// ClickMsg is a press of the left button at a cell of the pane; (0,0) is its upper left one.
	ClickMsg struct{ X, Y int }
	// WheelMsg is a turn of the wheel: lines down, or up if negative.
	WheelMsg struct{ Lines int }
	// TickMsg comes once a second while something on the screen ticks. It is passed to every pane on the screen.
	TickMsg struct{}
)

// Send makes a command of a message that is known already.
func Send(msg tea.Msg) tea.Cmd { return func() tea.Msg { return msg } }

// Note makes a command that shows text in the footer.
func Note(text string) tea.Cmd { return Send(NoteMsg{Text: text}) }
