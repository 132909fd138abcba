// Package nodes says of a controller's nodes what the list of running builds does not need: what each of them does, and of
// those that are offline why and since when.
package nodes

import (
	"cmp"
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Node is a computer of the controller.
type Node struct {
	jenkins.Node
	// Temporary is set where somebody took it offline, not where its connection is lost.
	Temporary bool
	Why       string    // it is offline: what somebody wrote, or how the connection was lost
	Cause     string    // the same as a sentence: "Disconnected by admin : disk swap"
	Since     time.Time // by the controller's clock; zero where it is online, or Jenkins does not tell
	Work      []Work
}

// Work is what an executor does.
type Work struct {
	Ref      jenkins.Ref // the build; without a job where it is none
	Name     string      // as Jenkins shows it
	Stage    string      // of a pipeline, if it is in one
	Since    time.Time   // by the controller's clock
	Executor int
	Stuck    bool // in Jenkins' opinion
}

const tree = "computer[_class,displayName,offline,temporarilyOffline,offlineCauseReason,offlineCause[timestamp,description]," +
	"numExecutors,assignedLabels[name],executors[number,likelyStuck,currentExecutable[number,url,fullDisplayName,timestamp]]]"

type answer struct {
	Computer []struct {
		Class              string `json:"_class"`
		DisplayName        string
		Offline            bool
		TemporarilyOffline bool
		OfflineCauseReason string
		OfflineCause       struct {
			Timestamp   int64
			Description string
		}
		NumExecutors   int
		AssignedLabels []struct{ Name string }
		Executors      []struct {
			Number            int
			LikelyStuck       bool
			CurrentExecutable *struct {
				Number          int
				URL             string
				FullDisplayName string
				Timestamp       int64
			}
		}
	}
}

// List asks for the nodes, in Jenkins' order: the controller's own comes first.
func List(ctx context.Context, c *jenkins.Client) ([]Node, error) {
	var a answer
	q := jenkins.Question{Op: "ask Jenkins for its nodes", Path: "computer/api/json", Tree: tree, Limit: 16 * jenkins.Mega}
	if err := c.Get(ctx, q, &a); err != nil {
		return nil, err
	}
	return a.nodes(c.Name), nil
}

func (a *answer) nodes(controller string) []Node {
	list := make([]Node, 0, len(a.Computer))
	for i := range a.Computer {
		m := &a.Computer[i]
		n := Node{Node: jenkins.Node{Name: clean.Line(m.DisplayName), Executors: max(0, m.NumExecutors), Offline: m.Offline}}
		if strings.HasSuffix(m.Class, "$MasterComputer") {
			n.Name = "built-in"
		}
		for _, l := range m.AssignedLabels {
			n.Labels = append(n.Labels, clean.Line(l.Name))
		}
		if m.Offline {
			n.Temporary, n.Cause = m.TemporarilyOffline, clean.Line(strings.TrimSpace(m.OfflineCause.Description))
			n.Why = cmp.Or(clean.FirstLine(m.OfflineCauseReason), n.Cause)
			n.Since = jenkins.TimeOf(m.OfflineCause.Timestamp)
		}
		for _, e := range m.Executors {
			b := e.CurrentExecutable
			if b == nil {
				continue
			}
			n.Busy++
			at := jenkins.Locate(b.URL)
			w := Work{Name: clean.Line(b.FullDisplayName), Executor: e.Number, Stuck: e.LikelyStuck}
			if number := cmp.Or(at.Number, b.Number); at.Job != "" && number > 0 {
				w.Ref = jenkins.Ref{Controller: controller, Job: at.Job, Number: number}
				w.Stage = stage(b.FullDisplayName, number)
			}
			w.Since = jenkins.TimeOf(b.Timestamp)
			n.Work = append(n.Work, w)
		}
		list = append(list, n)
	}
	return list
}

// stage reads the stage from the name of a pipeline's part: "job #12 (Stage)".
func stage(name string, number int) string {
	_, inner, _ := strings.Cut(name, "#"+strconv.Itoa(number)+" (")
	return clean.Line(strings.TrimSuffix(inner, ")"))
}
