package query

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

func sampleRuns() map[string]*jenkins.Run {
	run := func(job string, n int, s jenkins.Status, began, took time.Duration) *jenkins.Run {
		return &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: n}, Status: s, StartedAt: now.Add(-began), Duration: took}
	}
	running := run("shop/checkout/main", 412, jenkins.Running, 10*time.Minute, 0)
	running.Estimated, running.Nodes, running.Stages = 5*time.Minute, []string{"agent-9"}, []string{"Deploy to prod"}
	running.Causes = []jenkins.Cause{{Text: "Started by user Mira", UserID: "mira"}}
	failed := run("shop/cart/main", 1203, jenkins.Failure, 3*time.Hour, time.Hour)
	failed.Causes = []jenkins.Cause{{Text: "Started by GitHub push by alice"}}
	paused := run("release/ship-it", 31, jenkins.Paused, time.Hour, 0)
	paused.Estimated = time.Minute
	return map[string]*jenkins.Run{
		"running": running, "failed": failed, "paused": paused,
		"old": run("shop/cart/main", 1202, jenkins.Failure, 30*time.Hour, time.Hour),
		"ok":  run("lib/Über-café", 5, jenkins.Success, 20*time.Minute, time.Minute),
		"queued": {Ref: jenkins.Ref{Controller: "lab", Job: "infra/nightly images", QueueID: 7}, Status: jenkins.Queued,
			QueuedAt: now.Add(-time.Minute), Why: "‘Jenkins’ doesn’t have label ‘arm64’"},
	}
}

func TestAQueryChoosesTheRunsForWhichAllItsTermsHold(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                           "failed ok old paused queued running",
		"@mira":                      "running",
		"by:mira,alice":              "failed running",
		"@me":                        "failed",
		"is:mine":                    "failed",
		"@me is:failing job:shop/*":  "failed",
		"!@me job:shop":              "old running",
		"status:failure":             "failed old",
		"status:FAILURE,succ":        "failed ok old",
		"!status:failure":            "ok paused queued running",
		"is:failing":                 "failed",
		"is:running":                 "paused running",
		"is:waiting":                 "paused queued",
		"is:late":                    "running",
		"node:agent-9":               "running",
		"node:AGENT-*":               "running",
		"node:agent":                 "",
		"stage:prod":                 "running",
		`stage:"deploy to"`:          "running",
		"job:shop/cart/*":            "failed old",
		`job:"infra/nightly images"`: "queued",
		"older:2h":                   "failed old",
		"newer:1h status:success":    "ok",
		"longer:1h":                  "failed old paused",
		"controller:LAB":             "queued",
		"main !cart":                 "running",
		"shpcrt":                     "failed old",
		"uber cafe":                  "ok",
		"#120":                       "failed old",
		"arm64":                      "queued",
		`"nightly images"`:           "queued",
		`"images nightly"`:           "",
		"!!cart":                     "failed old",
		"stage:Verify":               "ok", // what the row shows beside the run
		"http://x":                   "",
	} {
		q, err := Parse(text)
		if err != nil && text != "http://x" {
			t.Errorf("%q: %v", text, err)
		}
		if text == "http://x" {
			if err == nil {
				t.Errorf("%q is taken", text)
			}
			continue
		}
		f := &Facts{Now: now, Me: func(string) []string { return []string{"alice"} },
			Latest: func(r *jenkins.Run) bool { return r.Number != 1202 },
			Shown: func(r *jenkins.Run) []string {
				if r.Number == 5 {
					return []string{"Verify"}
				}
				return nil
			}}
		var got []string
		for name, r := range sampleRuns() {
			if q.Match(r, Searched(jenkins.DisplayName(r.Job)), f) != NotFound {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%q chooses %v, want %s", text, got, want)
		}
		if again, _ := Parse(q.String()); again.String() != q.String() {
			t.Errorf("%q is kept as %q", text, q.String())
		}
	}
}

func TestAMistakeIsSaidWithWhatIsMissing(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		"shop older:2x":    {"older:2x needs a duration such as 2h", "90m"},
		"older:":           {"older: needs a duration such as 2h", "space"},
		"older:1h,2h":      {"older:1h,2h needs a duration", ""},
		"status:failng":    {"there is no status failng", "did you mean is:failing"},
		"stauts:x":         {"there is no filter stauts:", "did you mean status"},
		"is:nice":          {"is:nice is not known", "mine, failing"},
		"@":                {"@ needs a user", "@me"},
		"longer:99999999w": {"needs a duration", ""},
	} {
		q, err := Parse(text)
		e, ok := errors.AsType[*Error](err)
		if !ok || !strings.Contains(e.Error(), want[0]) || !strings.Contains(e.Hint(), want[1]) {
			t.Errorf("%q: %v", text, err)
		}
		if text == "shop older:2x" && (e.At != 5 || !slices.Equal(q.Words(), []string{"shop"})) {
			t.Errorf("%q: the rest of it is %v, the mistake at %d", text, q.Words(), e.At)
		}
	}
}

