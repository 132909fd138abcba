package runs

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// controllers are the names of the controllers, which stand before a run where there is more than one.
type controllers []string

func controllerNames(list []kit.Controller) controllers {
	if len(list) < 2 {
		return nil
	}
	names := make(controllers, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	return names
}

// widths returns how many cells the names take, and how many of them at least tell one from the other; zero where
// there is only one.
func (c controllers) widths() (full, short int) {
	const most = 12
	if len(c) < 2 {
		return 0, 0
	}
	for _, name := range c {
		full = min(most, max(full, kit.Width(kit.Clean(name))))
	}
	ends := c.ends()
	for short = 2; short < full; short++ {
		seen := map[string]bool{}
		for _, end := range ends {
			seen[controllerCell(end, short)] = true
		}
		if len(seen) == len(c) {
			break
		}
	}
	return full, short
}

// ends returns the names without what all of them begin with, up to a sign between words: of "build-eu" and
// "build-us" the ends.
func (c controllers) ends() []string {
	ends := make([]string, len(c))
	common := kit.Clean(c[0])
	for i := range c {
		ends[i] = kit.Clean(c[i])
		for common != "" && (!strings.HasPrefix(ends[i], common) || ends[i] == common) {
			common = common[:strings.LastIndexAny(common[:len(common)-1], "-_./ ")+1]
		}
	}
	for i := range ends {
		ends[i] = ends[i][len(common):]
	}
	return ends
}

// text returns what the list calls a controller in w cells.
func (c controllers) text(name string, w int) string {
	if full, _ := c.widths(); w < full {
		for i, end := range c.ends() {
			if c[i] == name {
				return controllerCell(end, w)
			}
		}
	}
	return controllerCell(name, w)
}

// controllerCell returns a controller's name in w cells. In few it is cut without a sign that would take the room of a letter.
func controllerCell(name string, w int) string {
	name = kit.Clean(name)
	if w < 6 {
		name = ansi.Truncate(name, w, "")
	}
	return kit.Fit(kit.FitMiddle(name, w), w)
}
