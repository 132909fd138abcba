package main

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/claims"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/sender/receive"
)

// claimsOf are claims checked against a controller that has the builds job#1 and job#2 (SUCCESS), the second with
// parameters that are called like Jenkins' own variables.
func claimsOf(t *testing.T) (*claims.Checker, *jenkinstest.Controller) {
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
	return claims.New([]*cli.Controller{cli.NewController(config.Controller{Name: "ci"}, client, nil)}, nil), c
}

func TestAPushIsAClaim(t *testing.T) {
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

// TestAListThatIsRefreshedAnywayIsTheCheck asks once for a build that is new, and for none that the list has.
func TestAListThatIsRefreshedAnywayIsTheCheck(t *testing.T) {
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
		c.Known = map[jenkins.Ref]claims.CachedRun{}
		c.Listed = func(ref jenkins.Ref) (jenkins.Run, bool) { return run, ref == run.Ref }
		controller.ForgetRequests()
		push("RUNNING")
		if n := len(controller.Requests()); n > 0 {
			t.Errorf("it was asked %d times for a build that is listed", n)
		}
	}
}

func TestAControllerThatDoesNotAnswerHoldsNoPushUp(t *testing.T) {
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

// payload is what would be sent, secrets included.
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

func TestListeningBeyondTheLoopbackNeedsProof(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		addr, token string
		ok          bool
	}{
		{"127.0.0.1:0", "", true}, {"[::1]:0", "", true}, {"localhost:0", "", true}, {":9099", "", false},
		{"0.0.0.0:9099", "", false}, {"192.0.2.1:9099", "", false}, {"0.0.0.0:9099", "command:printf secret-token", true},
		{"127.0.0.1:0", "secret-token", false}, {"127.0.0.1:0", "command:true", false}, {"127.0.0.1", "", false},
	} {
		o := &listenOptions{addr: tt.addr, token: tt.token}
		r, err := o.receiver(t.Context(), &outbox.Outbox{})
		if (err == nil) != tt.ok {
			t.Errorf("%s with %q: %v", tt.addr, tt.token, err)
		}
		if err == nil && tt.token != "" && r.Token != "secret-token" {
			t.Errorf("the token is %q", r.Token)
		}
		if err != nil && strings.Contains(err.Error(), "secret-token") {
			t.Errorf("the error shows the token: %v", err)
		}
	}
}

