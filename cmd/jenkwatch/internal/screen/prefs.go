package screen

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

const prefsFile = "prefs.json"

// prefsPath returns the path of the preferences, empty when there is no state folder.
func prefsPath(a *cli.App) string {
	dir, err := a.StateFolder()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, prefsFile)
}

// loadPrefs reads how the last session left the screen. What cannot be read is ignored: it is only a layout.
func loadPrefs(a *cli.App) kit.Prefs {
	var p kit.Prefs
	dir, err := a.StateFolder()
	if err != nil {
		return p
	}
	if b, err := os.ReadFile(filepath.Join(dir, prefsFile)); err == nil {
		_ = json.Unmarshal(b, &p)
	}
	return p
}

// savePrefs replaces the file as a whole, so that a crash leaves the old one.
func savePrefs(a *cli.App, p kit.Prefs) error {
	dir, err := a.MakeStateFolder()
	if err != nil {
		return err
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return config.WritePrivate(filepath.Join(dir, prefsFile), b)
}
