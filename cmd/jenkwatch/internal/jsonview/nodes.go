package jsonview

import (
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
)

// Node is a node of a controller.
type Node struct {
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

// NewNode returns a node as JSON.
func NewNode(controller string, n *nodes.Node) Node {
	v := Node{Controller: controller, Name: n.Name, Labels: append([]string{}, n.Labels...), Executors: n.Executors, Busy: n.Busy,
		Offline: n.Offline, Temporary: n.Temporary, Why: n.Why, Since: Time(n.Since), Running: []workJSON{}}
	for _, w := range n.Work {
		v.Running = append(v.Running, workJSON{w.Ref.Job, w.Ref.Number, w.Name, w.Stage, Time(w.Since)})
	}
	return v
}
