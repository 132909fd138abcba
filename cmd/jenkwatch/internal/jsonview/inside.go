package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
	"github.com/jenkwatch/jenkwatch/jenkins/queued"
)

// ArtifactsJSON is what a build keeps.
type ArtifactsJSON struct {
	Build     BuildJSON      `json:"build"`
	Artifacts []artifactJSON `json:"artifacts"`
}

type artifactJSON struct {
	Path string `json:"path"`
	Size *int64 `json:"size"` // bytes; null where Jenkins does not tell
}

// DownloadJSON is a file that was downloaded, one a line.
type DownloadJSON struct {
	Path  string `json:"path"`  // of the artifact; of a zip its folder
	File  string `json:"file"`  // that was written
	Size  int64  `json:"size"`  // bytes
	State string `json:"state"` // downloaded, or unchanged: it was there already
}

// NewArtifactsJSON returns a list of artifacts as JSON.
func NewArtifactsJSON(run jenkins.Run, list []artifacts.Artifact) ArtifactsJSON {
	v := ArtifactsJSON{NewBuildJSON(run), []artifactJSON{}}
	for _, a := range list {
		j := artifactJSON{Path: a.Path}
		if a.Size >= 0 {
			j.Size = &a.Size
		}
		v.Artifacts = append(v.Artifacts, j)
	}
	return v
}

// ChangesJSON is what changed in a build, what started it and what it started.
type ChangesJSON struct {
	Build      BuildJSON     `json:"build"`
	LastGood   *int          `json:"last_good"` // number of the last successful build before it; null: it is not known, or --own
	Oldest     int           `json:"oldest"`    // number of the oldest build whose commits are listed
	Limit      string        `json:"limit"`     // why none of older builds are: own, last_good, first_build, oldest_kept, oldest_read
	Commits    []wholeCommit `json:"commits"`   // newest first: the build's own, then those of the builds before it
	Upstream   []startedJSON `json:"upstream"`  // what started it, nearest first
	Downstream []startedJSON `json:"downstream"`
}

type wholeCommit struct {
	commitJSON
	Email   string     `json:"email"`
	Message string     `json:"message"`
	At      *time.Time `json:"at"`
}

type startedJSON struct {
	BuildJSON
	Status string `json:"status"` // empty where it may not be seen
}

// NewChangesJSON returns the changes of a build as JSON.
func NewChangesJSON(run jenkins.Run, s changes.Since, up []jenkins.Run, down []changes.Started) ChangesJSON {
	v := ChangesJSON{Build: NewBuildJSON(run), Oldest: s.Oldest, Limit: string(s.Limit), Commits: []wholeCommit{}, Upstream: []startedJSON{}, Downstream: []startedJSON{}}
	if s.Good > 0 {
		v.LastGood = &s.Good
	}
	for _, k := range s.Commits {
		v.Commits = append(v.Commits, wholeCommit{commitJSON{k.ID, k.Author, k.Title, k.Number}, k.Email, k.Message, TimeJSON(k.At)})
	}
	for _, r := range up {
		v.Upstream = append(v.Upstream, startedJSON{NewBuildJSON(r), string(r.Status)})
	}
	for _, d := range down {
		v.Downstream = append(v.Downstream, startedJSON{NewBuildJSON(d.Run), string(d.Run.Status)})
	}
	return v
}

// NodeJSON is a node of a controller.
type NodeJSON struct {
	Controller string     `json:"controller"`
	Name       string     `json:"name"`
	Labels     []string   `json:"labels"`
	Executors  int        `json:"executors"`
	Busy       int        `json:"busy"`
	Offline    bool       `json:"offline"`
	Temporary  bool       `json:"temporary"` // somebody took it offline
	Why        string     `json:"why"`       // it is offline
	Since      *time.Time `json:"since"`     // it is offline
	Running    []workJSON `json:"running"`
}

type workJSON struct {
	Job       string     `json:"job"` // empty for what is no build
	Number    int        `json:"number"`
	Name      string     `json:"name"` // as Jenkins shows it
	Stage     string     `json:"stage"`
	StartedAt *time.Time `json:"started_at"`
}

// NewNodeJSON returns a node as JSON.
func NewNodeJSON(controller string, n *nodes.Node) NodeJSON {
	v := NodeJSON{Controller: controller, Name: n.Name, Labels: append([]string{}, n.Labels...), Executors: n.Executors, Busy: n.Busy,
		Offline: n.Offline, Temporary: n.Temporary, Why: n.Why, Since: TimeJSON(n.Since), Running: []workJSON{}}
	for _, w := range n.Work {
		v.Running = append(v.Running, workJSON{w.Ref.Job, w.Ref.Number, w.Name, w.Stage, TimeJSON(w.Since)})
	}
	return v
}

// waitsJSON is why a run waits.
type waitsJSON struct {
	Kind    string     `json:"kind"` // quiet period, blocked, no label, offline, busy, chosen or other
	Text    string     `json:"text"` // on one line
	Label   string     `json:"label"`
	Busy    int        `json:"busy"`    // executors that work, of those below
	Total   int        `json:"total"`   // executors of the label's nodes that are online
	Ahead   int        `json:"ahead"`   // how many others wait longer for the same
	Until   *time.Time `json:"until"`   // the end of the quiet period
	Blocker *int       `json:"blocker"` // number of the build of the job that blocks it
	Offline []string   `json:"offline"` // nodes of the label that are
	Since   *time.Time `json:"since"`
}

func newWaitsJSON(r *queued.Reason, now time.Time) *waitsJSON {
	if r == nil {
		return nil
	}
	v := &waitsJSON{Kind: string(r.Kind), Text: r.Text(now), Label: r.Label, Busy: r.Busy, Total: r.Total, Ahead: r.Ahead, Until: TimeJSON(r.Until),
		Offline: []string{}, Since: TimeJSON(r.Since)}
	if r.Blocker.Number > 0 {
		v.Blocker = &r.Blocker.Number
	}
	for _, n := range r.Offline {
		v.Offline = append(v.Offline, n.Name)
	}
	return v
}

// LogLineJSON is a line of a log.
type LogLineJSON struct {
	Text  string     `json:"text"`
	Stage []string   `json:"stage"` // names, from the outermost stage in
	Step  string     `json:"step"`
	Node  string     `json:"node"` // flow node of the step
	Time  *time.Time `json:"time"` // where the console has times
}

// NewLogLineJSON returns a line of a log as JSON.
func NewLogLineJSON(text string, stage []string, step, node string, at time.Time) LogLineJSON {
	return LogLineJSON{text, append([]string{}, stage...), step, node, TimeJSON(at)}
}
