package tui

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/transition"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// later is the sample a while later, with a run of it that has ended.
func later(now time.Time, job string, result jenkins.Status) watch.Snapshot {
	s := sampleSnapshot(now)
	s.At = now.Add(2 * time.Second)
	s.RecentAt = s.At
	var runs []jenkins.Run
	for _, r := range s.Runs {
		if r.Job == job {
			r.Status, r.Duration = result, r.Elapsed(s.At)
			r.Stages = nil
			s.Recent = append([]jenkins.Run{r}, s.Recent...)
			continue
		}
		runs = append(runs, r)
	}
	s.Runs = runs
	return s
}

// raw is what was written to the terminal beside the frames.
func (d *driver) raw() string {
	var b strings.Builder
	for _, msg := range d.out {
		if r, ok := msg.(tea.RawMsg); ok {
			fmt.Fprint(&b, r.Msg)
		}
	}
	d.out = nil
	return b.String()
}

func kitty() tea.EnvMsg { return tea.EnvMsg{"TERM=xterm-kitty", "KITTY_WINDOW_ID=1"} }

func TestAFollowedRunThatEndsIsSaidUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{80, 24}, {120, 40}, {200, 60}} {
		kittest.InBubble(t, func(t *testing.T) {
			now := time.Now()
			d := drive(t, testOptions(), size[0], size[1])
			d.send(kitty())
			d.send(sampleSnapshot(now))
			d.selectJob("shop/checkout/main")
			d.press("f")
			if !strings.Contains(d.screen(), "▶» shop/checkout/main") && !strings.Contains(d.screen(), "▶»shop/checkout/main") {
				t.Errorf("%v: it is not marked:\n%s", size, d.screen())
			}
			if v := d.m.View(); v.WindowTitle != "▶ shop/checkout/main #412 55% - jenkwatch" || v.ProgressBar != nil {
				t.Errorf("%v: title %q, progress %v", size, v.WindowTitle, v.ProgressBar)
			}
			d.selectJob("hello-free")
			d.send(tea.BlurMsg{})
			d.send(later(now, "shop/checkout/main", jenkins.Failure))
			time.Sleep(time.Minute) // longer than a note stays
			d.send(kit.TickMsg{})
			const says = "shop/checkout/main #412 failed in e2e after 3:14 - enter opens it"
			if !strings.Contains(d.screen(), "✗ "+says) {
				t.Errorf("%v: it says nothing:\n%s", size, d.screen())
			}
			if got := d.raw(); !strings.HasPrefix(got, "\a\x1b]99;") || !strings.Contains(got, "shop/checkout/main #412 failed in e2e after 3:14") {
				t.Errorf("%v: the terminal gets %q", size, got)
			}
			if title := d.m.View().WindowTitle; !strings.HasPrefix(title, "✗ shop/checkout/main #412 failed") {
				t.Errorf("%v: title %q", size, title)
			}
			d.press("enter")
			if r := d.m.runs.Current(); r == nil || r.Job != "shop/checkout/main" || r.Status != jenkins.Failure {
				t.Errorf("%v: enter opens %v", size, r)
			}
			if strings.Contains(d.screen(), says) || d.m.View().WindowTitle != "" {
				t.Errorf("%v: it is still said:\n%s", size, d.screen())
			}
		})
	}
}

func TestWhatIsSaidFollowsTheConfig(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		notify kit.Notify
		focus  tea.Msg
		keys   []string
		raw    string // how it begins
		said   bool
	}{
		"nothing is followed":       {kit.Notify{}, nil, nil, "", false},
		"followed":                  {kit.Notify{}, nil, []string{"f"}, "\a\x1b]99;", true},
		"no longer":                 {kit.Notify{}, nil, []string{"f", "f"}, "", false},
		"looked at":                 {kit.Notify{}, tea.FocusMsg{}, []string{"f"}, "\a", true},
		"no bell":                   {kit.Notify{NoBell: true}, nil, []string{"f"}, "\x1b]99;", true},
		"another protocol":          {kit.Notify{NoBell: true, Desktop: "osc9"}, nil, []string{"f"}, "\x1b]9;jenkwatch: ", true},
		"no desktop":                {kit.Notify{Desktop: "off"}, nil, []string{"f"}, "\a", true},
		"only what is fixed":        {kit.Notify{On: []transition.Kind{transition.Fixed}}, nil, []string{"f"}, "", false},
		"all of mine":               {kit.Notify{Mine: true}, nil, nil, "\a\x1b]99;", true},
		"all of mine, switched off": {kit.Notify{Mine: true}, nil, []string{":", "all runs of mine", "enter"}, "", false},
	} {
		kittest.InBubble(t, func(t *testing.T) {
			now := time.Now()
			o := testOptions()
			o.Notify = tt.notify
			d := drive(t, o, 120, 40)
			d.send(kitty())
			d.send(sampleSnapshot(now))
			d.selectJob("shop/checkout/main")
			if tt.focus != nil {
				d.send(tt.focus)
			}
			for _, k := range tt.keys {
				if strings.Contains(k, " ") {
					d.write(k)
				} else {
					d.press(k)
				}
			}
			d.raw()
			d.send(later(now, "shop/checkout/main", jenkins.Failure))
			if got := d.raw(); tt.raw == "" && got != "" || !strings.HasPrefix(got, tt.raw) {
				t.Errorf("%s: the terminal gets %q", name, got)
			}
			if got := strings.Contains(d.screen(), "enter opens it"); got != tt.said {
				t.Errorf("%s: said %v:\n%s", name, got, d.screen())
			}
		})
	}
}

