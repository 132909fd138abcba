package screen

import (
	"log/slog"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/rules"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/tui"
)

// newRules returns what applies the rules of the config while the screen is open, nil if there are none. A read-only session
// only rings and notifies the desktop.
func (s *screen) newRules() *rules.Engine {
	e := service.NewRules(s.App, s.controllers, slog.New(slog.DiscardHandler), s.deliveries.Outbox) // stderr is under the screen
	if e == nil {
		return nil
	}
	if s.Flags.ReadOnly {
		own := make([]config.Rule, len(e.Rules))
		for i, r := range e.Rules {
			r.Endpoint, r.Command = "", nil
			own[i] = r
		}
		e.Rules = own
	}
	e.Notify = func(text string, bell, desktop bool) {
		s.messages.put(tui.RuleApplied{Text: text, Bell: bell, Desktop: desktop})
	}
	e.Failed = func(err error) { s.messages.put(tui.RuleFailed{Err: err}) }
	return e
}
