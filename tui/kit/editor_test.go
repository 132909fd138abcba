package kit

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
)

// TestEditorShowsWhereItsCursorIs also where the text was not typed but set, or came back.
func TestEditorShowsWhereItsCursorIs(t *testing.T) {
	t.Parallel()
	e := NewEditor("one\ntwo\nthree\nfour")
	e.Resize(20, 3)
	e.Focus(true)
	inSight := func(what, want string) {
		t.Helper()
		if got := strings.Join(e.View(), "\n"); !strings.Contains(got, want) {
			t.Errorf("%s, %q is not in sight:\n%s", what, want, got)
		}
	}
	inSight("at first", "four")
	e.Set("one\ntwo\nthree\nfour\nfive")
	inSight("set", "five")
	e.Update(tea.KeyPressMsg{Code: tea.KeyBackspace})
	e.Set("other")
	e.Undo()
	inSight("undone", "fiv")
	e.Resize(20, 2)
	inSight("made smaller", "fiv")
}
