package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"jenkwatch": func() {
		breakOnDemand()
		main()
	}})
}

// TestScripts runs the program as its users' scripts do. Each script has a controller and a receiver of its own:
// JENKINS_URL and HOOK name them.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			w := newWorld(env.Defer)
			env.Values[worldKey{}] = w
			env.Setenv("JENKINS_URL", w.jenkins.URL)
			env.Setenv("CONTROLLER", strings.TrimPrefix(w.jenkins.URL, "http://")) // its name, since no config gives it one
			env.Setenv("JENKINS_USER_ID", jenkinstest.Admin.Name)
			env.Setenv("JENKINS_API_TOKEN", jenkinstest.Admin.Token)
			env.Setenv("HOOK", w.hook.URL)
			env.Setenv("HOME", env.WorkDir)
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("JENKWATCH_STATE", filepath.Join(env.WorkDir, "state"))
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"code":     cmdCode,
			"fault":    cmdFault,
			"answers":  cmdAnswers,
			"received": cmdReceived,
			"finish":   cmdFinish,
			"start":    cmdStart,
			"enqueue":  cmdEnqueue,
			"cancel":   cmdCancel,
			"mode":     cmdMode,
			"until":    cmdUntil,
			"world":    cmdWorld,
			"expand":   cmdExpand,
			"inside":   func(ts *testscript.TestScript, _ bool, _ []string) { addInside(worldOf(ts).controller) },
		},
	})
}

type worldKey struct{}

// world is what a script talks to.
type world struct {
	controller *jenkinstest.Controller
	jenkins    *httptest.Server
	hook       *httptest.Server
	builds     map[string]*jenkinstest.Build

	mu      sync.Mutex
	pushes  []string // request line, headers of interest and body
	answers []int    // statuses to answer with, the last one again and again
}

func newWorld(cleanup func(func())) *world {
	w := &world{answers: []int{http.StatusOK}}
	w.controller, w.builds = fixedController()
	w.jenkins = httptest.NewUnstartedServer(http.HandlerFunc(w.ask))
	w.controller.SetRootURL("http://" + w.jenkins.Listener.Addr().String() + "/")
	w.jenkins.Start()
	w.hook = httptest.NewServer(http.HandlerFunc(w.receive))
	cleanup(w.jenkins.Close)
	cleanup(w.hook.Close)
	return w
}

// serveController serves a controller that knows its address before anybody can ask for it.
func serveController(c *jenkinstest.Controller) *httptest.Server {
	s := httptest.NewUnstartedServer(c)
	c.SetRootURL("http://" + s.Listener.Addr().String() + "/")
	s.Start()
	return s
}

// plays has the world's Jenkins be another controller from now on.
func (w *world) plays(c *jenkinstest.Controller) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.controller = c
}

func (w *world) ask(rw http.ResponseWriter, r *http.Request) {
	w.mu.Lock()
	c := w.controller
	w.mu.Unlock()
	c.ServeHTTP(rw, r)
}

func (w *world) receive(rw http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", r.Method, r.RequestURI)
	for _, name := range []string{"Content-Type", "X-Auth-Token", "Username"} {
		for _, v := range r.Header[name] {
			fmt.Fprintf(&b, "%s: %s\n", name, v)
		}
	}
	fmt.Fprintf(&b, "\n%s\n", body)
	w.pushes = append(w.pushes, b.String())
	code := w.answers[0]
	if len(w.answers) > 1 {
		w.answers = w.answers[1:]
	}
	if code == http.StatusTooManyRequests {
		rw.Header().Set("Retry-After", "3600")
	}
	rw.WriteHeader(code)
	fmt.Fprintf(rw, "answer %d\n", code)
}

