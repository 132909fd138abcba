package jenkins

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Ref names one build of one controller. It is comparable: a map key and the identity that a selection follows.
type Ref struct {
	Controller string // the controller's name in the config
	Job        string // Jenkins' full name, raw: "folder/multi/feature%2Flogin-form"
	Number     int    // 0 for a queue item, which has no number yet (but see Run.PartOf)
	QueueID    int64  // set for queue items only
}

// Title returns a build's name as a screen shows it: "shop/cart/main #12".
func (r Ref) Title() string { return DisplayName(r.Job) + " #" + strconv.Itoa(r.Number) }

// Run is a build, running or ended, or a queue item that has yet to become one (status [Queued]).
type Run struct {
	Ref
	// URL is the address by which we reach it: the controller's URL as configured and the path that Jenkins reports.
	URL         string
	DisplayName string        // "#12" unless somebody renamed the build
	Status      Status        // a finished run's status is its result
	Stages      []string      // names of the stages or branches that hold an executor now, as far as one refresh shows them
	Nodes       []string      // the nodes it holds an executor on; the controller's own is "built-in"
	NodeLabels  []string      // labels of the first of Nodes, in Jenkins' order
	Executor    int           // number of the (first) executor; -1 for a pipeline outside node blocks and for ended runs
	StartedAt   time.Time     // by the controller's clock; zero for a queue item
	QueuedAt    time.Time     // by the controller's clock; queue items, and since when a pipeline waits for a node
	Ahead       time.Duration // how far that clock is ahead of ours; 0 below three seconds
	Duration    time.Duration // ended runs only; a running one's is the time since StartedAt
	Estimated   time.Duration // 0: no history to estimate from
	Progress    int           // percent of Estimated as Jenkins computed it, -1 when unknown
	LikelyStuck bool          // Jenkins' own opinion
	Pipeline    bool
	Causes      []Cause
	Interrupted []string // why it was aborted, in Jenkins' words: "Aborted by ann"; the list does not ask, [Client.Build] does
	Parameters  []Parameter
	Description string
	Environment map[string]string // what the pipeline assigned with env.X = ...; nil when it assigned nothing
	Inputs      []Input           // what a Paused run waits for
	InputWait   time.Duration     // of a running one: how long the watcher saw it Paused before; only package watch knows
	LastStage   string            // the stage that the watcher last saw it in, less what follows a failure; only package watch knows
	Why         string            // queue items, and pipelines that wait for a node: the reason Jenkins gives
	Stuck       bool              // the same: Jenkins calls it stuck
	// PartOf is set for a queue item that is not a future build but a part of the running pipeline build that Ref names
	// (Number is set then): its next node block waits for an executor, and Why says what for.
	PartOf    bool
	HasTests  bool       // the junit plugin keeps a report of it; only [Client.Build] knows
	NoBuild   bool       // a queue item that becomes no build: the scan of a multibranch project, a task of a plugin
	Revisions []Revision // what git checked out; only [Client.Build] asks for it, and the refresh if [Client.Revisions] is set
}

// FailedIn returns the stage in which a run failed or was stopped, as far as the watcher saw; empty where it did not. It is
// a guess: the run may have gone on between two refreshes. An unstable run goes on after the stage that made it so.
func (r *Run) FailedIn() string {
	if r.Status == Failure || r.Status == Aborted {
		return r.LastStage
	}
	return ""
}

// Revision is what git checked out for a run.
type Revision struct {
	Commit   string // SHA-1
	Branches []string
	Remotes  []string
}

// Cause is why a run was started.
type Cause struct {
	Text          string // Jenkins' short description
	UserID        string // who started it by hand, else empty
	UpstreamJob   string // full name of the upstream job, else empty
	UpstreamBuild int
}

// Short returns a cause of a build of that job in a few words: "by ann", "by folder/job #3", "branch indexing".
func (c Cause) Short(job string) string {
	switch {
	case c.UpstreamJob != "" && c.UpstreamJob != job: // else it is a build of its own that was rebuilt, and the text says so
		return "by " + Ref{Job: c.UpstreamJob, Number: c.UpstreamBuild}.Title()
	case c.UserID != "":
		return "by " + clean.Line(c.UserID)
	}
	text := strings.TrimPrefix(clean.Line(c.Text), "Started ")
	first, n := utf8.DecodeRuneInString(text)
	if n == 0 {
		return ""
	}
	return string(unicode.ToLower(first)) + text[n:]
}

// Who is who started a build of that job, in as few words as there are: "ann", "lib #3", "timer", "push event".
func (c Cause) Who(job string) string {
	short := strings.TrimPrefix(c.Short(job), "by ")
	if c.UserID != "" {
		return short
	}
	if c.UpstreamJob != "" && c.UpstreamJob != job {
		return short[strings.LastIndexByte(short, '/')+1:]
	}
	if i := strings.LastIndex(short, " by "); i >= 0 {
		return short[i+len(" by "):]
	}
	for _, word := range []string{" to ", " for ", " on ", " from "} {
		if i := strings.Index(short, word); i > 0 {
			short = short[:i]
		}
	}
	return strings.TrimPrefix(strings.TrimPrefix(short, "an "), "a ")
}

