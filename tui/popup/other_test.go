package popup

import (
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// former is a build whose job was deleted and created again: what Jenkins has under its number is another build.
func (s *screen) former() jenkins.Run {
	run := s.cart()
	run.StartedAt = run.StartedAt.Add(-time.Hour)
	return run
}

const replaced = "the build of this number is another one"

func TestNothingOfAnotherBuildOfTheNumberIsListed(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		for name, open := range map[string]func(*kit.Shared, *Kept, jenkins.Run) (Popup, tea.Cmd){
			"tests": NewTests, "artifacts": NewArtifacts, "changes": NewChanges,
			"builds": func(sh *kit.Shared, _ *Kept, run jenkins.Run) (Popup, tea.Cmd) { return NewRelated(sh, run) },
		} {
			s := over(t, demo.New(), 120, 40)
			s.show(open(s.sh, &s.kept, s.former()))
			s.shows(replaced)
			if l, ok := s.top.(*List); !ok || len(l.items) > 0 || len(s.kept.tests)+len(s.kept.artifacts)+len(s.kept.changes) > 0 {
				t.Errorf("%s: it lists\n%s", name, s.text())
			}
			former := s.former()
			if gone, ok := s.sent[len(s.sent)-1].(kit.GoneMsg); !ok || gone.Build != kit.KeyOf(&former) || strings.Contains(s.top.Hint(), "failed") {
				t.Errorf("%s: the list is not told, or it is counted: %v, %s", name, s.sent, s.top.Hint())
			}
		}
	})
}

func TestNothingOfAnotherBuildIsSavedOrSaidOfATest(t *testing.T) {
	t.Chdir(t.TempDir())
	kittest.InBubble(t, func(t *testing.T) {
		s := over(t, demo.New(), 120, 40)
		run := s.cart()
		s.tests(run)
		s.artifacts(run) // both are kept now
		former := s.former()
		s.kept.tests[kit.KeyOf(&former)], s.kept.artifacts[kit.KeyOf(&former)] = s.kept.tests[kit.KeyOf(&run)], s.kept.artifacts[kit.KeyOf(&run)]
		s.artifacts(former)
		for _, key := range []string{"ctrl+s", "ctrl+f", "ctrl+a", "enter"} {
			s.sent = nil
			s.press(key)
			if got := strings.Join(s.notes(), " "); !strings.Contains(got, replaced) {
				t.Errorf("%s: it says %q", key, got)
			}
		}
		if made, err := os.ReadDir("."); err != nil || len(made) > 0 {
			t.Errorf("%v was written, %v", made, err)
		}
		s.tests(former)
		s.press("enter")
		s.shows(replaced)
		if text := s.text(); strings.Contains(text, "voucher.ts:33") {
			t.Errorf("the stack of another build's test:\n%s", text)
		}
	})
}

func TestBuildsListMasksParametersThatLookLikeSecrets(t *testing.T) {
	t.Parallel()
	label := buildItem(kittest.Shared(), jenkins.Run{Ref: jenkins.Ref{Number: 7}, Status: jenkins.Success, Parameters: []jenkins.Parameter{
		{Name: "DB_TOKEN", Value: "hunter2"}, {Name: "API_KEY", Secret: true}, {Name: "FROM", ValueHidden: true, RunJob: "shop/main", RunNumber: "12"}}}, 2).Label
	if strings.Contains(label, "hunter2") || strings.Contains(label, "API_KEY") || !strings.Contains(label, "FROM=shop/main#12") {
		t.Errorf("it says %q", label)
	}
}
