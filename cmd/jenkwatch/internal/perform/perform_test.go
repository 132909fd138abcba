package perform

import (
	"bytes"
	"io"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

func TestLineSaysHowToFollowAndHowToUndo(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/my app", Number: 3}, Pipeline: true}
	next := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/my app", Number: 4}, Status: jenkins.Running}
	ended := next
	ended.Status = jenkins.Success
	restart := action.RestartBuild(run, "Test")
	for want, c := range map[string]struct {
		act     action.Action
		result  action.Result
		started *jenkins.Run
		flags   []string
	}{
		"asked: started shop/my app #4; follow: jenkwatch watch 'shop/my app#4'; undo: jenkwatch stop 'shop/my app#4'": {act: restart, started: &next},
		"asked: started shop/my app #4; follow: jenkwatch status 'shop/my app#4'":                                      {act: restart, started: &ended},
		"asked: it has not started yet; follow: jenkwatch watch 'shop/my app'":                                         {act: restart},
		"asked: queue item 7; follow: jenkwatch watch 'shop/my app'; undo: jenkwatch cancel 7":                         {act: restart, result: action.Result{QueueID: 7}},
		"asked; undo: jenkwatch keep 'shop/my app#3' --off":                                                            {act: action.KeepBuild(run, true)},
		"asked: queue item 7; follow: jenkwatch watch 'shop/my app' --controller 'my ci'; undo: jenkwatch cancel 7 --controller 'my ci'": {
			act: restart, result: action.Result{QueueID: 7}, flags: []string{"--controller", "my ci"}},
		"asked; follow: jenkwatch watch 'shop/my app#3' --url http://ci; if it still runs after 15 seconds: jenkwatch stop 'shop/my app#3' --terminate --url http://ci": {
			act: action.StopBuild(run), flags: []string{"--url", "http://ci"}},
		"asked": {act: action.KeepBuild(run, true), result: action.Result{Already: true}},
	} {
		var out bytes.Buffer
		c.result.Message = "asked"
		if err := printDone(cli.New(nil, &out, io.Discard), &cli.Controller{Flags: c.flags}, c.act, c.result, c.started, &Options{}); err != nil || out.String() != want+"\n" {
			t.Errorf("%q, %v, want %q", out.String(), err, want)
		}
	}
}
