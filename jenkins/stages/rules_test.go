package stages

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

const noStages = `200 {"status":"ok","data":{"stages":[]}}`

func TestAPageIsAskedAgainWhenItHasRested(t *testing.T) {
	t.Parallel()
	for page, rests := range map[string]time.Duration{"": 10 * time.Minute, "500 {}": 20 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			pages := map[string]string{"wfapi/describe": anAnswer}
			if page != "" {
				pages["stages/tree"] = page
			}
			r, h := reading(t, pages)
			asked := func() bool {
				h.asked = nil
				if _, err := r.Tree(t.Context(), someRun("")); err != nil {
					t.Fatal(err)
				}
				return slices.Contains(h.asked, "stages/tree")
			}
			first := asked()
			time.Sleep(rests - time.Second)
			if before := asked(); !first || before {
				t.Errorf("%q: asked first %v, a second too early %v", page, first, before)
			}
			time.Sleep(2 * time.Second)
			if !asked() {
				t.Errorf("%q: not asked after %v", page, rests)
			}
		})
	}
}

func TestOnlyAYoungRunningPipelineMayHaveNoStages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			status jenkins.Status
			age    time.Duration
			asks   bool
		}{{jenkins.Running, 9 * time.Second, false}, {jenkins.Running, 11 * time.Second, true}, {jenkins.Failure, 9 * time.Second, true}} {
			r, h := reading(t, map[string]string{"stages/tree": noStages, "wfapi/describe": anAnswer})
			run := someRun(c.status)
			run.StartedAt = time.Now().Add(-c.age)
			if _, err := r.Tree(t.Context(), run); err != nil {
				t.Fatal(err)
			}
			if asks := slices.Contains(h.asked, "wfapi/describe"); asks != c.asks {
				t.Errorf("%s after %v: another source is asked: %v", c.status, c.age, asks)
			}
		}
	})
}

func TestAControllerThatIsOverloadedIsAskedOnce(t *testing.T) {
	t.Parallel()
	r, h := reading(t, map[string]string{"stages/tree": "429 {}"})
	_, err := r.Tree(t.Context(), someRun(""))
	if e, ok := errors.AsType[*jenkins.Error](err); !ok || e.Status != 429 || len(h.asked) != 1 {
		t.Errorf("%v after %q", err, h.asked)
	}
}

// TestNoStepOfAnEndedRunGoesOn has sources that are behind the run.
func TestNoStepOfAnEndedRunGoesOn(t *testing.T) {
	t.Parallel()
	const tree = `200 {"status":"ok","data":{"stages":[{"id":"6","name":"Work","state":"running","startTimeMillis":1795998248339}]}}`
	for name, pages := range map[string]map[string]string{
		"graph view": {"stages/tree": tree, "stages/allSteps": `200 {"status":"ok","data":{"steps":[` +
			`{"id":"7","name":"make","state":"running","startTimeMillis":1795998248339,"stageId":"6"}]}}`},
		"wfapi": {"stages/tree": tree, "wfapi/describe": `200 {"stages":[{"id":"6","name":"Work","status":"IN_PROGRESS","stageFlowNodes":[` +
			`{"id":"7","name":"make","status":"IN_PROGRESS","parentNodes":["6"]}]}]}`},
	} {
		r, _ := reading(t, pages)
		got, err := r.Whole(t.Context(), someRun(jenkins.Aborted))
		if s := got.Find("6"); err != nil || s == nil || len(s.Steps) != 1 || s.State != Aborted || s.Steps[0].State != Aborted {
			t.Errorf("%s: %v, %+v", name, err, s)
		}
	}
}

func TestStepsThatHaveNotBegunNeedNoTimes(t *testing.T) {
	t.Parallel()
	r, h := reading(t, map[string]string{"stages/tree": "904", "stages/allSteps": `200 {"status":"ok","data":{"steps":[]}}`, "wfapi/describe": anAnswer})
	if _, err := r.Whole(t.Context(), someRun("")); err != nil || slices.Contains(h.asked, "wfapi/describe") {
		t.Errorf("%v after %q", err, h.asked)
	}
}

func TestWhatIsNoIDLeadsToNoPage(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]flowID{`"12"`: "12", `12`: "12", `"../../x"`: "", `"-1"`: "", `null`: "", `{}`: "", `1.5`: ""} {
		var id flowID
		if err := id.UnmarshalJSON([]byte(raw)); err != nil || id != want {
			t.Errorf("%s is %q, %v", raw, id, err)
		}
	}
}