// TestAfterAReconnectThereIsOneDigest of all followed runs.
func TestAfterAReconnectThereIsOneDigest(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		d := drive(t, testOptions(), 120, 40)
		d.send(kitty())
		d.send(sampleSnapshot(now))
		for _, job := range []string{"shop/checkout/main", "shop/cart/PR-88"} {
			d.selectJob(job)
			d.press("f")
		}
		away := sampleSnapshot(now)
		away.Err, away.ErrAt = errors.New("away"), now
		d.send(away)
		d.raw()
		both := later(now, "shop/checkout/main", jenkins.Failure)
		back := both
		back.At, back.RecentAt = now.Add(10*time.Minute), now
		d.send(back)
		if got := d.raw(); got != "" {
			t.Errorf("before all is known the terminal gets %q", got)
		}
		for i := range both.Runs {
			if r := both.Runs[i]; r.Job == "shop/cart/PR-88" {
				r.Status, r.Duration = jenkins.Success, time.Minute
				both.Recent = append([]jenkins.Run{r}, both.Recent...)
				both.Runs = append(both.Runs[:i:i], both.Runs[i+1:]...)
				break
			}
		}
		both.At = now.Add(10*time.Minute + 2*time.Second)
		both.RecentAt = both.At
		d.send(both)
		if got := d.raw(); strings.Count(got, "\x1b]99;i=jenkwatch:d=1") != 1 || !strings.Contains(got, "1 broke (shop/checkout/main #412), 1 finished") {
			t.Errorf("the terminal gets %q", got)
		}
		if !strings.Contains(d.screen(), "1 broke (shop/checkout/main #412), 1 finished - enter opens it") {
			t.Errorf("it says\n%s", d.screen())
		}
	})
}

// TestAQueuedRunIsFollowedIntoItsBuild, and so is my next build of a job.
func TestAQueuedRunIsFollowedIntoItsBuild(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(now))
		d.selectJob("shop/web/feature%2Flogin")
		d.press("f")
		d.selectJob("shop/cart/main")
		d.press(":")
		d.write("next build of")
		d.press("enter")
		if !strings.Contains(d.screen(), "following your next build of shop/cart/main") {
			t.Fatalf("it is not followed:\n%s", d.screen())
		}
		next := sampleSnapshot(now)
		next.At, next.Queue = now.Add(2*time.Second), nil
		login := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web/feature%2Flogin", Number: 9}, Status: jenkins.Running, StartedAt: now, Progress: -1}
		cart := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/cart/main", Number: 1205}, Status: jenkins.Running, StartedAt: now, Progress: -1,
			Causes: []jenkins.Cause{{UserID: "alice"}}}
		other := cart
		other.Number, other.Causes = 1204, []jenkins.Cause{{UserID: "bob"}}
		next.Runs = append(next.Runs, login, other, cart)
		d.send(next)
		if !d.m.follow.Has(&login) || !d.m.follow.Has(&cart) || d.m.follow.Has(&other) {
			t.Errorf("followed: %v", d.m.follow.Runs())
		}
		again := login
		again.StartedAt = now.Add(time.Hour) // the job was deleted and made again
		if d.m.follow.Has(&again) {
			t.Error("another build of the same number is followed")
		}
	})
}

func TestNewFailuresAreMarkedUntilAKeyIsPressed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		d := drive(t, testOptions(), 120, 40)
		d.send(sampleSnapshot(now))
		if strings.Contains(d.screen(), "!✗") {
			t.Errorf("what failed long ago is new:\n%s", d.screen())
		}
		d.send(later(now, "shop/cart/PR-88", jenkins.Failure))
		if !strings.Contains(d.screen(), "!✗ shop/cart/PR-88") {
			t.Errorf("it is not marked:\n%s", d.screen())
		}
		d.press("j")
		if strings.Contains(d.screen(), "!✗") {
			t.Errorf("it is still marked:\n%s", d.screen())
		}
	})
}

