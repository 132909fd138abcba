package env

import (
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// valueForm is a way to read a value: as it is, entry by entry, decoded.
type valueForm struct {
	name  string
	lines []string
}

// formsOf returns the ways to read a value, the best first; there is at least one. Secrets stay masked.
func formsOf(v env.Variable, reveal bool, w int) []valueForm {
	switch {
	case !v.Known && !v.Secret:
		return []valueForm{{lines: []string{"Jenkins names this parameter without its value: a file or the like."}}}
	case !v.Known:
		return []valueForm{{lines: []string{"Jenkins does not show the value of a password parameter."}}}
	case v.Secret && !reveal && v.MaskWhole:
		return []valueForm{{lines: []string{secrets.Masked + "  v reveals it"}}}
	}
	value := v.Shown(reveal)
	var forms []valueForm
	if entries := env.PathList(value); len(entries) > 1 {
		forms = append(forms, valueForm{kit.Plural(len(entries), "entry"), kit.FormText(strings.Join(entries, "\n"), w)})
	}
	if pretty, ok := env.PrettyJSON(value); ok {
		forms = append(forms, valueForm{"JSON", kit.FormText(pretty, w)})
	}
	name := ""
	if len(forms) > 0 {
		name = "as it is"
	} else if n := strings.Count(value, "\n"); n > 0 {
		name = kit.Plural(n+1, "line")
	}
	forms = append(forms, valueForm{name, kit.FormText(value, w)})
	if text, ok := env.DecodeBase64(value); ok && len(value) >= 8 {
		forms = append(forms, valueForm{"decoded from base64", kit.FormText(text, w)})
	}
	if text, ok := env.DecodeURL(value); ok {
		forms = append(forms, valueForm{"URL-decoded", kit.FormText(text, w)})
	}
	return forms
}

// preview returns a value in one line of about w cells: the first entry of a list, line breaks as ↵.
func preview(v env.Variable, reveal bool, w int) string {
	value := v.Shown(reveal)
	if most := 8*w + 64; len(value) > most { // what cannot be seen need not be cleaned
		value = strings.ToValidUTF8(value[:most], "")
	} else if entries := env.PathList(value); len(entries) > 1 && kit.Width(value) > w {
		if first := kit.Clean(entries[0]); kit.Width(first)+5 <= w {
			return first + " +" + strconv.Itoa(len(entries)-1)
		}
	}
	if strings.ContainsRune(value, '\n') {
		value = kit.LineEnds(value)
	}
	return kit.Clean(value)
}
