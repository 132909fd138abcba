package popup

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func (s *screen) artifacts(run jenkins.Run) { s.show(NewArtifacts(s.sh, &s.kept, run)) }

// notes returns what the footer was to say.
func (s *screen) notes() []string {
	var out []string
	for _, msg := range s.sent {
		if n, ok := msg.(kit.NoteMsg); ok && n.Err != nil {
			out = append(out, kit.SayError(n.Err))
		} else if ok {
			out = append(out, n.Text)
		}
	}
	return out
}

func TestArtifactsAreSavedBelowAFolderOfTheBuild(t *testing.T) {
	t.Chdir(t.TempDir())
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 24)
		s.artifacts(s.cart())
		s.shows("dist/cart-1.9.2.tgz", "1.3 MB", "1.5 MB · 4")
		s.write("price")
		s.press("ctrl+s")
		s.shows("saved shop-cart-main-1203/reports/price list.txt")
		if b, err := os.ReadFile("shop-cart-main-1203/reports/price list.txt"); err != nil || string(b) != "A-100  90.00\nA-200  12.50\n" {
			t.Errorf("%q, %v", b, err)
		}
		s.press("ctrl+f", "ctrl+a")
		for _, name := range []string{"shop-cart-main-1203-reports.zip", "shop-cart-main-1203.zip"} {
			if b, err := os.ReadFile(name); err != nil || !strings.HasPrefix(string(b), "PK") {
				t.Errorf("%s: %.10q, %v", name, b, err)
			}
		}
		s.press("ctrl+a")
		if got := s.notes(); len(got) != 4 || !strings.Contains(got[3], "shop-cart-main-1203.zip is there already, and is another file. Nothing was overwritten") {
			t.Errorf("it says %q", got)
		}
		s.shows("shop-cart-main-1203.zip is there already, and is another file. Nothing was overwritten")
	})
}

func TestDownloadIsShownAndEscStopsIt(t *testing.T) {
	t.Chdir(t.TempDir())
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 24)
		s.artifacts(s.cart())
		_, cmd := s.top.Update(kittest.KeyPress("ctrl+s"))
		cmds := cmd().(tea.BatchMsg) // the download, and what waits for its progress
		s.resize()
		s.shows("coverage/lcov.info  0 B…  esc stops")
		if _, cmd := s.top.Update(kittest.KeyPress("ctrl+a")); !strings.Contains(cmd().(kit.NoteMsg).Text, "one at a time") {
			t.Error("two downloads at a time")
		}
		s.press("esc")
		if s.top == nil {
			t.Fatal("esc closes the list")
		}
		s.exec(cmds[0])
		s.exec(cmds[1])
		s.shows("stopped coverage/lcov.info: ctrl+s goes on where it stopped")
		if _, err := os.Stat("shop-cart-main-1203/coverage/lcov.info"); err == nil {
			t.Error("it was downloaded all the same")
		}
		s.press("ctrl+s")
		s.shows("saved " + filepath.Join("shop-cart-main-1203", "coverage/lcov.info"))
		s.press("esc")
		if s.top != nil {
			t.Error("the list does not close")
		}
	})
}

func TestProgressOfADownloadKeepsOnlyTheNewest(t *testing.T) {
	t.Parallel()
	tr := &transfer{what: "a", came: make(chan [2]int64, 1)}
	report := tr.progress()
	report(1, 10)
	report(2, 10) // too soon after the first
	if got := tr.next()().(progressMsg); got.at != [2]int64{1, 10} || got.ends {
		t.Errorf("%+v", got)
	}
	close(tr.came)
	if got := tr.next()().(progressMsg); !got.ends {
		t.Errorf("%+v", got)
	}
	tr.at = [2]int64{5 << 20, 10 << 20}
	for _, w := range []int{10, 40, 120} {
		line := tr.line(w, kittest.Styles(false))
		kittest.Fits(t, line, w, 1)
		if w == 120 && !strings.Contains(line, "5.0 MB of 10.0 MB") {
			t.Errorf("%q", line)
		}
	}
}

func TestArtifactIsReadInThePager(t *testing.T) {
	t.Chdir(t.TempDir())
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 24)
		run := s.cart()
		s.artifacts(run)
		_, cmd := s.top.Update(kittest.KeyPress("enter"))
		msg, ok := cmd().(tea.BatchMsg)[0]().(pageMsg)
		defer os.RemoveAll(msg.dir)
		if b, err := os.ReadFile(msg.path); !ok || err != nil || len(b) < 180_000 {
			t.Errorf("%d bytes, %v", len(b), err)
		}
		if left, _ := os.ReadDir("."); len(left) > 0 {
			t.Errorf("it left %v here", left)
		}
	})
}

func TestNoArtifactsAndNoAnswerAreSaid(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 60, 20)
		run := s.cart()
		s.artifacts(s.build("infra/nightly images", 902))
		s.shows("This build keeps no artifacts.")
		if keys := s.top.Footer(); len(keys) != 2 || keys[0].Key != "esc" || keys[1].Key != "ctrl+r" {
			t.Errorf("it offers %v", keys)
		}
		s.press("enter", "ctrl+s", "ctrl+f", "ctrl+a")
		s.c.Fault(jenkinstest.Down)
		s.artifacts(run)
		s.shows("Jenkins cannot be reached")
	})
}

func TestArtifactFrames(t *testing.T) {
	for _, size := range sizes {
		t.Run(fmt.Sprintf("%dx%d", size[0], size[1]), func(t *testing.T) {
			kittest.InBubble(t, func(t *testing.T) {
				s := over(t, demo.New(), size[0], size[1])
				s.artifacts(s.cart())
				golden.RequireEqual(t, s.text())
			})
		})
	}
}
