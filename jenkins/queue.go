package jenkins

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/request"
)

const queueTree = "items[_class,id,why,stuck,blocked,buildable,inQueueSince,task[_class,name,fullDisplayName,url]," +
	"actions[_class," + parameterFields + causesTree + "]]"

type queueItem struct {
	ID           int64
	Why          string
	Stuck        bool
	InQueueSince int64
	Task         struct {
		Class string `json:"_class"`
		Name  string
		URL   string
	}
	Actions []action
}

// Queue asks for the queue items that wait, oldest first, as runs with status Queued. An item that is the part of a
// running pipeline that waits for a node has PartOf set and names that build.
func (c *Client) Queue(ctx context.Context) ([]Run, error) {
	q := Question{Op: "ask Jenkins for its queue", Path: "queue/api/json", Tree: queueTree, Limit: 16 * Mega}
	runs, any := []Run{}, false
	err := c.controller().Stream(ctx, q, func(p *request.Stream) error {
		return p.Object(func(key string) (err error) {
			if key != "items" {
				return p.Skip()
			}
			any, err = p.List(func() error {
				var item queueItem
				err := p.Value(&item)
				if r, ok := item.run(c); ok {
					runs = append(runs, r)
				}
				return err
			})
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	if !any {
		return nil, q.Lacks("items")
	}
	slices.SortFunc(runs, OldestFirst)
	return runs, nil
}

// isFolder knows the folders that wait in the queue like jobs: OrganizationFolder, WorkflowMultiBranchProject, and what
// else is computed.
func isFolder(class string) bool {
	return strings.HasSuffix(class, "Folder") || strings.HasSuffix(class, "MultiBranchProject")
}

// run returns a queue item as a run; false for an item that says nothing of what it would build.
func (item *queueItem) run(c *Client) (Run, bool) {
	p := Locate(item.Task.URL)
	if p.Job == "" && item.Task.Name == "" {
		return Run{}, false
	}
	c.learn(p)
	r := Run{
		Ref:      Ref{Controller: c.Name, Job: p.Job, QueueID: item.ID},
		URL:      c.Base() + "/" + p.Path,
		Status:   Queued,
		QueuedAt: TimeOf(item.InQueueSince),
		Ahead:    c.state.Ahead(),
		Executor: -1,
		Progress: -1,
		Pipeline: strings.HasSuffix(item.Task.Class, ".WorkflowJob"),
		Why:      clean.Line(item.Why),
		Stuck:    item.Stuck,
	}
	r.take(item.Actions)
	switch {
	case p.Number > 0:
		r.Number, r.PartOf, r.Pipeline = p.Number, true, true
		r.URL = buildURL(c, p.Path, p.Number)
		r.DisplayName = "#" + strconv.Itoa(p.Number)
	case p.Job == "":
		r.Job, r.NoBuild = item.Task.Name, true // a task that is no job's
	case p.rest != "":
		r.Job, r.NoBuild = p.Job+"/"+item.Task.Name, true // of something that belongs to a job, such as a promotion
	case isFolder(item.Task.Class):
		r.NoBuild = true // its scan, a FolderComputation, which no executor shows
	}
	return r, true
}

// Waiting is what became of a queue item.
type Waiting struct {
	Number    int    // of the build that it became; 0: none yet
	Cancelled bool   // somebody took it out of the queue
	Why       string // it waits
}

// QueueItem asks what became of a queue item. Jenkins knows it for some minutes after the item has left the queue.
func (c *Client) QueueItem(ctx context.Context, id int64) (Waiting, error) {
	var answer struct {
		Why        string
		Cancelled  bool
		Executable *struct{ Number int }
	}
	q := Question{Op: fmt.Sprintf("ask Jenkins for the queue item %d", id), Path: fmt.Sprintf("queue/item/%d/api/json", id),
		Tree: "why,cancelled,executable[number]", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil {
		return Waiting{}, err
	}
	w := Waiting{Cancelled: answer.Cancelled, Why: clean.Line(answer.Why)}
	if answer.Executable != nil {
		w.Number = answer.Executable.Number
	}
	return w, nil
}
