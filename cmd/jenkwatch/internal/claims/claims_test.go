package claims

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// takes returns a build that takes so long and ends with a result.
func takes(d time.Duration, result string) jenkinstest.Job {
	return jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: d, Result: result}
	}}
}

// claimsOf are claims checked against a controller that has the builds job#1 and job#2 (SUCCESS), the second with
// parameters that are called like Jenkins' own variables.
func claimsOf(t *testing.T) (*Checker, *jenkinstest.Controller) {
	t.Helper()
	c := jenkinstest.New(jenkinstest.Options{})
	j := takes(time.Second, "")
	j.Params = []jenkinstest.Param{{Type: "Password", Name: "PIN", Value: "1234"}}
	job := c.AddFreestyle("job", j)
	past := time.Now().Add(-time.Hour)
	c.StartAt(job, past, nil)
	own := takes(time.Second, "")
	for _, name := range []string{"build_number", "JOB_NAME", "BUILD_URL"} {
		own.Params = append(own.Params, jenkinstest.Param{Name: name, Value: "x"})
	}
	c.StartAt(c.AddFreestyle("odd", own), past, nil)
	u, err := url.Parse("http://reached.example/")
	if err != nil {
		t.Fatal(err)
	}
	client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
		HTTP: &http.Client{Transport: c.Transport()}}
	return New([]*cli.Controller{cli.NewController(config.Controller{Name: "ci"}, client, nil)}, nil), c
}

func TestPushIsAClaim(t *testing.T) {
	t.Parallel()
	c, _ := claimsOf(t)
	const root = "http://ci.example.com/"
	for _, tt := range []struct {
		name        string
		push        sender.Push
		build       string
		contradicts string // joined
	}{
		{"true in every word", sender.Push{Job: "job", Number: 1, BuildURL: root + "job/job/1/", Status: "SUCCESS"}, "job", ""},
		{"its number was replaced", sender.Push{Job: "odd", Number: 77, BuildURL: root + "job/odd/1/"}, "odd",
			"BUILD_NUMBER is a parameter: it is #1"},
		{"its name was replaced", sender.Push{Job: "else", Number: 1, BuildURL: root + "job/odd/1/"}, "odd",
			"JOB_NAME is a parameter: it is odd"},
		{"its URL was replaced", sender.Push{Job: "odd", Number: 1, BuildURL: root + "job/job/1/"}, "odd",
			"BUILD_URL is a parameter: it is http://reached.example/job/odd/1/"},
		{"its number is made up", sender.Push{Job: "job", Number: 2, BuildURL: root + "job/job/1/"}, "", "ci has no such build"},
		{"all is made up", sender.Push{Job: "no", Number: 3, BuildURL: root + "job/no/3/"}, "", "ci has no such build"},
		{"another result", sender.Push{Job: "job", Number: 1, BuildURL: root + "job/job/1/", Status: "FAILURE"}, "job",
			"Jenkins says SUCCESS"},
		{"a message with another result", sender.Push{Job: "job", Number: 1, BuildURL: root + "job/job/1/", Status: "FAILURE",
			Body: new("hello")}, "job", ""},
		{"of another controller", sender.Push{Job: "job", Number: 1, BuildURL: "http://ci.example.com/prefix/job/job/1/"}, "", ""},
		{"nothing is said", sender.Push{}, "", ""},
	} {
		h := c.Check(t.Context(), tt.push, true)
		if h.Run.Job != tt.build || strings.Join(h.Contradicts, "; ") != tt.contradicts {
			t.Errorf("%s: build %q, %q, want %q, %q", tt.name, h.Run.Job, h.Contradicts, tt.build, tt.contradicts)
		}
	}
}

// TestListThatIsRefreshedAnywayIsTheCheck asks once for a build that is new, and for none that the list has.
func TestListThatIsRefreshedAnywayIsTheCheck(t *testing.T) {
	t.Parallel()
	for _, listed := range []bool{false, true} {
		c, controller := claimsOf(t)
		long := controller.AddPipeline("long", takes(time.Hour, ""))
		controller.Start(long, nil)
		if listed {
			c.Listed = func(jenkins.Ref) (jenkins.Run, bool) { return jenkins.Run{}, false }
		}
		push := func(status string) {
			p := sender.Push{Job: "long", Number: 1, BuildURL: "http://ci.example.com/job/long/1/", Status: status, ReceivedAt: time.Now()}
			c.Mark(&p)
			if h := c.Check(t.Context(), p, true); h.Run.Job != "long" || len(h.Contradicts) > 0 {
				t.Errorf("%s: %+v", status, h)
			}
		}
		push("START")
		push("RUNNING")
		push("SUCCESS")
		if want, n := map[bool]int{true: 1, false: 3}[listed], len(controller.Requests()); n != want {
			t.Errorf("with a list: %v: %d requests, want %d", listed, n, want)
		}
		run, err := c.Controllers[0].Client.Build(t.Context(), jenkins.BuildSpec{Job: "long", Number: 1})
		if err != nil {
			t.Fatal(err)
		}
		c.known = map[jenkins.Ref]cachedRun{}
		c.Listed = func(ref jenkins.Ref) (jenkins.Run, bool) { return run, ref == run.Ref }
		controller.ForgetRequests()
		push("RUNNING")
		if n := len(controller.Requests()); n > 0 {
			t.Errorf("it was asked %d times for a build that is listed", n)
		}
	}
}

