package claims

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/sender"
)

// fakeController answers for x#1 with result, or with status if that is set.
type fakeController struct {
	status int
	result string
	asked  int
}

// checkerOf checks against controllers below /a and /b.
func checkerOf(a, b *fakeController) *Checker {
	var cs []*cli.Controller
	for name, c := range map[string]*fakeController{"a": a, "b": b} {
		answer := func(path string) (int, string) {
			if c.asked++; c.status != 0 {
				return c.status, ""
			}
			return http.StatusOK, fmt.Sprintf(`{"number":1,"url":"http://ci.example/%s/job/x/1/","building":%v,"result":%s}`,
				name, c.result == "null", c.result)
		}
		client := &jenkins.Client{Name: name, URL: &url.URL{Scheme: "http", Host: "ci.example", Path: "/" + name},
			HTTP: &http.Client{Transport: recorded.Answers(answer)}}
		cs = append(cs, cli.NewController(config.Controller{Name: name}, client, nil))
	}
	return New(cs, nil)
}

func pushOf(controller, status string) sender.Push {
	return sender.Push{Job: "x", Number: 1, BuildURL: "http://ci.example/" + controller + "/job/x/1/", Status: status, ReceivedAt: time.Now()}
}

// TestControllerThatDoesNotAnswerCoolsDownAlone: pushes of the other controllers are still checked, and its own again after
// the cooldown.
func TestControllerThatDoesNotAnswerCoolsDownAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a, b := &fakeController{status: http.StatusInternalServerError}, &fakeController{result: `"SUCCESS"`}
		c := checkerOf(a, b)
		if h := c.Check(t.Context(), pushOf("a", "SUCCESS"), true); h.Run.Number != 0 {
			t.Errorf("a, which does not answer, has %+v", h.Run)
		}
		if h := c.Check(t.Context(), pushOf("b", "SUCCESS"), true); h.Run.Number != 1 {
			t.Errorf("b is not asked while a cools down: %+v", h)
		}
		a.status, a.result = 0, `"SUCCESS"`
		time.Sleep(controllerCooldown - time.Second)
		if h := c.Check(t.Context(), pushOf("a", "SUCCESS"), true); h.Run.Number != 0 || a.asked != 1 {
			t.Errorf("a was asked %d times during its cooldown", a.asked)
		}
		time.Sleep(2 * time.Second)
		if h := c.Check(t.Context(), pushOf("a", "SUCCESS"), true); h.Run.Number != 1 {
			t.Errorf("a is not asked after its cooldown: %+v", h)
		}
	})
}

// TestEndedBuildIsAskedForAgain once its job may have been deleted and created again: when a build of its number starts, and
// after a minute.
func TestEndedBuildIsAskedForAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := &fakeController{result: `"SUCCESS"`}
		c := checkerOf(a, &fakeController{})
		check := func(status string, fresh bool, want jenkins.Status, asked int) {
			t.Helper()
			if h := c.Check(t.Context(), pushOf("a", status), fresh); h.Run.Status != want || a.asked != asked {
				t.Errorf("at %s: it is %s, asked %d times; want %s, %d", status, h.Run.Status, a.asked, want, asked)
			}
		}
		check("SUCCESS", true, jenkins.Success, 1)
		time.Sleep(59 * time.Second)
		a.result = `"FAILURE"`
		check("SUCCESS", true, jenkins.Success, 1)
		time.Sleep(2 * time.Second)
		check("FAILURE", true, jenkins.Failure, 2)
		a.result = "null"
		time.Sleep(time.Second)
		check("START", false, jenkins.Running, 3)
	})
}
