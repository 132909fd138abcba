package output

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// ErrorJSON is an error on stderr where --json was asked for.
type ErrorJSON struct {
	Error string `json:"error"`
	Hint  string `json:"hint"`
	Code  int    `json:"code"`
}

// PrintError writes one error: two lines, which a narrow terminal breaks between words, or one JSON object.
func PrintError(w io.Writer, err error, asJSON bool) {
	hint := exit.HintOf(err)
	if asJSON {
		b, _ := json.Marshal(ErrorJSON{Error: err.Error(), Hint: hint, Code: exit.CodeOf(err)})
		fmt.Fprintln(w, string(safeJSON(b)))
		return
	}
	Note(w, "jenkwatch: %s", err)
	if hint != "" {
		fmt.Fprintln(w, Wrap(clean.Line(hint), TerminalWidth(w), "  "))
	}
}