// fixedController returns a controller on which nothing changes by itself.
func fixedController() (*jenkinstest.Controller, map[string]*jenkinstest.Build) {
	c := jenkinstest.New(jenkinstest.Options{})
	builds := map[string]*jenkinstest.Build{}
	past := time.Now().Add(-time.Hour)
	start := func(j *jenkinstest.Job, at time.Time, causes ...jenkinstest.Cause) {
		b := c.StartAt(j, at, causes)
		builds[fmt.Sprintf("%s#%d", j.FullName(), b.Number())] = b
	}
	stages := func(last time.Duration, result string) func(*jenkinstest.Build) jenkinstest.Script {
		return func(*jenkinstest.Build) jenkinstest.Script {
			return jenkinstest.Script{Env: []string{"APP_VERSION=1.2.3"}, Stages: []jenkinstest.Stage{
				{Name: "Build", Takes: 2 * time.Second, Log: []string{"compiling", "\x1b[31mred\x1b[0m\x1b]0;title\a text"}},
				{Name: "Test", Result: result, Branches: []jenkinstest.Stage{{Name: "unit", Takes: last}, {Name: "lint"}}},
			}}
		}
	}
	c.AddFolder("shop", jenkinstest.Job{})
	c.AddMultibranch("shop/web", jenkinstest.Job{})
	c.AddFolder("envy", jenkinstest.Job{}) // nearly a command
	start(c.AddPipeline("shop/main", jenkinstest.Job{Script: stages(1000*time.Hour, "")}), past, jenkinstest.Cause{User: "admin"})
	start(c.AddPipeline("shop/web/feature%2Flogin", jenkinstest.Job{Script: func(b *jenkinstest.Build) jenkinstest.Script {
		if b.Number() == 1 {
			return stages(time.Second, "")(b)
		}
		return stages(1000*time.Hour, "")(b) // what a script starts runs until the script ends it
	}}), past)
	for _, result := range []string{"SUCCESS", "UNSTABLE", "FAILURE", "NOT_BUILT", "ABORTED"} {
		j := c.AddFreestyle("ended/"+strings.ToLower(result), jenkinstest.Job{
			Keep: 2, // both of these, until a script starts another
			Params: []jenkinstest.Param{
				{Name: "TARGET", Value: "staging"}, {Name: "API_KEY", Value: "k-abcdef-0123456789"},
				{Type: "Password", Name: "DEPLOY_PW", Value: "never-shown"},
			},
			Script: func(*jenkinstest.Build) jenkinstest.Script {
				log := []string{"one", "two", "three", "four"}
				if result == "ABORTED" {
					log = append(log, "Aborted by tom")
				}
				return jenkinstest.Script{Takes: 90 * time.Second, Result: result, Log: log}
			},
		})
		start(j, past.Add(-time.Hour), jenkinstest.Cause{User: "tom"})
		start(j, past, jenkinstest.Cause{User: "tom"})
	}
	c.AddFreestyle("late/first", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: time.Second, Result: "UNSTABLE"}
	}})
	c.AddPipeline("late/asks", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Stages: []jenkinstest.Stage{{Name: "Ask", Input: &jenkinstest.Input{ID: "ship", Message: "Ship it?", OK: "Go",
			Submitter: "reader,mira", Params: []jenkinstest.Param{{Name: "TICKET"}, {Type: "Password", Name: "PIN"},
				{Type: "Choice", Name: "RING", Value: "canary", Choices: []string{"canary", "all"}}},
			And: []*jenkinstest.Input{{ID: "tell", Message: "Tell everybody?", Submitter: "mira"}}}}}}
	}})
	c.Enqueue(c.AddFreestyle("mobile/ios app", jenkinstest.Job{Label: "xcode-16",
		Script: func(*jenkinstest.Build) jenkinstest.Script { return jenkinstest.Script{} }}), 0, []jenkinstest.Cause{{User: "ana"}})
	return c, builds
}

func worldOf(ts *testscript.TestScript) *world { return ts.Value(worldKey{}).(*world) }

// cmdCode runs a program and wants its exit code: code 5 jenkwatch status nope.
func cmdCode(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	if neg || err != nil {
		ts.Fatalf("usage: code N program args...")
	}
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d\nstdout: %s\nstderr: %s", got, want, ts.ReadFile("stdout"), ts.ReadFile("stderr"))
	}
}