func TestPushesArriveInOrderAndChecked(t *testing.T) {
	t.Parallel()
	c, _ := claimsOf(t)
	a := newApp(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	box, err := a.outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Db.Close() })
	e, err := (&listenOptions{addr: "127.0.0.1:0"}).ear(t.Context(), box, c)
	if err != nil {
		t.Fatal(err)
	}
	defer e.listener.Close()
	heard := make(chan claims.Checked)
	listening := make(chan struct{})
	go func() {
		close(listening)
		_ = e.each(t.Context(), func(h claims.Checked) error { heard <- h; return nil }, func() error { return nil })
	}()
	<-listening
	var got []string
	want := []string{"START", "RUNNING", "SUCCESS"}
	for _, status := range append([]string{""}, want...) {
		body := `{"BUILD_NUMBER":"1","BUILD_URL":"http://ci.example.com/job/job/1/","JOB_NAME":"job","jobExecuteStatus":"` + status + `"}`
		for { // the first are sent until somebody listens
			w := httptest.NewRecorder()
			e.receiver.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://127.0.0.1/", strings.NewReader(body)))
			if w.Code != http.StatusOK {
				t.Fatal(w.Code, w.Body)
			}
			if status != "" {
				break
			}
			select {
			case h := <-heard:
				if h.Status != "" || h.Run.Job != "job" {
					t.Errorf("%+v", h)
				}
			case <-time.After(10 * time.Millisecond):
				continue
			}
			break
		}
	}
	for len(got) < len(want) {
		if h := <-heard; h.Status != "" {
			got = append(got, h.Status)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// TestTheHostDecidesBetweenControllersBelowOnePath: a controller may call itself otherwise than we do, so the path alone
// counts, unless one of them is called as the push says.
func TestTheHostDecidesBetweenControllersBelowOnePath(t *testing.T) {
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
			if claims.CouldBeOf(sender.Push{BuildURL: tt.buildURL}, c, cs) {
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
		on, ref := claims.New(cs, nil).Owner(sender.Push{BuildURL: tt.buildURL})
		if got := ref.Controller; got != want || (on != nil) != (want != "") || on != nil && on.Name != want {
			t.Errorf("%s is taken for a push of %q, want %q", tt.buildURL, got, want)
		}
	}
}

// TestPushesAreFoundWhateverParametersReplaced: gap mode must not send again what the plugin pushed under another name.
func TestPushesAreFoundWhateverParametersReplaced(t *testing.T) {
	t.Parallel()
	c, _ := claimsOf(t)
	a := newApp(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	box, err := a.outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Db.Close() })
	r := &receive.Receiver{Outbox: box}
	for _, body := range []string{
		`{"BUILD_NUMBER":"7","BUILD_URL":"http://inside/job/a/job/b/7/","JOB_NAME":"a/b","jobExecuteStatus":"START"}`,
		`{"BUILD_NUMBER":"7","BUILD_URL":"http://inside/elsewhere/job/a/job/b/7/","JOB_NAME":"a/b","jobExecuteStatus":"SUCCESS"}`,
		`{"BUILD_NUMBER":"1.2.3","BUILD_URL":"http://inside/job/a/job/b/8/","JOB_NAME":"x","jobExecuteStatus":"START"}`,
		`{"BUILD_NUMBER":"9","BUILD_URL":"x","JOB_NAME":"a/b","jobExecuteStatus":"START"}`,
	} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
		if w.Code != http.StatusOK {
			t.Fatal(w.Code, w.Body)
		}
	}
	for number, parameters := range map[int][]string{7: nil, 8: {"job_name", "BUILD_NUMBER"}, 9: {"Build_URL"}} {
		run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "a/b", Number: number}}
		for _, name := range parameters {
			run.Parameters = append(run.Parameters, jenkins.Parameter{Name: name})
		}
		pushes, err := pushesOf(t.Context(), box, run, c.Controllers[0], c.Controllers)
		if err != nil || len(pushes) != 1 || pushes[0].Status != "START" {
			t.Errorf("#%d: %+v, %v", number, pushes, err)
		}
	}
}

func TestListenTellsWhatBecameOfPushes(t *testing.T) {
	t.Parallel()
	a := newApp(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	box, err := a.outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &receive.Receiver{Outbox: box}
	m := &listenMeters{receiver: r, box: box}
	m.delivered(sender.Delivery{Endpoint: "default", State: sender.Dead})
	for _, body := range []string{`{"A":"b"}`, `{"A":"\u001b[2J"}`, "[]", "{\"\x1b[2J\":1}", "x"} {
		r.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body)))
	}
	page := get(m, "/metrics").Body.String()
	for _, line := range []string{`jenkwatch_pushes_total{answer="200"} 2`, `jenkwatch_pushes_total{answer="400"} 3`,
		`jenkwatch_deliveries_total{endpoint="default",state="dead"} 1`} {
		if !strings.Contains(page, line+"\n") {
			t.Errorf("%s is missing in\n%s", line, page)
		}
	}
	if w := get(m, "/ready"); w.Code != http.StatusOK {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	a.Db.Close()
	if w := get(m, "/ready"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
}

func TestRefusedPushesDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		refused := refusals(serviceLog(&logged, false))
		for range 2 {
			for range 3 {
				refused(400, "the key \x1b[2J comes twice")
			}
			time.Sleep(time.Second)
		}
		lines := strings.Split(strings.TrimSpace(logged.String()), "\n")
		if len(lines) != 2 || !strings.HasSuffix(lines[1], "others_unsaid=2") || strings.Contains(logged.String(), "\x1b") {
			t.Errorf("%s", &logged)
		}
	})
}
