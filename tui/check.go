package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// CheckColumns reports whether these are columns of the list of runs.
func CheckColumns(names []string) error {
	for i, name := range names {
		what := "there is no column %q"
		if slices.Contains(names[:i], name) {
			what = "the column %q is named twice"
		} else if slices.Contains(runs.Columns, name) {
			continue
		}
		return &kit.SaidError{What: "columns: " + fmt.Sprintf(what, name),
			Fix: "The columns are " + strings.Join(runs.Columns, ", ") + "; pinned adds variables."}
	}
	return nil
}
