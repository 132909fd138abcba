package tui

import (
	"reflect"

	tea "charm.land/bubbletea/v2"
)

// sequenceOf reads the commands out of Bubble Tea's own message for tea.Sequence.
func sequenceOf(msg tea.Msg) []tea.Cmd {
	v := reflect.ValueOf(msg)
	cmds := make([]tea.Cmd, 0, v.Len())
	for i := range v.Len() {
		cmds = append(cmds, v.Index(i).Interface().(tea.Cmd))
	}
	return cmds
}
