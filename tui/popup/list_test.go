package popup

import (
	"slices"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// listOf opens a list of labels; each stands for its label.
func listOf(labels ...string) *List {
	items := make([]Item, len(labels))
	for i, l := range labels {
		items[i] = Item{Label: l, Msg: l}
	}
	l := NewList(kittest.Shared(), "Jobs", "open", items)
	l.Resize(80, 10)
	return l
}

// press sends keys, and returns what is open then and what the last of them sent.
func press(l *List, keys ...string) (open Popup, sent tea.Msg) {
	for _, k := range keys {
		var cmd tea.Cmd
		if open, cmd = l.Update(kittest.KeyPress(k)); cmd != nil {
			sent = cmd()
		}
	}
	return open, sent
}

func TestListFindsNamesWithoutTheirAccents(t *testing.T) {
	t.Parallel()
	l := listOf("team/Über-café", "shop/main")
	for _, r := range "uber cafe" {
		l.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if got := l.Hint(); got != "1 of 2" {
		t.Errorf("it finds %s", got)
	}
	if !strings.Contains(l.View(80, 10), l.sh.Styles.Match.Render("Ü")) {
		t.Errorf("the letter found is not marked:\n%s", l.View(80, 10))
	}
	if open, got := press(l, "enter"); open != nil || got != "team/Über-café" {
		t.Errorf("enter sends %v and leaves %v open", got, open)
	}
}

// TestListPutsLettersThatStandTogetherFirst: what only has them somewhere in this order comes last.
func TestListPutsLettersThatStandTogetherFirst(t *testing.T) {
	t.Parallel()
	l := listOf("Filter the pane, or search the log", "Unfollow", "Follow the run", "Stop, or follow")
	press(l, "f", "o", "l")
	var got []string
	for _, hit := range l.hits {
		got = append(got, l.items[hit.Index].Label)
	}
	if len(got) != 4 || got[2] != "Unfollow" || got[3] != "Filter the pane, or search the log" {
		t.Errorf("the order is %q", got)
	}
}

// TestListNotesTakeTheRoomThatShortLabelsLeave: what a choice does is not cut beside empty cells.
func TestListNotesTakeTheRoomThatShortLabelsLeave(t *testing.T) {
	t.Parallel()
	note := "kept: this program, `outbox flush --watch` or `sync` delivers"
	l := NewList(kittest.Shared(), "Quit?", "take it", []Item{{Label: "quit", Note: note}, {Label: strings.Repeat("long", 12), Note: note}})
	l.Resize(78, 10)
	lines := strings.Split(l.View(78, 10), "\n")
	if !strings.Contains(lines[1], note) {
		t.Errorf("the note is cut: %s", lines[1])
	}
	if !strings.Contains(lines[2], "longlong") || kit.Width(lines[2]) != 78 {
		t.Errorf("a long label is cut for its note: %s", lines[2])
	}
}

func TestListSendsWhatWasChosen(t *testing.T) {
	t.Parallel()
	if open, got := press(listOf("a", "b", "c"), "down", "down", "up", "enter"); open != nil || got != "b" {
		t.Errorf("the second is %v, open is %v", got, open)
	}
	if open, got := press(listOf("a"), "esc"); open != nil || got != nil {
		t.Errorf("esc sends %v and leaves %v open", got, open)
	}
	if open, got := press(listOf(), "enter"); open == nil || got != nil {
		t.Errorf("with nothing to choose enter sends %v", got)
	}
	for _, c := range []struct {
		line   int
		closes bool
		want   tea.Msg
	}{{-1, true, nil}, {0, false, nil}, {2, true, "b"}, {4, false, nil}} {
		open, cmd := listOf("a", "b", "c").Update(kit.ClickMsg{Y: c.line})
		var got tea.Msg
		if cmd != nil {
			got = cmd()
		}
		if got != c.want || (open == nil) != c.closes {
			t.Errorf("a click on line %d sends %v, open is %v", c.line, got, open)
		}
	}
}

func TestHelpScrollsByTheUsersKeysAndClosesByAnyOther(t *testing.T) {
	t.Parallel()
	sh := kittest.Shared()
	sh.Keys = map[kit.Intent][]string{kit.IntentDown: {"s"}, kit.IntentUp: {"w"}, kit.IntentRefresh: {"r"}}
	h := NewHelp(sh, []Section{{Title: "everywhere", Keys: slices.Repeat([]kit.KeyWord{{Key: "x", Word: "does it"}}, 30)}})
	h.Resize(80, 10)
	if open, _ := h.Update(kittest.KeyPress("s")); open != h || h.(*help).offset != 1 {
		t.Errorf("the key for down leaves line %d above, open is %v", h.(*help).offset, open)
	}
	if open, _ := h.Update(kittest.KeyPress("r")); open != nil {
		t.Error("another key does not close it")
	}
}

func TestAChoiceThatDoesNothingClosesTheList(t *testing.T) {
	t.Parallel()
	l := NewChoice(kittest.Shared(), kit.ChooseMsg{Name: "Quit?", Choices: []kit.Choice{{Label: "stay"}}})
	if open, _ := l.Update(tea.KeyPressMsg{Code: tea.KeyEnter}); open != nil {
		t.Error("it stays open")
	}
	for _, r := range "zzz" {
		l.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	if got := l.Footer(); len(got) != 1 || got[0].Key != "esc" {
		t.Errorf("where nothing matches the footer offers %v", got)
	}
}

func TestTheJobsOfferTheirKeysOnceTheyAreThere(t *testing.T) {
	t.Parallel()
	p, _ := NewJobs(kittest.Shared())
	words := func() (out string) {
		for _, k := range p.Footer() {
			out += k.Key + " " + k.Word + "  "
		}
		return out
	}
	if got := words(); got != "esc close  " {
		t.Errorf("while they are asked for the footer is %q", got)
	}
	p.Update(jobsMsg{"ci", []jenkins.Job{{Name: "shop/web", Last: &jenkins.Run{Ref: jenkins.Ref{Controller: "ci", Job: "shop/web", Number: 1}}}}, nil})
	if got := words(); got != "↑↓ choose  enter last build  esc close  ctrl+b all its builds  ctrl+s build it  " {
		t.Errorf("then it is %q", got)
	}
}
