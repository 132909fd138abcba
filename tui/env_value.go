package tui

import (
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// valueForm is a way to read a value: as it is, entry by entry, decoded.
type valueForm struct {
	name  string
	lines []string
}

// What of a value is unfolded at most. The whole of it can still be copied.
const (
	formBytes = 64 << 10
	formLines = 1000
)

// formsOf are the ways to read a value, the best first; there is at least one. Secrets stay masked.
func formsOf(v env.Variable, reveal bool, w int) []valueForm {
	switch {
	case !v.Known && !v.Secret:
		return []valueForm{{lines: []string{"Jenkins names this parameter without its value: a file or the like."}}}
	case !v.Known:
		return []valueForm{{lines: []string{"Jenkins does not show the value of a password parameter."}}}
	case v.Secret && !reveal && v.Whole:
		return []valueForm{{lines: []string{jenkins.Masked + "  v reveals it"}}}
	}
	value := v.Shown(reveal)
	var forms []valueForm
	if entries := env.PathList(value); len(entries) > 1 {
		forms = append(forms, valueForm{plural(len(entries), "entry"), formText(strings.Join(entries, "\n"), w)})
	}
	if pretty, ok := env.PrettyJSON(value); ok {
		forms = append(forms, valueForm{"JSON", formText(pretty, w)})
	}
	name := ""
	if len(forms) > 0 {
		name = "as it is"
	} else if n := strings.Count(value, "\n"); n > 0 {
		name = plural(n+1, "line")
	}
	forms = append(forms, valueForm{name, formText(value, w)})
	if text, ok := env.DecodeBase64(value); ok && len(value) >= 8 {
		forms = append(forms, valueForm{"decoded from base64", formText(text, w)})
	}
	if text, ok := env.DecodeURL(value); ok {
		forms = append(forms, valueForm{"URL-decoded", formText(text, w)})
	}
	return forms
}

// formText breaks text into clean lines of at most w cells.
func formText(text string, w int) []string {
	rest := 0
	if len(text) > formBytes {
		cut := strings.ToValidUTF8(text[:formBytes], "")
		rest, text = len(text)-len(cut), cut
	}
	var out []string
	for line := range strings.SplitSeq(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		line = clean(strings.ReplaceAll(line, "\t", "    "))
		out = append(out, strings.Split(ansi.Hardwrap(line, w, true), "\n")...)
		if len(out) > formLines {
			return append(out[:formLines], "… and more lines; copying takes all of it")
		}
	}
	if rest > 0 {
		out = append(out, "… and "+byteSize(int64(rest))+" more; copying takes all of it")
	}
	return out
}

// preview is a value in one line of about w cells: the first entry of a list, line breaks as ↵.
func preview(v env.Variable, reveal bool, w int) string {
	value := v.Shown(reveal)
	if most := 8*w + 64; len(value) > most { // what cannot be seen need not be cleaned
		value = strings.ToValidUTF8(value[:most], "")
	} else if entries := env.PathList(value); len(entries) > 1 && width(value) > w {
		if first := clean(entries[0]); width(first)+5 <= w {
			return first + " +" + strconv.Itoa(len(entries)-1)
		}
	}
	if strings.ContainsRune(value, '\n') {
		value = lineEnds(value)
	}
	return clean(value)
}

// plural counts things: "1 variable", "12 variables", "3 entries".
func plural(n int, what string) string {
	if n != 1 {
		if stem, ok := strings.CutSuffix(what, "y"); ok {
			what = stem + "ies"
		} else {
			what += "s"
		}
	}
	return thousands(int64(n)) + " " + what
}
