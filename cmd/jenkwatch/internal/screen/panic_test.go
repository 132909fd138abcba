package screen

import (
	"bytes"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// broken panics on the first message.
type broken struct{}

func (broken) Init() tea.Cmd                       { return func() tea.Msg { return "now" } }
func (broken) View() tea.View                      { return tea.NewView("") }
func (broken) Update(tea.Msg) (tea.Model, tea.Cmd) { panic("as ordered by the test") }

func TestScreenThatBreaksSaysSoAndAsksToReportIt(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := tea.NewProgram(broken{}, tea.WithInput(strings.NewReader("")), tea.WithOutput(&out), tea.WithoutSignalHandler()).Run()
	err = screenError(err)
	if err == nil || exit.CodeOf(err) != exit.CodeFailed || err.Error() != "the screen broke" || exit.HintOf(err) != reportIt {
		t.Errorf("it ends with %v, code %d, hint %q", err, exit.CodeOf(err), exit.HintOf(err))
	}
}
