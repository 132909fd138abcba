package act

import (
	"errors"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// commands are the intents that do on the screen what a command does that an error names.
var commands = map[string]kit.Intent{
	"build": kit.IntentBuild, "enable": kit.IntentEnableJob, "history": kit.IntentHistory, "keep": kit.IntentKeep, "runs": kit.IntentRefresh,
	"status": kit.IntentRefresh, "stop": kit.IntentStop,
}

// onScreen is an error whose hint names a key, or what to look for in the palette, instead of a command.
type onScreen struct {
	error
	hint string
}

func (e *onScreen) Unwrap() error { return e.error }
func (e *onScreen) Hint() string  { return e.hint }

// local returns an error as it is said on the screen.
func (a *Acts) local(err error) error {
	own, ok := errors.AsType[*action.Error](err)
	if !ok || own.Command == "" {
		return err
	}
	name, _, _ := strings.Cut(own.Command, " ")
	return &onScreen{err, own.Fix + a.way(commands[name])}
}

// way returns how an intent is reached, in parentheses: by its key, else by its name in the palette.
func (a *Acts) way(in kit.Intent) string {
	if key := a.sh.Key(in); key != "" {
		return " (" + kit.KeyLabel(key) + ")"
	}
	if key := a.sh.Key(kit.IntentPalette); key != "" && in != "" {
		return " (" + kit.KeyLabel(key) + " " + string(in) + ")"
	}
	return ""
}