// Parameter is a build parameter's value. Password parameters have no value: Jenkins never shows it.
type Parameter struct {
	Name   string
	Value  string
	Secret bool // a password parameter
	// ValueHidden reports that Jenkins names a parameter without its value: a file, a credential, a node, a run.
	ValueHidden bool `json:"Untold"`
	// RunJob and RunNumber are the build that a run parameter names.
	RunJob, RunNumber string
}

// Given is the value as it was given: that of a run parameter is "job#12". It is not known of what is hidden or secret.
func (p *Parameter) Given() (value string, known bool) {
	if p.RunNumber != "" {
		return p.RunJob + "#" + p.RunNumber, true
	}
	return p.Value, !p.Secret && !p.ValueHidden
}

// Input is a question that a paused pipeline asks a person.
type Input struct {
	ID         string // capitalised by Jenkins: "ship" becomes "Ship"
	Message    string
	OK         string // caption of the button that answers yes
	Submitter  string // who may answer, separated by commas; empty: anyone who may build
	Parameters []ParameterDefinition
}

// SubmitterNames writes an input's submitter for people: "mira, admin".
func SubmitterNames(submitter string) string {
	var names []string
	for name := range strings.SplitSeq(submitter, ",") {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return strings.Join(names, ", ")
}

// ParameterDefinition is a parameter that a job or an input asks for.
type ParameterDefinition struct {
	Name        string
	Type        string // "StringParameterDefinition", ...
	Description string
	Default     string
	Choices     []string
	Secret      bool
}

// Waits reports whether it is a running pipeline that holds no executor and waits for one: Why says what for.
func (r Run) Waits() bool {
	return r.Why != "" && len(r.Nodes) == 0 && (r.Status == Running || r.Status == Start)
}

// Waited returns how long it has waited for an executor at the time now.
func (r Run) Waited(now time.Time) time.Duration {
	if r.QueuedAt.IsZero() {
		return 0
	}
	return max(0, now.Add(r.Ahead).Sub(r.QueuedAt))
}

// Elapsed returns how long the run has taken at the time now, or took when it has ended. For a queue item it is how long it
// has waited.
func (r Run) Elapsed(now time.Time) time.Duration {
	now = now.Add(r.Ahead)
	switch {
	case r.Status == Queued:
		return max(0, now.Sub(r.QueuedAt))
	case r.Status.Ended():
		return r.Duration
	case r.StartedAt.IsZero():
		return 0
	}
	return max(0, now.Sub(r.StartedAt))
}

// Built returns Elapsed less InputWait: waiting for an answer is not build time. That of an ended run is Jenkins' own, which
// counts it.
func (r Run) Built(now time.Time) time.Duration {
	if r.Status.Ended() {
		return r.Duration
	}
	return max(0, r.Elapsed(now)-r.InputWait)
}

// Began is StartedAt by our own clock.
func (r Run) Began() time.Time { return r.StartedAt.Add(-r.Ahead) }

// HasParameter reports whether the build has a parameter of this name; Jenkins ignores case.
func (r Run) HasParameter(name string) bool {
	return slices.ContainsFunc(r.Parameters, func(p Parameter) bool { return strings.EqualFold(p.Name, name) })
}

// EndedAt returns when an ended run ended, by our own clock.
func (r Run) EndedAt() time.Time { return r.Began().Add(r.Duration) }

// SameBuild reports whether two runs are one build. A job that was deleted and created again gives its numbers to other
// builds; only the time when they started distinguishes them. Where that is not known, the name must do.
func SameBuild(a, b *Run) bool {
	return a.Ref == b.Ref && (a.StartedAt.IsZero() || b.StartedAt.IsZero() || a.StartedAt.Equal(b.StartedAt))
}

// Status is where a run stands. The plugin's eight statuses are on the wire as written here; Queued and Paused are ours
// and are never sent. A finished run's status is its result.
type Status string

const (
	// Queued is a queue item: Jenkins has accepted it and no executor has it yet. It leaves by starting or by being
	// cancelled.
	Queued Status = "QUEUED"
	// Start is the plugin's first push of a run. The API never reports it.
	Start Status = "START"
	// Running is a run that an executor has, or a pipeline between its nodes.
	Running Status = "RUNNING"
	// Paused is a pipeline that waits for a person's input (waitingForInput of its InputAction; the action alone proves
	// nothing, it stays after the answer). It goes back to Running.
	Paused Status = "PAUSED"
	// Complete is a run that ended although Jenkins reports no result.
	Complete Status = "COMPLETE"
	// The results, as hudson.model.Result names them.
	Success  Status = "SUCCESS"
	Unstable Status = "UNSTABLE"
	Failure  Status = "FAILURE"
	NotBuilt Status = "NOT_BUILT"
	Aborted  Status = "ABORTED"
)

// Ended reports whether a run with this status will not change again.
func (s Status) Ended() bool {
	switch s {
	case Complete, Success, Unstable, Failure, NotBuilt, Aborted:
		return true
	}
	return false
}

// AsPushed returns the status as the plugin would push it, empty where it pushes none: it knows neither a queue nor a pause.
func (s Status) AsPushed() string {
	switch s {
	case Queued:
		return ""
	case Paused:
		return string(Running)
	}
	return string(s)
}
