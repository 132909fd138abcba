package jenkins

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// TestInputsThatHoldTheAnswerBackAreLeftOut has a controller that restarts: a pipeline that waits for input has not been
// loaded, since its agent is not back, and Jenkins does not answer who asks what it waits for.
func TestInputsThatHoldTheAnswerBackAreLeftOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		loaded := func() bool { at := time.Since(began); return at < time.Second || at > 80*time.Second }
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			inputs := ""
			switch asks := strings.Contains(req.URL.RawQuery, "waitingForInput"); {
			case asks && !loaded():
				<-req.Context().Done()
				return nil
			case asks:
				inputs = `{"waitingForInput":true,"executions":[{"id":"Ship","input":{"message":"Ship it?"}}]}`
			}
			return recorded.JSON(req, `{"computer":[{"displayName":"a","executors":[],"oneOffExecutors":[{"currentExecutable":{"_class":"`+
				workflow+`","url":"http://x/ci/job/a/7/","number":7,"building":true,"actions":[`+inputs+`]}}]}]}`)
		}))
		var got []string
		for range 14 {
			asked := time.Since(began)
			runs, _, err := c.Running(t.Context())
			word := fmt.Sprint(asked.Seconds(), " ", err != nil)
			if len(runs) == 1 {
				word += fmt.Sprint(" ", runs[0].Status, " ", len(runs[0].Inputs))
			}
			got = append(got, word)
			time.Sleep(5 * time.Second)
		}
		want := []string{
			"0 false PAUSED 1",
			"5 true", "25 false PAUSED 1", // without them
			"30 true", "50 false PAUSED 1", // tried again at once, and then not for half a minute
			"55 false PAUSED 1", "60 false PAUSED 1", "65 false PAUSED 1", "70 false PAUSED 1", "75 false PAUSED 1",
			"80 true", "100 false PAUSED 1", "105 false PAUSED 1", "110 false PAUSED 1",
		}
		if got := strings.Join(got, "\n"); got != strings.Join(want, "\n") {
			t.Errorf("got\n%s", got)
		}
	})
}

// TestSlowControllerIsAskedForInputsAgainAtOnce has one that answers nobody for a while.
func TestSlowControllerIsAskedForInputsAgainAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var asked []bool
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			asked = append(asked, strings.Contains(req.URL.RawQuery, "waitingForInput"))
			if time.Since(began) < 40*time.Second {
				<-req.Context().Done()
				return nil
			}
			return recorded.JSON(req, `{"computer":[]}`)
		}))
		for range 6 {
			_, _, _ = c.Running(t.Context())
			time.Sleep(time.Second)
		}
		if got, want := fmt.Sprint(asked), "[true false true false true true]"; got != want {
			t.Errorf("asked for inputs %s, want %s", got, want)
		}
	})
}

// TestPartialPollLeavesInputsOut has the partial poll that asks for inputs come late: the next ones tell what was known before.
func TestPartialPollLeavesInputsOut(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		held := false
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			inputs := ""
			if strings.Contains(req.URL.RawQuery, "waitingForInput") {
				if held {
					<-req.Context().Done()
					return nil
				}
				inputs = `{"waitingForInput":true,"executions":[{"id":"Ship","input":{"message":"Ship it?"}}]}`
				if !strings.Contains(req.URL.RawQuery, "executions") {
					inputs = `{"waitingForInput":true}`
				}
			}
			return recorded.JSON(req, `{"computer":[{"displayName":"a","executors":[],"oneOffExecutors":[{"currentExecutable":{"_class":"`+
				workflow+`","url":"http://x/ci/job/a/7/","building":true,"actions":[`+inputs+`]}}]}]}`)
		}))
		state := func(runs []Run, _ []Node, err error) string {
			if err != nil {
				return "late"
			}
			return fmt.Sprint(runs[0].Status, " ", len(runs[0].Inputs))
		}
		got := []string{state(c.Running(t.Context())), state(c.Partial(t.Context(), true))}
		held = true
		got = append(got, state(c.Partial(t.Context(), true)), state(c.Partial(t.Context(), true)), state(c.Partial(t.Context(), false)))
		if want := "[PAUSED 1 PAUSED 0 late PAUSED 1 RUNNING 0]"; fmt.Sprint(got) != want {
			t.Errorf("got %v, want %s", got, want)
		}
	})
}

// TestInputsAreAskedForAgainWithinFiveMinutes has a controller that holds back every answer about inputs for half an hour.
func TestInputsAreAskedForAgainWithinFiveMinutes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var asked []time.Time
		c := reading(recorded.Func(func(req *http.Request) *http.Response {
			if !strings.Contains(req.URL.RawQuery, "waitingForInput") {
				return recorded.JSON(req, `{"computer":[]}`)
			}
			asked = append(asked, time.Now())
			if time.Since(began) < 30*time.Minute {
				<-req.Context().Done()
				return nil
			}
			return recorded.JSON(req, `{"computer":[]}`)
		}))
		for time.Since(began) < 40*time.Minute {
			_, _, _ = c.Running(t.Context())
			time.Sleep(5 * time.Second)
		}
		for i := range asked[1:] {
			if pause := asked[i+1].Sub(asked[i]); pause > inputsLongest+time.Minute || pause > 6*time.Minute {
				t.Errorf("not asked for %v", pause)
			}
		}
		if n := len(asked); n < 8 || asked[n-1].Sub(began) < 39*time.Minute {
			t.Errorf("asked %d times, the last after %v", n, asked[n-1].Sub(began))
		}
	})
}
