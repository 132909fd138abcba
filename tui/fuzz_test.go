package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

// fuzzKeys are what one byte of a fuzzed sequence presses; the rest of the bytes resize, click, tick or refresh.
var fuzzKeys = []string{
	"up", "down", "left", "right", "pgup", "pgdown", "home", "end", "tab", "shift+tab", "enter", "esc", "space", "backspace",
	"ctrl+u", "ctrl+d", "ctrl+p", "ctrl+b", "ctrl+w", "j", "k", "g", "G", "z", "Z", "1", "2", "3", "9", "/", "s", "S", "O", "W", "F", "c",
	"D", "f", "b", "H", "p", "o", "y", "r", "x", "M", ":", "?", "n", "N", "e", "w", "t", "Y", "J", "v", "*", "u", "a", "ü", "語",
}

// FuzzKeys presses keys in any order on screens of any size: whatever happens, nothing panics and every line is exactly
// as wide as the screen.
func FuzzKeys(f *testing.F) {
	f.Add([]byte{0, 19, 19, 10, 8, 8, 23, 11}, uint16(120), uint16(40))
	f.Add([]byte{29, 56, 57, 58, 10, 11, 11}, uint16(80), uint16(24))
	f.Add([]byte{44, 56, 45, 1, 1, 10, 250, 251, 252}, uint16(60), uint16(20))
	f.Add([]byte{240, 8, 241, 23, 242, 44, 243, 45, 244}, uint16(1), uint16(1))
	f.Add([]byte{24, 19, 29, 56, 11, 11, 24}, uint16(300), uint16(100))
	f.Add([]byte{246, 29, 57, 57, 246, 247, 33, 47}, uint16(33), uint16(9))
	f.Fuzz(func(t *testing.T, keys []byte, w, h uint16) {
		if len(keys) > 64 {
			keys = keys[:64]
		}
		o := testOptions()
		o.ASCII = w%2 == 1
		o.Controllers = append(o.Controllers, kit.Controller{Name: "two", Host: "two.example.com", Mark: "PROD"})
		m := New(o)
		step := func(msg tea.Msg) {
			m.Update(msg) // commands are not run: what they would answer is not what this is about
			checkFrame(t, m.View().Content, m.panes.w, m.panes.h)
		}
		step(tea.WindowSizeMsg{Width: int(w % 400), Height: int(h % 150)})
		now := time.Now()
		snaps := []watch.Snapshot{sampleSnapshot(now), oddSnapshot(now), {Controller: "ci", At: now},
			{Controller: "two", Err: &jenkins.Error{Kind: jenkins.Starting, Status: 503}}}
		step(snaps[0])
		for i, k := range keys {
			switch {
			case int(k) < len(fuzzKeys):
				step(kittest.KeyPress(fuzzKeys[k]))
			case k >= 246:
				step(snaps[int(k)%len(snaps)])
			case k >= 240:
				step(tea.WindowSizeMsg{Width: int(k-240) * 31 * (i + 1) % 320, Height: int(k-240) * 7 * (i + 1) % 90})
			case k >= 230:
				step(tea.MouseWheelMsg{X: int(k) * 7 % 200, Y: i, Button: tea.MouseWheelDown})
			case k >= 200:
				step(tea.MouseClickMsg{X: int(k) * 13 % 200, Y: (int(k) + i) % 60, Button: tea.MouseLeft})
			case k >= 190:
				step(kit.TickMsg{})
			case k >= 180:
				step(tea.PasteMsg{Content: "pasted \x1b[31m語\n" + string(rune(k))})
			case k >= 170:
				step(status.StagesMsg{Ref: m.runs.List.Selected.Ref, Stages: sampleStages(now)})
			case k >= 165:
				step(kit.ChooseMsg{Name: "語", Choices: []kit.Choice{{Label: "a/b", Note: "語"}, {Label: strings.Repeat("語", 90)}}})
			case k >= 160:
				step(kit.NoteMsg{Text: "done \x1b[2J\n" + string(rune(k)), Err: snaps[3].Err})
			}
		}
	})
}
