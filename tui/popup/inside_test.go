package popup

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/changes"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

const evil = "\x1b]0;owned\x07\x1b[2J\u202e日本\tlong "

func TestChangesAreThoseSinceTheLastGoodBuild(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 40)
		s.show(NewChanges(s.sh, &s.kept, s.cart()))
		s.shows("since #1201, the last good · 3", "tom  Round voucher discounts to whole cents", "#1203", "#1202")
		s.write("round")
		s.press("enter")
		s.shows("tom <tom@example.com>", "The shop's books do not know half cents.", "#1203 was the first with it")
		s.press("y")
		if c, ok := s.sent[0].(kit.CopyMsg); !ok || len(c.Text) != 40 {
			t.Errorf("copied %+v", s.sent)
		}
		s.press("esc", "esc")
		if s.top != nil {
			t.Error("esc leads nowhere")
		}
		s.show(NewChanges(s.sh, &s.kept, s.build("perf/soak test", 1)))
		s.shows("This build was started without new commits.")
		s.c.Fault(jenkinstest.Down)
		s.show(NewChanges(s.sh, &Kept{}, jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/cart/main", Number: 1203}}))
		s.shows("Jenkins cannot be reached")
	})
}

func TestBuildsAroundABuildAreATreeThatOpensThem(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 100, 24)
		run := s.cart()
		run.Pipeline = true
		s.show(NewRelated(s.sh, run))
		s.shows("✗ shop/cart/main #1203", "this build", "✓ └ deploy/preview #5")
		s.press("down", "enter")
		opened, ok := s.sent[0].(BuildMsg)
		if !ok || opened.Run.Job != "deploy/preview" || s.top != nil {
			t.Fatalf("enter sends %+v", s.sent)
		}
		opened.Run.Pipeline = true
		s.show(NewRelated(s.sh, opened.Run))
		s.shows("✗ shop/cart/main #1203", "✓ └ deploy/preview #5", "this build")
		opened.Run.Causes = nil // as the list has it of builds that it has not watched
		s.show(NewRelated(s.sh, opened.Run))
		s.shows("✗ shop/cart/main #1203")
		s.show(NewRelated(s.sh, s.build("perf/soak test", 1)))
		s.shows("No other build started it, and it started none.")
	})
}

func TestBuildsThatCannotBeSeenAreNamed(t *testing.T) {
	t.Parallel()
	sh := kittest.Shared()
	ref := func(job string, n int) jenkins.Run {
		return jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: job, Number: n}}
	}
	me := ref("a", 3)
	me.Status = jenkins.Failure
	items := relatedItems(sh, me, related{up: []jenkins.Run{ref("gone", 7)}, down: []changes.Started{{Run: ref("later", 0)}, {Run: ref("hidden", 4)}}})
	var got []string
	for _, it := range items {
		opens := ""
		if it.Msg != nil {
			opens = " opens"
		}
		got = append(got, it.Label+" | "+it.Note+opens)
	}
	want := []string{"gone #7 | is no longer there, or you may not see it", "└ a #3 | this build  FAILURE    0:00 opens",
		"  └ later | has not begun, or it is not known which build", "  └ hidden #4 | you may not see it"}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", got)
	}
}

func TestNodesShowWhatRunsOnThemAndWhyTheyAreOffline(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 40)
		s.show(NewNodes(s.sh, "ci"))
		s.shows("5 nodes, 1 offline", "✗ mac mini  macos", "offline 40m: Connection was broken", "of 8 busy", "└ shop/checkout/main #412")
		s.write("mac")
		s.press("enter")
		s.shows("✗ offline", "since", "Connection was broken")
		s.press("esc")
		s.show(NewNodes(s.sh, "ci"))
		s.press("down", "down", "down", "enter")
		if len(s.sent) != 1 {
			t.Fatalf("enter on a build sends %v", s.sent)
		}
		if m := s.sent[0].(JobMsg); m.Number == 0 || m.Controller != "ci" || s.top != nil {
			t.Errorf("it opens %+v", m)
		}
		s.c.Fault(jenkinstest.Forbidden)
		s.show(NewNodes(s.sh, "ci"))
		s.shows("ctrl+r ask again")
	})
}

func TestHostileNamesAreDrawnSafely(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		c := demo.New()
		for w := 3; w <= 300; w++ {
			s := over(t, c, w, 4+w*7%50)
			long := strings.Repeat(evil, 1+w%16) + "a" + strings.Repeat("\u0301", w)
			ref := jenkins.Ref{Controller: "ci", Job: long, Number: 1}
			commit := changes.Commit{ID: evil, Author: long, Email: long, Title: long, Message: long + "\n" + long, Number: 1}
			node := nodes.Node{Node: jenkins.Node{Name: long, Labels: []string{long}, Offline: true}, Why: long, Cause: evil,
				Work: []nodes.Work{{Name: long}, {Name: long, Ref: ref, Stage: long, Stuck: true}}}
			l := NewList(s.sh, "Any", "", nil)
			l.large = true
			l.items = append([]Item{commitItem(&commit, 9), nodeItem(s.sh, &node), workItem(s.sh, "ci", &node.Work[0]), workItem(s.sh, "ci", &node.Work[1])},
				relatedItems(s.sh, jenkins.Run{Ref: ref}, related{up: []jenkins.Run{{Ref: ref, Status: jenkins.Failure}}})...)
			l.choose()
			s.show(l, nil)
			s.text()
			for _, p := range []Popup{newCommit(l, commit), newNode(l, &node)} {
				s.show(p, nil)
				s.text()
				s.press("G")
				s.text()
			}
		}
	})
}

func TestInsideFrames(t *testing.T) {
	open := map[string]func(s *screen){
		"changes": func(s *screen) { s.show(NewChanges(s.sh, &s.kept, s.cart())) },
		"related": func(s *screen) {
			run := s.cart()
			run.Pipeline = true
			s.show(NewRelated(s.sh, run))
		},
		"nodes": func(s *screen) { s.show(NewNodes(s.sh, "ci")) },
	}
	for name, open := range open {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size[0], size[1]), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					s := over(t, demo.New(), size[0], size[1])
					time.Sleep(time.Second)
					open(s)
					golden.RequireEqual(t, s.text())
				})
			})
		}
	}
}

func TestEveryPopupFitsTheSmallestScreen(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 80, 24)
		run := s.cart()
		run.Pipeline = true
		s.tests(run)
		tests := s.top
		s.press("enter")
		test := s.top
		s.artifacts(run)
		files := s.top
		d := &downloads{sh: s.sh, now: &transfer{what: kit.Clean(evil), at: [2]int64{5, 10}}}
		d.wrap(files.(*List))
		s.show(NewChanges(s.sh, &s.kept, run))
		commits := s.top
		s.show(NewNodes(s.sh, "ci"))
		for _, p := range []Popup{tests, test, files, commits, s.top} {
			for w := 3; w < 30; w++ {
				for h := 4; h < 14; h++ {
					s.top, s.w, s.h = p, w, h
					s.text()
				}
			}
		}
	})
}