// cmdFault puts the controller, or what lies below a path, into trouble: fault down, fault down /job/a/, fault healthy.
func cmdFault(ts *testscript.TestScript, _ bool, args []string) {
	f := jenkinstest.Fault(args[0])
	if f == "healthy" {
		f = jenkinstest.Healthy
	}
	worldOf(ts).controller.FaultAt(f, strings.Join(args[1:], ""))
}

// cmdAnswers says how the receiver answers: answers 500 500 200.
func cmdAnswers(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = nil
	for _, a := range args {
		code, err := strconv.Atoi(a)
		ts.Check(err)
		w.answers = append(w.answers, code)
	}
}

// cmdReceived wants so many pushes since it was last called, and writes them to the file "pushes".
func cmdReceived(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.mu.Lock()
	defer w.mu.Unlock()
	if got := strconv.Itoa(len(w.pushes)); got != args[0] {
		ts.Fatalf("received %s pushes, want %s:\n%s", got, args[0], strings.Join(w.pushes, "\n"))
	}
	ts.Check(os.WriteFile(ts.MkAbs("pushes"), []byte(strings.Join(w.pushes, "\n")), 0o600))
	w.pushes = nil
}

// cmdWorld replaces the controller by the one that a file describes, at the same address: world life.json.
func cmdWorld(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	c, err := jenkinstest.ReadWorld(strings.NewReader(ts.ReadFile(args[0])), w.jenkins.URL+"/", "")
	ts.Check(err)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.controller, w.builds = c, map[string]*jenkinstest.Build{}
}

// cmdFinish ends a build: finish shop/main#1 FAILURE.
func cmdFinish(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	w.controller.Finish(w.builds[args[0]], args[1])
}

// cmdStart starts a build: start ended/success.
func cmdStart(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	b := w.controller.Start(w.controller.Job(args[0]), nil)
	w.builds[fmt.Sprintf("%s#%d", args[0], b.Number())] = b
}

// cmdEnqueue puts a build into the queue, with its quiet period: enqueue late/first 3s.
func cmdEnqueue(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	quiet, err := time.ParseDuration(args[1])
	ts.Check(err)
	w.controller.Enqueue(w.controller.Job(args[0]), quiet, nil)
}

// cmdCancel takes the oldest item of a job out of the queue: cancel late/first.
func cmdCancel(ts *testscript.TestScript, _ bool, args []string) {
	w := worldOf(ts)
	u, err := url.Parse(w.jenkins.URL)
	ts.Check(err)
	client := &jenkins.Client{URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token}
	queue, err := client.Queue(context.Background())
	ts.Check(err)
	i := slices.IndexFunc(queue, func(r jenkins.Run) bool { return r.Job == args[0] })
	req, err := http.NewRequest(http.MethodPost, fmt.Sprintf("%s/queue/cancelItem?id=%d", w.jenkins.URL, queue[i].QueueID), nil)
	ts.Check(err)
	req.SetBasicAuth(jenkinstest.Admin.Name, jenkinstest.Admin.Token)
	resp, err := http.DefaultClient.Do(req)
	ts.Check(err)
	ts.Check(resp.Body.Close())
}

// cmdMode wants the rights of a file or folder: mode 0600 state/jenkwatch.db.
func cmdMode(ts *testscript.TestScript, _ bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%04o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has the rights %s, want %s", args[1], got, args[0])
	}
}

// cmdUntil waits until a file holds a text: until out.txt added.
func cmdUntil(ts *testscript.TestScript, _ bool, args []string) {
	deadline := time.After(20 * time.Second)
	for tick := time.NewTicker(20 * time.Millisecond); ; {
		if b, err := os.ReadFile(ts.MkAbs(args[0])); err == nil && strings.Contains(string(b), args[1]) {
			tick.Stop()
			return
		}
		select {
		case <-deadline:
			ts.Fatalf("%s never held %q", args[0], args[1])
		case <-tick.C:
		}
	}
}

// cmdExpand replaces $NAME in files by the script's environment.
func cmdExpand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}
