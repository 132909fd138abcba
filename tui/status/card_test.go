package status

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/failure"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// TestACardWithoutAStageSaysWhatItsLinesAre: of a build that is no pipeline, and of one that failed outside of any stage.
func TestACardWithoutAStageSaysWhatItsLinesAre(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := open(t, 80, 24, failed(now), sample(now, stages.Failure))
	s.stages.tree = stages.Tree{}
	for found, want := range map[bool]string{true: "first error", false: "last lines"} {
		s.why.card = &failure.Card{Error: failure.Block{Lines: []string{"boom"}, Found: found, From: "console"}}
		text := kittest.Unstyled(strings.Join(s.cardLines(78, 10, s.sh.Styles), "\n"))
		if !strings.Contains(text, want) || !strings.Contains(text, "console") || !strings.Contains(text, "boom") {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// TestTheFirstScreenSaysWhyTheDemosBuildFailed has the room that the pane has at 120x40 and at 80x24.
func TestTheFirstScreenSaysWhyTheDemosBuildFailed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		s.show(s.build("shop/cart/main", 1203), nil)
		for _, size := range [][2]int{{57, 12}, {78, 11}, {138, 18}} {
			s.w, s.h = size[0], size[1]
			s.Resize(s.w, s.h)
			for _, want := range []string{"Test ▸ npm test", "log of the step", "FAIL src/cart/voucher.test.ts", "new failure voucher", "last good #1201", "in #1203", "in #1202", "tom  Round voucher"} {
				if got := s.text(); !strings.Contains(got, want) {
					t.Errorf("%v: no %q:\n%s", size, want, got)
				}
			}
		}
	})
}

// TestTheCardKeepsItsBounds has it leave the most of the pane that it may, and each part its first line.
func TestTheCardKeepsItsBounds(t *testing.T) {
	t.Parallel()
	now := time.Now()
	s := open(t, 60, 20, failed(now), sample(now, stages.Failure))
	card := &failure.Card{Error: failure.Block{First: 2, From: "console"}, Tests: &failure.Tests{}}
	for i := range 12 {
		card.Error.Lines = append(card.Error.Lines, fmt.Sprint("line ", i))
		card.Tests.Cases = append(card.Tests.Cases, failure.Case{Name: fmt.Sprint("test ", i), Since: 3})
		card.Commits = append(card.Commits, failure.Commit{ID: "0123456789abcdef", Author: "ann", Title: fmt.Sprint("commit ", i)})
	}
	s.why.card = card
	for most := 1; most < 60; most++ {
		lines := s.cardLines(60, most, s.sh.Styles)
		text := kittest.Unstyled(strings.Join(lines, "\n"))
		if len(lines) > most {
			t.Errorf("%d lines where %d are allowed", len(lines), most)
		}
		if most >= 6 && (!strings.Contains(text, "line 2") || !strings.Contains(text, "test 0") || !strings.Contains(text, "commit 0")) {
			t.Errorf("in %d lines:\n%s", most, text)
		}
	}
}

func TestOneKeySendsWhyItFailed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s, _ := asking(t)
		s.press(kit.IntentSendWhy)
		if s.KnowsWhy() || len(s.sent) != 1 || s.sent[0].(kit.NoteMsg).Text == "" {
			t.Errorf("before it is known: %v", s.sent)
		}
		s.show(s.build("shop/cart/main", 1203), nil)
		s.sent = nil
		s.press(kit.IntentSendWhy)
		if len(s.sent) != 1 {
			t.Fatalf("sent %v", s.sent)
		}
		text := s.sent[0].(kit.ComposeMsg).Text
		for _, want := range []string{"FAILURE in Test", "npm test", "FAIL src/cart/voucher.test.ts", "rounds half cents", "Round voucher discounts"} {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in\n%s", want, text)
			}
		}
		if n := strings.Count(text, "\n") + 1; n > sentLines {
			t.Errorf("%d lines", n)
		}
	})
}

// TestWhyItFailedIsSentAsSoonAsItIsKnown, and only where it was asked for.
func TestWhyItFailedIsSentAsSoonAsItIsKnown(t *testing.T) {
	t.Parallel()
	run := jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", Number: 3}, Status: jenkins.Failure}
	for _, wanted := range []bool{true, false} {
		p := New(kittest.Shared())
		p.Show(run)
		if wanted {
			p.Update(kit.IntentSendWhy)
		}
		cmd := p.Update(cardMsg{run: run})
		if wanted != (cmd != nil) {
			t.Fatalf("asked for %v: sent %v", wanted, cmd != nil)
		}
		if wanted {
			if _, ok := cmd().(kit.ComposeMsg); !ok {
				t.Errorf("it is %T", cmd())
			}
		}
	}
}

func TestACommitWithoutAnAuthorSaysSo(t *testing.T) {
	t.Parallel()
	c := &failure.Card{Commits: []failure.Commit{{ID: "0123456789abcdef", Title: "Round prices", Number: 3}}}
	got := kittest.Unstyled(strings.Join(commitLines(c, 80, kittest.Styles(false)), "\n"))
	if !strings.Contains(got, "012345678 unknown author  Round prices") {
		t.Errorf("it reads %q", got)
	}
}

func TestTheLogOfTheStepThatFailedIsGivenItsMessage(t *testing.T) {
	t.Parallel()
	step := &stages.Step{ID: "7"}
	for _, c := range []struct {
		id, from, want string
	}{{"7", failure.FromMessage, "no target"}, {"7", "log of the step", ""}, {"8", failure.FromMessage, ""}} {
		y := why{card: &failure.Card{StepID: c.id, Error: failure.Block{Lines: []string{"no target"}, From: c.from}}}
		if got := y.messageOf(step); got != c.want {
			t.Errorf("%v: %q", c, got)
		}
	}
	if got := (&why{}).messageOf(step); got != "" {
		t.Errorf("without a card: %q", got)
	}
}