// TestAMistakeNamesWhatThereIsInOneLine of 80 cells, whatever was meant.
func TestAMistakeNamesWhatThereIsInOneLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"status:foo":    "not a status: queued running paused success unstable failure not_built aborted",
		"status:failed": "meant failure? or queued running paused success unstable not_built aborted",
		"status:mine":   "is:mine? or queued running paused success unstable failure not_built aborted",
		"foo:bar":       "filters: job: status: is: by: node: stage: older: newer: longer: controller:",
		"stauts:x":      "meant status:? or job: is: by: node: stage: older: newer: longer: controller:",
		"controler:x":   "meant controller:? or job: status: is: by: node: stage: older: newer: longer:",
		"is:foo":        "is:foo is not known",
		"older:2x":      "older:2x needs a duration such as 2h",
		"node:":         "node: needs a node such as agent-9 or agent-*",
		"status:succss": "meant success? or queued running paused unstable failure not_built aborted",
	} {
		_, err := Parse(text)
		e, ok := errors.AsType[*Error](err)
		if !ok {
			t.Errorf("%q: %v", text, err)
			continue
		}
		texts := e.Texts()
		if last := texts[len(texts)-1]; last != want || len(last) > briefW {
			t.Errorf("%q: %q, want %q", text, last, want)
		}
		if first := texts[0]; !strings.Contains(first, e.What) || !strings.Contains(first, e.Fix) {
			t.Errorf("%q: %q", text, first)
		}
	}
}

func TestCompletionGoesOnWithTheLastWord(t *testing.T) {
	t.Parallel()
	v := &Vocabulary{Jobs: []string{"shop/cart/main", "shop/web", "nightly images"}, Nodes: []string{"agent-7", "built-in"},
		Users: []string{"mira"}, Stages: []string{"Deploy to prod"}}
	for text, want := range map[string][]string{
		"":                  nil,
		"s":                 nil,
		"st":                {"status:", "stage:"},
		"shop !st":          {"shop !status:", "shop !stage:"},
		"status:fa":         {"status:failure"},
		"status:failure,un": {"status:failure,unstable"},
		"job:sh":            {"job:shop/*", "job:shop/cart/*", "job:shop/cart/main", "job:shop/web"},
		"job:ni":            {`job:"nightly images"`},
		"node:":             {"node:agent-7", "node:built-in"},
		"@m":                {"@me", "@mira"},
		"stage:dep":         {`stage:"Deploy to prod"`},
		"is:fa":             {"is:failing"},
		"status:failure ":   nil,
		"status:failure":    nil,
		"colour:r":          nil,
	} {
		if got := Complete(text, v); !slices.Equal(got, want) {
			t.Errorf("%q goes on as %q, want %q", text, got, want)
		}
	}
}

func TestMarksAreWhatARowShows(t *testing.T) {
	t.Parallel()
	q := Must("shop node:agent-* @mira @me job:shop/*/main !job:cart status:fail,queued !web")
	for k, want := range map[Key][]string{Text: {"shop"}, Node: {"agent-"}, By: {"mira"}, Job: {"shop", "main"}, Status: {"failure", "queued"}} {
		if got := q.Marks(k); k != Job && !slices.Equal(got, want) {
			t.Errorf("%q marks %q, want %q", k, got, want)
		}
	}
}

func TestAQuerySaysWhetherLiveOrEndedRunsAreMeant(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{
		"": {true, false}, "status:failure": {false, true}, "status:failure,running": {true, true}, "is:failing": {false, true},
		"!status:failure": {true, false}, "is:mine": {true, false},
	} {
		if q := Must(text); q.Live() != want[0] || q.Ended() != want[1] {
			t.Errorf("%q: live %v, ended %v", text, q.Live(), q.Ended())
		}
	}
}

func TestLastingQueriesAreAboutWhatDoesNotChange(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"": true, "@me job:shop/* !controller:lab is:mine": true, "is:failing": false, "shop": false,
		"@me status:running": false, "older:2h": false, "is:mine,late": false} {
		if q := Must(text); q.Lasting() != want {
			t.Errorf("%q: %v", text, q.Lasting())
		}
	}
}

func TestNearbyLetters(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]bool{"scm": true, "chk": true, "shmain": true, "SM": true, "main": true, "cot": true,
		"sin": false, "htm": false, "mains": false, "": false} {
		if got := nearby(word, "shop/checkout/main"); got != want {
			t.Errorf("nearby %q: %v", word, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"@me status:failure node:a* job:shop/* older:2h !text", `stage:"a b,c",d !!@x`, "older:2x", `"`, "é:ü !", "a:\xff"} {
		f.Add(s)
	}
	r := sampleRuns()["running"]
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		if e, ok := errors.AsType[*Error](err); ok && (e.What == "" || e.Fix == "" || e.At < 0 || e.At >= len(text)) {
			t.Errorf("%q: %+v", text, e)
		}
		q.Match(r, "shop/checkout/main", &Facts{Now: now})
		for _, k := range Keys {
			q.Marks(k.Key)
		}
		for _, c := range Complete(text, &Vocabulary{Jobs: []string{"a/b c"}, Users: []string{"x"}}) {
			if _, cerr := Parse(c); cerr != nil && err == nil && !strings.HasSuffix(c, ":") {
				t.Errorf("%q is completed to %q: %v", text, c, cerr)
			}
		}
	})
}
