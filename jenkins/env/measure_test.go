package env

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// measured is every run of which both the API's answers and the plugin's push were recorded.
var measured = []struct {
	push    string // testdata/pushes/NNNN-*.http
	build   string // testdata/NNN-*.http
	job     string
	number  int
	console string // of a run on one node: where it was built
}{
	{"0004", "029", "hello-free", 1, "032"},
	{"0021", "111", "demo-pipeline", 2, ""},
	{"0021", "113", "demo-pipeline", 2, ""}, // the tree that names environment
	{"0024", "201", "free-fail", 1, "Building in workspace /var/lib/jenkins/workspace/free-fail\r\n"},
	{"0027", "202", "free-unstable", 1, "Building in workspace /var/lib/jenkins/workspace/free-unstable\n"},
	{"0031", "203", "scripted", 1, ""},
	{"0033", "204", "pipe-unstable", 1, ""},
	{"0035", "205", "pipe-failure", 1, ""},
	{"0039", "207", "pipe-nonode", 1, ""},
	{"0041", "208", "pipe-notify-named", 1, ""},
	{"0044", "209", "pipe-notify-forms", 1, ""},
	{"0047", "210", "pipe-notify-step", 1, ""},
	{"0055", "216", "pipe-aborted", 1, ""},
	{"0058", "219", "free-sleep-long", 1, "Building in workspace /var/lib/jenkins/workspace/free-sleep-long\n"},
	{"0064", "239", "pipe-input", 2, ""},
	{"0066", "244", "pipe-nolabel", 1, ""},
	{"0226", "826", "agent-free", 3, "828"},
	{"0228", "827", "agent-pipe", 3, ""},
	// While they ran: the answer and the push of that moment.
	{"0002", "018", "hello-free", 1, "023"},
	{"0018", "105", "demo-pipeline", 2, ""},
	{"0062", "227", "pipe-input", 1, ""},
}

// TestAPIAloneTellsWhatThePluginPushes is the measure: each variable of each recorded push is shown with exactly its
// value, or it is one of those that docs/env.md lists as not exposed. And nothing is shown that was not there.
func TestAPIAloneTellsWhatThePluginPushes(t *testing.T) {
	t.Parallel()
	hidden := map[string]bool{}
	for _, m := range measured {
		c := newClient(controller{t, m.build})
		env, err := c.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: m.job, Number: m.number}})
		if err != nil {
			t.Fatalf("%s: %v", m.job, err)
		}
		text := []byte(m.console)
		if len(m.console) == 3 {
			text = recorded.Read(t, m.console).Body
		}
		head := ScanConsole(env.Run, 0, withoutNotes(text))
		env = env.With(slices.DeleteFunc(head, func(v Variable) bool { return v.Source == Printed }))

		push := pushed(t, m.push)
		shownAs := map[string]string{}
		for _, v := range env.AsPushed() {
			shownAs[v.Name] = v.Value
			if _, there := push[v.Name]; !there {
				t.Errorf("%s #%d: %s is shown as part of the run, but the run did not have it", m.job, m.number, v.Name)
			}
		}
		for name, value := range push {
			got, shown := shownAs[name]
			switch {
			case !shown:
				v, _ := env.Lookup(name)
				if v.Password || slices.Contains(ofTheAgent, name) {
					continue
				}
				hidden[name] = true
				if !slices.Contains(env.Missing, name) {
					t.Errorf("%s #%d: %s is neither shown nor counted as missing", m.job, m.number, name)
				}
			case got != value:
				t.Errorf("%s #%d: %s is shown as %q, the run had %q", m.job, m.number, name, got, value)
			}
		}
	}
	if got, want := slices.Sorted(maps.Keys(hidden)), documentedAsHidden(t); !slices.Equal(got, want) {
		t.Errorf("not exposed: %v\ndocs/env.md lists %v", got, want)
	}
}

// TestPIAloneGivesTheFirstPush is the same for the first push of a run: each value that is shown is the run's.
func TestPIAloneGivesTheFirstPush(t *testing.T) {
	t.Parallel()
	for _, m := range measured {
		start, ok := map[string]string{"018": "0001", "105": "0017", "826": "0224", "827": "0223"}[m.build]
		if !ok {
			continue
		}
		c := newClient(controller{t, m.build})
		env, err := c.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: m.job, Number: m.number}})
		if err != nil {
			t.Fatalf("%s: %v", m.job, err)
		}
		vars, push := env.AsPushedAt(jenkins.Start, []string{"built-in"}), pushed(t, start)
		for _, v := range vars {
			if push[v.Name] != v.Value {
				t.Errorf("%s #%d: %s is %q at the start, the run had %q", m.job, m.number, v.Name, v.Value, push[v.Name])
			}
		}
		if len(vars) < len(push)-len(onAgent)-len(ofTheAgent)-1 { // EXECUTOR_NUMBER of an ended run, or a password
			t.Errorf("%s #%d: %d variables of %d are shown", m.job, m.number, len(vars), len(push))
		}
	}
}

