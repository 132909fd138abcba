// Package queued says why one run waits: from the queue, and where that does not tell enough, from the label that it wants and
// the nodes that have it. It takes at most three requests, and is asked for the run that somebody looks at.
package queued

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
)

// Kind is what kind of reason a run waits for.
type Kind string

const (
	Quiet   Kind = "quiet period"
	Blocked Kind = "blocked"  // by a build, or by something else that Why names
	NoLabel Kind = "no label" // no node has the label
	Offline Kind = "offline"  // every node of the label is
	Busy    Kind = "busy"     // every executor of the label works
	Chosen  Kind = "chosen"   // an executor is chosen: it is about to begin
	Other   Kind = "other"    // only Jenkins' own words are known
)

// Reason is why a run waits. Its texts are safe to draw, its times are by our clock.
type Reason struct {
	Kind    Kind
	Why     string    // Jenkins' own words, which do not always tell the truth
	Since   time.Time // when it entered the queue
	Until   time.Time // the end of the quiet period
	Label   string    // that it wants; empty: any node, or it is not known
	Busy    int       // executors that work, of the label's nodes that are online, or of all
	Total   int       // executors of these
	Ahead   int       // how many others wait longer for the same
	Offline []nodes.Node
	Blocker jenkins.Ref // the build that blocks it, if it is one
	Stuck   bool        // in Jenkins' opinion
}

// ErrGone is the error for a run that waits no more.
var ErrGone = errors.New("it is no longer in the queue")

// The label of a freestyle job is its labelExpression; the one that a pipeline's node block wants only why may name.
const tree = "items[_class,id,why,stuck,pending,buildable,inQueueSince,timestamp,task[_class,url,labelExpression]]"

type item struct {
	Class        string `json:"_class"`
	ID           int64
	Why          string
	Stuck        bool
	Pending      bool
	Buildable    bool
	InQueueSince int64
	Timestamp    int64
	Task         struct{ URL, LabelExpression string }
}

// Why asks why a run waits: a queue item, or a running pipeline whose node block waits for a node. For one that has left the queue
// the error is [ErrGone].
func Why(ctx context.Context, c *jenkins.Client, run jenkins.Run) (Reason, error) {
	var queue struct{ Items []item }
	q := jenkins.Question{Op: "ask Jenkins for its queue", Path: "queue/api/json", Tree: tree, Limit: 16 * jenkins.Mega}
	if err := c.Get(ctx, q, &queue); err != nil {
		return Reason{}, err
	}
	i := slices.IndexFunc(queue.Items, func(it item) bool { return it.is(run) })
	if i < 0 {
		return Reason{}, ErrGone
	}
	it := &queue.Items[i]
	r := it.reason(run)
	if r.Kind != Other || !it.Buildable {
		return r, nil
	}
	for k := range queue.Items {
		if o := &queue.Items[k]; o.Buildable && o.ID < it.ID && o.label() == it.label() {
			r.Ahead++
		}
	}
	ask := r.askNodes
	if r.Label != "" {
		ask = r.askLabel
	}
	r, err := ask(ctx, c)
	for i := range r.Offline {
		if n := &r.Offline[i]; !n.Since.IsZero() {
			n.Since = n.Since.Add(-run.Ahead)
		}
	}
	return r, err
}

// is reports whether an item is the run, or the part of it that waits.
func (it *item) is(run jenkins.Run) bool {
	if run.QueueID > 0 {
		return it.ID == run.QueueID
	}
	at := jenkins.Locate(it.Task.URL)
	return run.Number > 0 && at.Job == run.Job && at.Number == run.Number
}

// reason returns what the item alone says.
func (it *item) reason(run jenkins.Run) Reason {
	r := Reason{Kind: Other, Why: clean.Line(strings.TrimSpace(it.Why)), Stuck: it.Stuck, Label: clean.Line(it.label())}
	if since := jenkins.TimeOf(it.InQueueSince); !since.IsZero() {
		r.Since = since.Add(-run.Ahead)
	}
	switch {
	case strings.HasSuffix(it.Class, "$WaitingItem"):
		r.Kind = Quiet
		if until := jenkins.TimeOf(it.Timestamp); !until.IsZero() {
			r.Until = until.Add(-run.Ahead)
		}
	case strings.HasSuffix(it.Class, "$BlockedItem"):
		r.Kind = Blocked
		if m := inProgress().FindStringSubmatch(it.Why); m != nil {
			number, _ := strconv.Atoi(m[1])
			r.Blocker = jenkins.Ref{Controller: run.Controller, Job: cmp.Or(jenkins.Locate(it.Task.URL).Job, run.Job), Number: number}
		}
	case it.Pending:
		r.Kind = Chosen
	case strings.Contains(it.Why, "about to shut down"):
		it.Buildable = false // nothing starts, whatever is free
	}
	return r
}

