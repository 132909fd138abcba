package kit

import (
	"context"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

func TestActionsGoTheWayThatKeepsTheirHistory(t *testing.T) {
	t.Parallel()
	var done []string
	sh := &Shared{Opts: &Options{Controllers: []Controller{{Name: "a"}, {Name: "b", Client: &jenkins.Client{Name: "b"}}},
		Do: func(_ context.Context, c *jenkins.Client, a action.Action) (action.Result, error) {
			done = append(done, c.Name+": "+a.Op())
			return action.Result{}, nil
		}}}
	if sh.ActorOf("a") != nil || sh.ActorOf("c") != nil {
		t.Error("there is nothing to act on")
	}
	if _, err := sh.ActorOf("b").Do(t.Context(), action.SetJobEnabled("b", "x", false)); err != nil || len(done) != 1 || done[0] != "b: disable x" {
		t.Errorf("%v, %v", done, err)
	}
}