func TestTheTaskbarIsAmberWhileARunWaitsAndRedWhenOneFailed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		o := testOptions()
		o.Notify.Progress = new(true)
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(now))
		state := func() tea.ProgressBarState {
			if p := d.m.View().ProgressBar; p != nil {
				return p.State
			}
			return tea.ProgressBarNone
		}
		if got := state(); got != tea.ProgressBarNone {
			t.Errorf("at first it is %v", got)
		}
		d.selectJob("shop/checkout/main")
		d.press("f")
		if p := d.m.View().ProgressBar; p == nil || p.State != tea.ProgressBarDefault || p.Value != 56 {
			t.Errorf("of one that runs it is %v", p)
		}
		d.selectJob("release/ship-it")
		d.press("f")
		if got := state(); got != tea.ProgressBarWarning {
			t.Errorf("of one that waits it is %v", got)
		}
		d.send(later(now, "shop/checkout/main", jenkins.Failure))
		if got := state(); got != tea.ProgressBarError {
			t.Errorf("of one that failed it is %v", got)
		}
		time.Sleep(footer.Readable)
		d.press("j")
		if got := state(); got != tea.ProgressBarWarning {
			t.Errorf("afterwards it is %v", got)
		}
	})
}

func TestARuleIsSaidAsItAsks(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		d.send(kitty())
		d.send(sampleSnapshot(time.Now()))
		d.send(RuleApplied{Text: "a #3 is fixed", Bell: true})
		if got := d.raw(); got != "\a" || !strings.Contains(d.screen(), "a #3 is fixed") {
			t.Errorf("the terminal gets %q:\n%s", got, d.screen())
		}
		time.Sleep(footer.Readable)
		d.press("enter")
		if strings.Contains(d.screen(), "a #3 is fixed") {
			t.Errorf("it is still said:\n%s", d.screen())
		}
	})
}

// TestNewsOfFollowedRunsHideNoOther: a restart is noticed, and a rule is said, beside them.
func TestNewsOfFollowedRunsHideNoOther(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		now := time.Now()
		d := drive(t, testOptions(), 120, 40)
		first, next := sampleSnapshot(now), later(now, "shop/checkout/main", jenkins.Failure)
		first.Session, next.Session = "a", "b"
		d.send(first)
		d.selectJob("shop/checkout/main")
		d.press("f")
		d.send(next)
		d.send(RuleApplied{Text: "a #3 is fixed", Bell: true})
		for _, want := range []string{"shop/checkout/main #412 failed", "a #3 is fixed", "Jenkins was restarted", "enter opens it"} {
			if !strings.Contains(d.screen(), want) {
				t.Errorf("no %q in\n%s", want, d.screen())
			}
		}
	})
}

// TestWhatBecameOfAnActionStaysUntilItCouldBeRead: a key that was on its way when it came is no answer to it, and no time takes it away.
func TestWhatBecameOfAnActionStaysUntilItCouldBeRead(t *testing.T) {
	t.Parallel()
	for _, msg := range []kit.NoteMsg{{Text: "Started deploy #8", Stays: true}, {Err: errors.New("Started deploy #8"), Stays: true}} {
		kittest.InBubble(t, func(t *testing.T) {
			d := drive(t, testOptions(), 80, 24)
			d.send(sampleSnapshot(time.Now()))
			said := func(when string, want bool) {
				t.Helper()
				if got := strings.Contains(d.screen(), "Started deploy #8"); got != want {
					t.Errorf("%+v %s: said is %t", msg, when, got)
				}
			}
			d.send(msg)
			d.press("j", "k", "(") // the last means nothing
			said("after keys at once", true)
			d.press("?")
			d.press("esc")
			said("after a popup that was open at once", true)
			time.Sleep(time.Hour)
			d.send(kit.TickMsg{})
			said("an hour later", true)
			d.press("j")
			said("after a key", false)
			d.press("?")
			d.send(msg)
			time.Sleep(time.Second)
			d.press("esc")
			said("below a popup", true)
			d.press("j")
			said("after a key", false)
		})
	}
}

// TestNewsBehindAnOutcomeAreSaidAfterIt: neither is taken away unread.
func TestNewsBehindAnOutcomeAreSaidAfterIt(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		d := drive(t, testOptions(), 80, 24)
		now := time.Now()
		d.send(sampleSnapshot(now))
		d.selectJob("shop/checkout/main")
		d.press("f")
		d.selectJob("hello-free")
		d.send(kit.NoteMsg{Text: "Stopping shop/web #3", Stays: true})
		d.send(later(now, "shop/checkout/main", jenkins.Failure))
		for i, want := range []string{"Stopping shop/web #3", "#412 failed", "q quit"} {
			if got := d.screen(); !strings.Contains(got, want) || i == 2 && strings.Contains(got, "#412 failed in") {
				t.Errorf("after %d keys no %q:\n%s", i, want, got)
			}
			time.Sleep(time.Second)
			d.press("enter")
			if r := d.m.runs.Current(); i == 0 && r.Job != "hello-free" {
				t.Error("enter opens what was not in sight")
			}
		}
	})
}
