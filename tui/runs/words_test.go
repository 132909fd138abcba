package runs

import (
	"slices"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestNodesThatDoNotFitAreCounted(t *testing.T) {
	t.Parallel()
	for want, nodes := range map[string][]string{
		"":             nil,
		"agent-7":      {"agent-7"},
		"a1, a2, a3":   {"a1", "a2", "a3"},
		"agent-7 +2":   {"agent-7", "agent-8", "agent-9"},
		"li…t-0001 +1": {"linux-agent-0001", "b"},
	} {
		if got := nodesText(nodes, 12); got != want {
			t.Errorf("%v: %q, want %q", nodes, got, want)
		}
	}
}

func TestShortWhy(t *testing.T) {
	t.Parallel()
	for why, want := range map[string]string{
		"Build #2 is already in progress (ETA: 18 sec)":    "behind #2",
		"Upstream project ‘lib’ is already building":       "behind lib",
		"Blocked by ‘web’":                                 "behind web",
		"In the quiet period. Expires in 2.9 sec":          "quiet period",
		"Waiting for next available executor":              "for an executor",
		"Waiting for next available executor on ‘linux’":   "for linux",
		"‘Jenkins’ doesn’t have label ‘arm64’":             `no agent "arm64"`,
		"‘Jenkins’ doesn’t have label ‘a-very-long-label’": "no agent a-very-long-label",
		"There are no nodes with the label ‘gpu’":          `no agent "gpu"`,
		"All nodes of label ‘linux’ are offline":           "linux offline",
		"":                             "queued",
		"Finished waiting":             "Finished waiting",
		"Executor slot already in use": "Executor slot already in use",
	} {
		if got := shortWhy(&jenkins.Run{Why: why}); got != want {
			t.Errorf("%q became %q, want %q", why, got, want)
		}
	}
}

func TestLettersFoundAreMarkedInWhatTheyAreWrittenWith(t *testing.T) {
	t.Parallel()
	st := kittest.Shared().Styles
	mark := st.Match.Render
	want := "Über-" + mark("c") + mark("a") + mark("f") + mark("é")
	if got := nameCell("Über-café", 9, &marks{text: []string{"cafe"}}, st); got != want {
		t.Errorf("marked is %q, want %q", got, want)
	}
}

// TestQueuedRunSaysWhoStartedIt: why it waits is in another column.
func TestQueuedRunSaysWhoStartedIt(t *testing.T) {
	t.Parallel()
	up := jenkins.Cause{Text: `Started by upstream project "shop/main" build number 1203`, UpstreamJob: "shop/main", UpstreamBuild: 1203}
	for _, tt := range []struct {
		cause jenkins.Cause
		w     int
		want  string
	}{
		{jenkins.Cause{Text: "Started by user Mira", UserID: "mira"}, 8, "mira"},
		{up, 20, "shop/main #1203"},
		{up, 8, "ma…#1203"},
	} {
		run := jenkins.Run{Status: jenkins.Queued, Why: "In the quiet period.", Causes: []jenkins.Cause{tt.cause}}
		if got := causeText(&run, tt.w); got != tt.want {
			t.Errorf("in %d cells %v is %q, want %q", tt.w, tt.cause, got, tt.want)
		}
	}
}

func TestControllersAreToldApartInFewCells(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		names []string
		short int
		texts []string
	}{
		{[]string{"build-eu", "build-us"}, 2, []string{"eu", "us"}},
		{[]string{"ci.eu.example.com", "ci.eu2.example.com"}, 3, []string{"eu.", "eu2"}},
		{[]string{"ci", "ci-old"}, 3, []string{"ci ", "ci-"}},
		{[]string{"prod", "staging"}, 2, []string{"pr", "st"}},
		{[]string{"a-1", "a-2", "b"}, 3, []string{"a-1", "a-2", "b  "}},
	} {
		names := controllers(c.names)
		_, short := names.widths()
		var texts []string
		for _, name := range c.names {
			texts = append(texts, names.text(name, short))
		}
		if short != c.short || !slices.Equal(texts, c.texts) {
			t.Errorf("%q are %q in %d cells, want %q", c.names, texts, short, c.texts)
		}
	}
}

// TestLongStageIsNotCutBesideEmptyCells: who started a run can be said in short.
func TestLongStageIsNotCutBesideEmptyCells(t *testing.T) {
	t.Parallel()
	o := kittest.Shared().Opts
	for stage, want := range map[int]int{0: stageW, 5: stageW, 17: 20, 90: 20} {
		c := columnsFor(117, widths{number: 5, name: 36, stage: stage}, nil, o)
		if c.stage != want || c.cause < whoW || c.name < 36 {
			t.Errorf("for a stage of %d cells: %+v, want it to have %d", stage, c, want)
		}
	}
}

func TestFooterOffersNoSelectingAmongNothing(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		p, _ := listing(t)
		if _, off := p.Footer().Words[kit.IntentDown]; off {
			t.Error("two runs are listed, and none can be selected")
		}
		p.Search.Filter.Set("zzzz")
		p.Rebuild()
		if word, off := p.Footer().Words[kit.IntentDown]; !off || word != "" {
			t.Errorf("nothing is listed: %q", word)
		}
	})
}
