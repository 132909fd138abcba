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

// clipboard reads the text out of Bubble Tea's own message for tea.SetClipboard; empty for any other message.
func clipboard(msg tea.Msg) string {
	if v := reflect.ValueOf(msg); v.Kind() == reflect.String && v.Type().Name() == "setClipboardMsg" {
		return v.String()
	}
	return ""
}