// ofTheAgent came from the agent's own environment or its node properties: nobody can know that it is there.
var ofTheAgent = []string{"AGENT_ZONE", "USER"}

// documentedAsHidden returns the names that docs/env.md lists as not exposed.
func documentedAsHidden(t *testing.T) []string {
	t.Helper()
	doc, err := os.ReadFile("../../docs/env.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, _ := strings.Cut(string(doc), "## What cannot be known\n")
	section, _, _ = strings.Cut(section, "\n## ")
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\|").FindAllStringSubmatch(section, -1) {
		for _, name := range regexp.MustCompile("`([^`]+)`").FindAllStringSubmatch(row[1], -1) {
			names = append(names, name[1])
		}
	}
	slices.Sort(names)
	return names
}

// controller plays the controller of the recordings for one build.
type controller struct {
	t     *testing.T
	build string
}

func (c controller) RoundTrip(req *http.Request) (*http.Response, error) {
	answer := func(body string) *http.Response {
		return recorded.Exchange{Head: "HTTP/1.1 200 OK\nContent-Type: application/json", Body: []byte(body)}.Response(req)
	}
	switch path := req.URL.EscapedPath(); {
	case strings.HasSuffix(path, "/injectedEnvVars/api/json"):
		return recorded.Read(c.t, "027").Response(req), nil
	case path == "/computer/(built-in)/api/json":
		return recorded.Read(c.t, "725").Response(req), nil
	case path == "/computer/agent%20one/api/json":
		return answer(c.agent()), nil
	case regexp.MustCompile(`/\d+/api/json$`).MatchString(path):
		if c.build != "113" {
			return recorded.Read(c.t, c.build).Response(req), nil
		}
		return answer(c.merged("111", "113")), nil
	}
	return answer(`{"_class":"org.jenkinsci.plugins.workflow.job.WorkflowJob","property":[],"actions":[{}]}`), nil
}

// agent returns the node as the recorded refresh has it.
func (c controller) agent() string {
	var all struct{ Computer []json.RawMessage }
	if err := json.Unmarshal(recorded.Read(c.t, "825").Body, &all); err != nil {
		c.t.Error(err)
	}
	return string(all.Computer[1])
}

// merged returns one recorded answer with the keys of another laid over it.
func (c controller) merged(numbers ...string) string {
	all := map[string]json.RawMessage{}
	for _, n := range numbers {
		if err := json.Unmarshal(recorded.Read(c.t, n).Body, &all); err != nil {
			c.t.Error(err)
		}
	}
	return string(recorded.Must(json.Marshal(all)))
}

// pushed returns the variables of a recorded push without the plugin's own keys.
func pushed(t *testing.T, number string) map[string]string {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join("testdata", "pushes", number+"-*.http"))
	if len(files) != 1 {
		t.Fatalf("push %s: found %v", number, files)
	}
	raw, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	_, body, ok := bytes.Cut(raw, []byte("\r\n\r\n"))
	if !ok {
		_, body, _ = bytes.Cut(raw, []byte("\n\n"))
	}
	vars := map[string]string{}
	if err := json.Unmarshal(body, &vars); err != nil {
		t.Fatal(err)
	}
	for _, own := range []string{"body", "buildNo", "jobExecuteStatus", "JOB_EXECUTE_STATUS"} {
		delete(vars, own)
	}
	return vars
}

func withoutNotes(text []byte) []byte {
	return regexp.MustCompile(`\x1b\[8mha:[^\x1b]*\x1b\[0m`).ReplaceAll(text, nil)
}

// TestWhatFollowsFromAHistoryIsWhatThePluginPushed: nothing is asked of the build itself, as where Jenkins has discarded it.
func TestWhatFollowsFromAHistoryIsWhatThePluginPushed(t *testing.T) {
	t.Parallel()
	c := newClient(recorded.Func(func(req *http.Request) *http.Response {
		page := recorded.Read(t, "823") // it was asked for "builds", we ask for "allBuilds"
		page.Body = bytes.Replace(page.Body, []byte(`"builds":`), []byte(`"allBuilds":`), 1)
		return page.Response(req)
	}))
	runs, err := c.History(t.Context(), "demo-pipeline", 0, 10)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for _, run := range runs {
		push, ok := map[int]string{1: "0016", 2: "0021"}[run.Number]
		if !ok {
			continue
		}
		want := pushed(t, push)
		for _, v := range c.Known(run).AsPushed() {
			compared++
			if want[v.Name] != v.Value {
				t.Errorf("#%d: %s is %q, the run had %q", run.Number, v.Name, v.Value, want[v.Name])
			}
		}
	}
	if compared < 24 {
		t.Errorf("only %d values were compared", compared)
	}
}
