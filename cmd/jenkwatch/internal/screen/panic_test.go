package screen

import (
	"bytes"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// broken panics when it has been drawn with a title and a progress bar.
type broken struct{}

func (broken) Init() tea.Cmd {
	return tea.Tick(300*time.Millisecond, func(time.Time) tea.Msg { return "now" })
}

func (broken) View() tea.View {
	return tea.View{Content: "drawn", WindowTitle: "a build", ProgressBar: &tea.ProgressBar{State: tea.ProgressBarDefault, Value: 50}}
}

func (b broken) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	if msg == "now" {
		panic("as ordered by the test")
	}
	return b, nil
}

func TestScreenThatBreaksSaysSoAndAsksToReportIt(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	_, err := tea.NewProgram(broken{}, tea.WithInput(strings.NewReader("")), tea.WithOutput(&out), tea.WithoutSignalHandler()).Run()
	err = screenError(err)
	if err == nil || exit.CodeOf(err) != exit.CodeFailed || err.Error() != "the screen broke" || exit.HintOf(err) != reportIt {
		t.Errorf("it ends with %v, code %d, hint %q", err, exit.CodeOf(err), exit.HintOf(err))
	}
	text := out.String()
	for what, reset := range map[string]string{ansi.SetWindowTitle("a build"): ansi.SetWindowTitle(""), ansi.SetProgressBar(50): ansi.ResetProgressBar} {
		if set := strings.LastIndex(text, what); set < 0 || set > strings.LastIndex(text, reset) {
			t.Errorf("%q is not taken back by %q:\n%q", what, reset, text)
		}
	}
}