func TestControllerThatDoesNotAnswerHoldsNoPushUp(t *testing.T) {
	t.Parallel()
	c, controller := claimsOf(t)
	controller.Fault(jenkinstest.ServerError)
	p := sender.Push{Job: "job", Number: 1, BuildURL: "http://ci.example.com/job/job/1/"}
	for range 3 {
		if h := c.Check(t.Context(), p, true); h.Run.Number != 0 || len(h.Contradicts) > 0 {
			t.Errorf("%+v", h)
		}
	}
	if n := len(controller.Requests()); n > 1 {
		t.Errorf("it was asked %d times while it does not answer", n)
	}
}

// TestForwardingObeysTheEndpointsPolicy: the plugin pushes password parameters in the clear.
func TestForwardingObeysTheEndpointsPolicy(t *testing.T) {
	t.Parallel()
	c, _ := claimsOf(t)
	box := &outbox.Outbox{Endpoints: func(name string) (sender.Endpoint, error) {
		return sender.Endpoint{Name: name, URL: sender.Literal("http://h/"), Secrets: sender.Policy(name)}, nil
	}}
	for _, tt := range []struct{ job, name, value string }{
		{"job", "PIN", "1234"},              // Jenkins says that it is a password
		{"unknown", "API_TOKEN", "s3cr3t9"}, // nobody can be asked, and it looks like one
	} {
		p := sender.Push{Job: tt.job, Number: 1, BuildURL: "http://ci.example.com/job/" + tt.job + "/1/",
			Variables: []sender.Variable{{Name: "A", Value: "plain"}, {Name: tt.name, Value: tt.value}}}
		c.Mark(&p)
		for policy, want := range map[string]string{"drop": "", "mask": `"` + tt.name + `":"` + sender.Masked + `"`, "send": `"` + tt.name + `":"` + tt.value + `"`} {
			n := c.Forwarded(p, []string{policy})[0]
			body := payload(t, box, n)
			if !strings.Contains(body, `"A":"plain"`) || !strings.Contains(body, want) || want == "" && strings.Contains(body, tt.name) {
				t.Errorf("%s %s: %s", tt.name, policy, body)
			}
		}
	}
}

// payload returns what would be sent, secrets included.
func payload(t *testing.T, box *outbox.Outbox, n sender.Notification) string {
	t.Helper()
	n.Variables = slices.Clone(n.Variables)
	for i := range n.Variables { // a preview masks what it must not show, not what is sent
		if e, _ := box.Endpoints(n.Endpoint); n.Variables[i].Password && e.Secrets == sender.SendSecrets {
			n.Variables[i].Password = false
		}
		n.Variables[i].Secret = false
	}
	r, err := box.Preview(n)
	if err != nil {
		t.Fatal(err)
	}
	return string(r.Body)
}

// TestHostDecidesBetweenControllersBelowOnePath: a controller may call itself otherwise than we do, so the path alone
// counts, unless one of them is called as the push says.
func TestHostDecidesBetweenControllersBelowOnePath(t *testing.T) {
	t.Parallel()
	var cs []*cli.Controller
	for name, address := range map[string]string{"a": "http://a.example", "b": "http://b.example", "c": "http://c.example/ci"} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		cs = append(cs, cli.NewController(config.Controller{Name: name}, &jenkins.Client{Name: name, URL: u}, nil))
	}
	for _, tt := range []struct{ buildURL, could string }{
		{"http://a.example/job/x/1/", "a"},
		{"http://B.example/job/x/1/", "b"},
		{"http://inner-name/job/x/1/", "ab"},
		{"http://inner-name:8080/ci/job/x/1/", "c"},
		{"http://a.example/other/job/x/1/", ""},
		{"http://a.example/job/x/", ""},
		{"nonsense", ""},
	} {
		var could []string
		for _, c := range cs {
			if CouldBeOf(sender.Push{BuildURL: tt.buildURL}, c, cs) {
				could = append(could, c.Name)
			}
		}
		slices.Sort(could)
		if got := strings.Join(could, ""); got != tt.could {
			t.Errorf("%s could be of %q, want %q", tt.buildURL, got, tt.could)
		}
		want := tt.could // and where several could be, none is taken for it
		if len(want) > 1 {
			want = ""
		}
		on, ref := New(cs, nil).owner(sender.Push{BuildURL: tt.buildURL})
		if got := ref.Controller; got != want || (on != nil) != (want != "") || on != nil && on.Name != want {
			t.Errorf("%s is taken for a push of %q, want %q", tt.buildURL, got, want)
		}
	}
}
