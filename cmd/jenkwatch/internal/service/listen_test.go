package service

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

// checker checks pushes against a controller that has the build job#1.
func checker(t *testing.T) *claims.Checker {
	t.Helper()
	c := jenkinstest.New(jenkinstest.Options{})
	job := c.AddFreestyle("job", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: time.Second}
	}})
	c.StartAt(job, time.Now().Add(-time.Hour), nil)
	client := &jenkins.Client{Name: "ci", URL: &url.URL{Scheme: "http", Host: "reached.example", Path: "/"},
		User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: c.Transport()}}
	return claims.New([]*cli.Controller{cli.NewController(config.Controller{Name: "ci"}, client, nil)}, nil)
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
		o := &ListenOptions{Addr: tt.addr, Token: tt.token}
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
	c := checker(t)
	box := newOutbox(t)
	e, err := (&ListenOptions{Addr: "127.0.0.1:0"}).Listen(t.Context(), box, c)
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	received := make(chan claims.Checked)
	listening := make(chan struct{})
	go func() {
		close(listening)
		_ = e.Each(t.Context(), func(h claims.Checked) error { received <- h; return nil }, func() error { return nil })
	}()
	<-listening
	var got []string
	want := []string{"START", "RUNNING", "SUCCESS"}
	for _, status := range append([]string{""}, want...) {
		body := `{"BUILD_NUMBER":"1","BUILD_URL":"http://ci.example.com/job/job/1/","JOB_NAME":"job","jobExecuteStatus":"` + status + `"}`
		for { // the first are sent until somebody listens
			w := httptest.NewRecorder()
			e.Receiver.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "http://127.0.0.1/", strings.NewReader(body)))
			if w.Code != http.StatusOK {
				t.Fatal(w.Code, w.Body)
			}
			if status != "" {
				break
			}
			select {
			case h := <-received:
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
		if h := <-received; h.Status != "" {
			got = append(got, h.Status)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
}

// TestPushesAreFoundWhateverParametersReplaced: gap mode must not send again what the plugin pushed under another name.
func TestPushesAreFoundWhateverParametersReplaced(t *testing.T) {
	t.Parallel()
	c := checker(t)
	box := newOutbox(t)
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
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	box, err := a.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &receive.Receiver{Outbox: box}
	m := &ListenMeters{Receiver: r, Outbox: box}
	m.Delivered(sender.Delivery{Endpoint: "default", State: sender.Dead})
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
	if _, err := a.DB.Exec("PRAGMA query_only = 1"); err != nil {
		t.Fatal(err)
	}
	if w := get(m, "/ready"); w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "write to the store") {
		t.Errorf("where nothing can be written: %d %s", w.Code, w.Body)
	}
	a.DB.Close()
	if w := get(m, "/ready"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d %s", w.Code, w.Body)
	}
}

func TestRefusedPushesDoNotFillTheLog(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var logged strings.Builder
		refused := LogRefusals(NewLog(&logged, false))
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