var (
	inProgress = lazy.Regexp(`^Build #(\d{1,9}) is already in progress`)
	wantsLabel = []func() *regexp.Regexp{lazy.Regexp(`label ‘([^’]+)’`), lazy.Regexp(`executor on ‘([^’]+)’`),
		lazy.Regexp(`^‘([^’]+)’ is offline`)}
)

// label is the label that the item wants, as far as it is known. A node's name is one, too.
func (it *item) label() string {
	if it.Task.LabelExpression != "" {
		return it.Task.LabelExpression
	}
	for _, p := range wantsLabel {
		if m := p().FindStringSubmatch(it.Why); m != nil {
			return m[1]
		}
	}
	return ""
}

// askLabel asks for the label and, where every node that has it is offline, for these.
func (r Reason) askLabel(ctx context.Context, c *jenkins.Client) (Reason, error) {
	var l struct {
		BusyExecutors, TotalExecutors int
		Offline                       bool
		Nodes                         []struct{ NodeName string }
		Clouds                        []struct{ Name string }
	}
	q := jenkins.Question{Op: "ask Jenkins for the label " + r.Label, Path: "label/" + strings.ReplaceAll(url.QueryEscape(r.Label), "+", "%20") + "/api/json",
		Tree: "busyExecutors,totalExecutors,offline,nodes[nodeName],clouds[name]", Limit: jenkins.Mega}
	err := c.Get(ctx, q, &l)
	if e, ok := errors.AsType[*jenkins.Error](err); ok && (e.Kind == jenkins.NotFound || e.Kind == jenkins.NotAllowed) {
		return r, nil // Jenkins' own words have to do
	}
	if err != nil {
		return r, err
	}
	r.Busy, r.Total = max(0, l.BusyExecutors), max(0, l.TotalExecutors)
	switch {
	case len(l.Clouds) > 0 && l.TotalExecutors == 0:
		return r, nil // a cloud makes a node when it sees fit
	case len(l.Nodes) == 0 && l.Offline:
		r.Kind = NoLabel
	case l.Offline:
		r.Kind = Offline
		all, err := nodes.List(ctx, c)
		if err != nil {
			return r, nil //nolint:nilerr // that they are offline is known
		}
		for _, n := range all {
			if n.Offline && slices.ContainsFunc(l.Nodes, func(o struct{ NodeName string }) bool {
				return cmp.Or(clean.Line(o.NodeName), "built-in") == n.Name
			}) {
				r.Offline = append(r.Offline, n)
			}
		}
	case r.Total > 0 && r.Busy >= r.Total:
		r.Kind = Busy
	}
	return r, nil
}

// askNodes asks for all nodes, where the item wants no label, or one that is not known.
func (r Reason) askNodes(ctx context.Context, c *jenkins.Client) (Reason, error) {
	all, err := nodes.List(ctx, c)
	if err != nil {
		return r, err
	}
	for _, n := range all {
		if n.Offline {
			r.Offline = append(r.Offline, n)
			continue
		}
		r.Busy += n.Busy
		r.Total += n.Executors
	}
	switch {
	case len(all) > 0 && len(r.Offline) == len(all):
		r.Kind = Offline
	case r.Total > 0 && r.Busy >= r.Total:
		r.Kind = Busy
	}
	return r, nil
}

// Text is the reason on one line, at the time now.
func (r *Reason) Text(now time.Time) string {
	of := ""
	if r.Label != "" {
		of = fmt.Sprintf(" of the label %q", r.Label)
	}
	switch r.Kind {
	case Quiet:
		if r.Until.IsZero() {
			break
		}
		return "quiet period until " + clock(r.Until, now)
	case Blocked:
		if r.Blocker.Number > 0 {
			return fmt.Sprintf("blocked by #%d, which still runs", r.Blocker.Number)
		}
		return "blocked: " + r.Why
	case NoLabel:
		return fmt.Sprintf("no node has the label %q", r.Label)
	case Offline:
		text := "every node" + of + " is offline"
		for i, n := range r.Offline {
			if i == 3 {
				return text + fmt.Sprintf(", %d more", len(r.Offline)-i)
			}
			text += map[bool]string{true: ": ", false: ", "}[i == 0] + n.Name
			if !n.Since.IsZero() {
				text += " since " + clock(n.Since, now)
			}
			if n.Why != "" {
				text += " (" + n.Why + ")"
			}
		}
		return text
	case Busy:
		text := fmt.Sprintf("%d of %d executors%s are busy", r.Busy, r.Total, of)
		if r.Total == 1 {
			text = "the one executor" + of + " is busy"
		}
		if r.Ahead > 0 {
			text += fmt.Sprintf(", %d wait ahead", r.Ahead)
		}
		return text
	case Chosen:
		return "an executor is chosen: it is about to begin"
	}
	return cmp.Or(r.Why, "Jenkins does not say why")
}

// clock is a time of today, or with its day.
func clock(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	if t.YearDay() == now.YearDay() && t.Year() == now.Year() {
		return t.Format("15:04:05")
	}
	return t.Format("Jan 2 15:04")
}
