package screen

import (
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// Check returns what of the config the screen refuses.
func Check(cfg *config.Config) []error {
	ui := &cfg.UI
	theme := themeOf(cfg)
	var errs []error
	add := func(where string, found ...error) {
		for _, err := range found {
			if err != nil {
				errs = append(errs, exit.Usage(exit.HintOf(err), "%s: %s: %w", cfg.Path, where, err))
			}
		}
	}
	add("[ui.keys]", keys.Check(ui.Keys)...)
	add("[ui]", runs.CheckColumns(ui.Columns))
	add("[[commands]]", keys.CheckCommands(ui.Keys, commandsOf(cfg))...)
	add("[ui]", theme.Check())
	return errs
}

// OwnKeys says which default keys the config gives to something else.
func OwnKeys(cfg *config.Config) []string { return keys.Overridden(cfg.UI.Keys, commandsOf(cfg)) }

func commandsOf(cfg *config.Config) []kit.Command {
	var out []kit.Command
	for _, c := range cfg.Commands {
		out = append(out, kit.Command{Key: c.Key, Name: c.Name, Command: c.Command, Terminal: c.Terminal})
	}
	return out
}

func themeOf(cfg *config.Config) kit.Theme {
	return kit.Theme{Name: cfg.UI.Theme, Background: cfg.UI.Background, Colors: cfg.UI.Colors}
}
