package popup

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/testreport"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// cart returns the build that fails in the demo.
func (s *screen) cart() jenkins.Run { return s.build("shop/cart/main", 1203) }

func (s *screen) tests(run jenkins.Run) { s.show(NewTests(s.sh, &s.kept, run)) }

func TestTestsOfABuildBeginWithTheFailingOnes(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 80, 24)
		s.tests(s.cart())
		s.shows("2 failed, 1 new", "new failure", "fails since #1202", "ctrl+r ask again")
		if !strings.Contains(s.under(), "rounds half cents") {
			t.Errorf("the first is %q", s.under())
		}
		s.press("/")
		s.write("spreadsheet")
		s.shows("1 of 83", "○ cart.Export.writes a spreadsheet")
		s.press("enter")
		s.shows("SKIPPED", "needs LibreOffice")
	})
}

func TestAllAboutATestIsOneKeyAway(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 40)
		s.tests(s.cart())
		s.press("enter")
		s.shows("✗ FAILED  new failure", "stage  Test", "expected 7.13 but was 7.12", "voucher.ts:33", "#1203", "✓   #1202")
		s.press("y")
		if c, ok := s.sent[0].(kit.CopyMsg); !ok || !strings.Contains(c.Text, "rounds half cents\nexpected 7.13 but was 7.12\n\nAssertionError") {
			t.Errorf("copied %+v", s.sent)
		}
		s.press("esc")
		s.shows("2 failed, 1 new")
		s.press("esc")
		if s.top != nil {
			t.Error("esc leads nowhere")
		}
	})
}

func TestTestsOfAnEndedBuildAreAskedForOnce(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 80, 24)
		run := s.cart()
		before := len(s.c.Requests())
		for range 3 {
			s.tests(run)
			s.press("esc")
		}
		if n := len(s.c.Requests()) - before; n != 2 { // and whether they are of this build
			t.Errorf("%d requests", n)
		}
		s.tests(run)
		s.press("ctrl+r")
		if n := len(s.c.Requests()) - before; n != 4 {
			t.Errorf("%d requests after ctrl+r", n)
		}
	})
}

func TestNoTestsAndNoAnswerAreSaid(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 80, 24)
		s.tests(s.build("infra/nightly images", 902))
		s.shows("This build has no test report.")
		run := s.cart()
		s.c.Fault(jenkinstest.ServerError)
		s.tests(run)
		s.shows("ctrl+r ask again", "500")
		s.c.Fault(jenkinstest.Healthy)
		s.press("ctrl+r")
		s.shows("rounds half cents")
		s.show(NewTests(kittest.Shared(), &Kept{}, run))
		s.shows("There is no controller to ask.")
		p, _ := NewTests(s.sh, &Kept{}, run) // before the answer comes
		s.show(p, nil)
		s.shows("Asking Jenkins…")
	})
}

func TestHostileTestsAreDrawnSafely(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 60, 20)
		evil := "\x1b]0;owned\x07\x1b[2J\u202e日本" + strings.Repeat("long ", 400)
		l := NewList(s.sh, "Tests", "", nil)
		k := testreport.Case{Class: evil, Name: evil, Suite: evil, Status: testreport.Failed, Message: evil, Stage: []string{evil}}
		l.items = []Item{testItem(&k, s.sh.Styles)}
		l.choose()
		s.show(l, nil)
		s.text()
		p, _ := newTest(l, s.cart(), k)
		s.show(p, nil)
		for range 30 {
			s.text()
			s.press("down")
		}
	})
}

func TestTestFrames(t *testing.T) {
	for name, keys := range map[string][]string{"list": nil, "test": {"enter"}, "filtered": {"h", "a", "l", "f"}} {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					s := over(t, demo.New(), size[0], size[1])
					s.tests(s.cart())
					s.press(keys...)
					golden.RequireEqual(t, s.text())
				})
			})
		}
	}
}

// BenchmarkTestsFilter types a letter into the filter of 3,000 tests, draws the list and takes the letter back.
func BenchmarkTestsFilter(b *testing.B) {
	s := over(b, jenkinstest.New(jenkinstest.Options{}), 120, 40)
	l := NewList(s.sh, "Tests", "", nil)
	l.large = true
	for i := range 3000 {
		k := testreport.Case{Class: fmt.Sprint("com.example.shop.cart.checkout.Suite", i/30), Name: fmt.Sprint("pays with a saved card and voucher ", i),
			Status: testreport.Passed, Duration: time.Duration(i) * time.Millisecond}
		if i < 20 {
			k.Status, k.Message = testreport.Failed, "expected 7.13 but was 7.12"
		}
		l.items = append(l.items, testItem(&k, s.sh.Styles))
	}
	l.choose()
	s.show(l, nil)
	s.write("shop card")
	for b.Loop() {
		s.press("9")
		l.View(l.Size())
		s.press("backspace")
		l.View(l.Size())
	}
}
