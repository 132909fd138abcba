package jenkins

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestStepsTellWhatAStageDid(t *testing.T) {
	t.Parallel()
	for number, want := range map[string][]Step{
		"117": {
			{ID: "9", Name: "Print Message", Description: "preparing billing for prod", Status: StageSuccess,
				StartedAt: time.UnixMilli(1795467520566), Duration: 6 * time.Millisecond},
			{ID: "10", Name: "Shell Script", Description: "env | sort", Status: StageSuccess,
				StartedAt: time.UnixMilli(1795467520572), Duration: 273 * time.Millisecond},
		},
		"121": {
			{ID: "19", Name: "Shell Script", Description: "echo inner=$INNER stage=$STAGE_VAR; sleep 4", Status: StageSuccess,
				StartedAt: time.UnixMilli(1795467520954), Duration: 4400 * time.Millisecond},
			{ID: "20", Name: "Task environment variables and message notifications", Description: "hi from pipeline",
				Status: StageSuccess, StartedAt: time.UnixMilli(1795467525354), Duration: 23 * time.Millisecond},
		},
	} {
		c, _ := against(t, number)
		node := strings.Split(record(t, number).target, "/")[6]
		got, err := c.Steps(t.Context(), pipeline("demo-pipeline", 2), node)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(d)
		}
	}
}

func TestStepsAreAskedForInVainOnce(t *testing.T) {
	t.Parallel()
	n := &notFound{playback{t: t}}
	c := reading(n)
	for range 2 {
		if _, err := c.Steps(t.Context(), pipeline("demo-pipeline", 2), "8"); !errors.Is(err, ErrNoSteps) {
			t.Errorf("got %v", err)
		}
	}
	if len(n.seen) != 1 {
		t.Errorf("asked %v", n.seen)
	}
	if _, err := c.Steps(t.Context(), pipeline("demo-pipeline", 2), "../../8"); err == nil || len(n.seen) != 1 {
		t.Errorf("asked %v: %v", n.seen, err)
	}
}

func TestAStepsDescriptionShowsNoSecret(t *testing.T) {
	t.Parallel()
	own := must(SecretPatterns([]string{`^acme-\d+$`}))
	for text, want := range map[string]string{
		"make  test\n-j4":                                           "make test -j4",
		"curl https://jo:hunter2@host/x?token=abc":                  "curl https://jo:" + Masked + "@host/x?token=" + Masked,
		"deploy --token abcdef --to prod":                           "deploy --token " + Masked + " --to prod",
		"API_KEY='abcdef' ./run --dry":                              "API_KEY=" + Masked + " ./run --dry",
		"login acme-77 now":                                         "login " + Masked + " now",
		"curl -H 'Authorization: Bearer abcdefghijklmnop.qrstuv'":   Masked,
		"gh auth --with ghp_16C7e42F292c6912E7710c838347Ae178B4a x": "gh auth --with " + Masked + " x",
	} {
		if got := describedStep(text, own); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
