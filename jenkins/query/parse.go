package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Error is a term that cannot be understood.
type Error struct {
	What  string
	Fix   string
	Brief string // both in 78 cells; empty where What alone says enough
	At    int    // byte of the text where the term begins
}

func (e *Error) Error() string { return e.What }

// Hint says what a person can do about it.
func (e *Error) Hint() string { return e.Fix }

// Texts returns what is wrong in ever fewer words, for one line.
func (e *Error) Texts() []string {
	texts := []string{e.What + "; " + e.Fix}
	if e.Brief != "" {
		return append(texts, e.Brief)
	}
	return append(texts, e.What)
}

// Parse reads a query. A term that cannot be understood is left out of the query that it returns, and the first of them
// is the error.
func Parse(text string) (Query, error) {
	q := Query{text: strings.TrimSpace(text)}
	var first error
	for _, w := range split(text) {
		t, err := parseTerm(w)
		switch {
		case err == nil:
			q.terms = append(q.terms, t...)
		case first == nil:
			err.At = w.from
			first = err
		}
	}
	return q, first
}

// Must is Parse for queries that stand in the program.
func Must(text string) Query {
	q, err := Parse(text)
	if err != nil {
		panic(err)
	}
	return q
}

// Join is the text of a query that chooses what all of these do.
func Join(texts ...string) string {
	var out []string
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return strings.Join(out, " ")
}

// Quote is a value as it stands in a query.
func Quote(value string) string {
	if value == "" || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsSpace(r) || r == ',' || r == '"' }) {
		return `"` + strings.ReplaceAll(value, `"`, "") + `"`
	}
	return value
}

// word is a part of the text between spaces that are not quoted.
type word struct {
	from, to int    // bytes of the text
	raw      string // with its quotes
}

func split(text string) []word {
	var words []word
	from, quoted := -1, false
	for i, r := range text {
		if r == '"' {
			quoted = !quoted
		}
		switch space := unicode.IsSpace(r) && !quoted; {
		case space && from >= 0:
			words = append(words, word{from, i, text[from:i]})
			from = -1
		case !space && from < 0:
			from = i
		}
	}
	if from >= 0 {
		words = append(words, word{from, len(text), text[from:]})
	}
	return words
}

// parseTerm reads one word. Without accents, a word of text may be several: each stands alone.
func parseTerm(w word) ([]term, *Error) {
	raw := w.raw
	not := false
	for len(raw) > 1 && raw[0] == '!' {
		not, raw = !not, raw[1:]
	}
	if user, ok := strings.CutPrefix(raw, "@"); ok {
		if user = strings.ReplaceAll(user, `"`, ""); user == "" {
			return nil, &Error{What: "@ needs a user such as @me", Fix: "@me is you; a user's id or a part of it finds theirs"}
		}
		return []term{{key: By, not: not, values: values(user)}}, nil
	}
	name, value, ok := strings.Cut(raw, ":")
	if !ok || !isName(name) {
		return textTerms(raw, not), nil
	}
	key := Key(strings.ToLower(name))
	if !slices.ContainsFunc(Keys, func(k KeyHelp) bool { return k.Key == key }) {
		return nil, unknownKey(raw, name)
	}
	t := term{key: key, not: not, values: values(value)}
	if len(t.values) == 0 {
		return nil, &Error{What: fmt.Sprintf("%s: needs %s", key, valueOf(key)), Fix: "add it without a space after the colon"}
	}
	return []term{t}, t.check(raw)
}

func textTerms(raw string, not bool) []term {
	text := TypedWords(raw)
	if strings.Contains(raw, `"`) { // quoted words belong together
		text = []string{fold(strings.ReplaceAll(raw, `"`, ""))}
	}
	var terms []term
	for _, s := range text {
		if s != "" {
			terms = append(terms, term{not: not, values: []string{s}})
		}
	}
	return terms
}

// check reads the values of a term.
func (t *term) check(raw string) *Error {
	switch t.key {
	case Older, Newer, Longer:
		span, ok := duration(t.values[0])
		if !ok || len(t.values) > 1 {
			return &Error{What: fmt.Sprintf("%s needs a duration such as 2h", raw), Fix: "units are s, m, h, d and w: 90m, 1h30m, 2d"}
		}
		t.span = span
	case Status:
		for _, v := range t.values {
			s := statusOf(v)
			if s == "" {
				return unknownStatus(v)
			}
			t.status = append(t.status, s)
		}
		t.values = nil
		for _, s := range t.status {
			t.values = append(t.values, string(s))
		}
	case Is:
		for i, v := range t.values {
			if t.values[i] = strings.ToLower(v); !slices.Contains(States, t.values[i]) {
				return &Error{What: fmt.Sprintf("is:%s is not known", v), Fix: "one of " + strings.Join(States, ", ") + didYouMean(asTerm(meant(v, States)))}
			}
		}
	}
	return nil
}

// statusNames are the statuses in lower case.
func statusNames() []string {
	names := make([]string, len(Statuses))
	for i, s := range Statuses {
		names[i] = strings.ToLower(string(s))
	}
	return names
}

// statusOf is the status of this name, or the first that begins like that.
func statusOf(v string) jenkins.Status {
	v = strings.ReplaceAll(strings.ToUpper(v), "-", "_")
	for _, s := range Statuses {
		if string(s) == v {
			return s
		}
	}
	for _, s := range Statuses {
		if strings.HasPrefix(string(s), v) {
			return s
		}
	}
	return ""
}

func unknownStatus(v string) *Error {
	e := &Error{What: fmt.Sprintf("there is no status %s", v), Fix: "one of " + strings.Join(statusNames(), ", ")}
	names := slices.DeleteFunc(statusNames(), func(s string) bool { return statusOf(s) == jenkins.Complete }) // of pushes only
	e.Brief = brief("not a status: ", "", names)
	if m := meant(v, append(statusNames(), States...)); m != "" {
		m = asTerm(m)
		e.Fix += didYouMean(m)
		e.Brief = brief("", m, names)
	}
	return e
}

func unknownKey(raw, name string) *Error {
	names, colons := make([]string, len(Keys)), make([]string, len(Keys))
	for i, k := range Keys {
		names[i], colons[i] = string(k.Key), string(k.Key)+":"
	}
	e := &Error{What: fmt.Sprintf("there is no filter %s:", name), Fix: "one of " + strings.Join(colons, " ")}
	e.Brief = brief("filters: ", "", colons)
	if m := meant(name, names); m != "" {
		e.Fix += didYouMean(m + ":")
		e.Brief = brief("", m+":", colons)
	}
	e.Fix += fmt.Sprintf("; %q searches for the text", raw)
	return e
}

// brief names what there is in one line, first what was probably meant.
func brief(head, meant string, names []string) string {
	names = slices.DeleteFunc(slices.Clone(names), func(s string) bool { return s == meant })
	if meant != "" {
		head = meant + "? or "
		if full := "meant " + head; len(full)+len(strings.Join(names, " ")) <= briefW {
			head = full
		}
	}
	return head + strings.Join(names, " ")
}

// briefW is how many cells [Error.Brief] may take: one line of a terminal of 80 columns with a space before it and after it.
const briefW = 78

// meant returns the known word that a mistaken one probably meant, empty for none: one that is written nearly so, or begins
// so.
func meant(wrong string, known []string) string {
	wrong = strings.ToLower(wrong)
	far := 1
	if len(wrong) > 4 {
		far = 2
	}
	for _, k := range known {
		if len(wrong) > 2 && Distance(wrong, k) <= far {
			return k
		}
	}
	const same = 4 // letters: "failed" and "failure"
	for _, k := range known {
		if len(wrong) > same && len(k) > same && wrong[:same] == k[:same] {
			return k
		}
	}
	return ""
}

// asTerm returns a word of is: with its key, others as they are.
func asTerm(word string) string {
	if slices.Contains(States, word) && statusOf(word) == "" {
		return "is:" + word
	}
	return word
}

func didYouMean(word string) string {
	if word == "" {
		return ""
	}
	return " (did you mean " + word + "?)"
}

func valueOf(k Key) string {
	for _, x := range Keys {
		if x.Key == k {
			return x.Value
		}
	}
	return "a value"
}

// values are the parts of a value between commas that are not quoted, without their quotes.
func values(s string) []string {
	var out []string
	var b strings.Builder
	quoted := false
	flush := func() {
		if v := b.String(); v != "" {
			out = append(out, v)
		}
		b.Reset()
	}
	for _, r := range s {
		switch {
		case r == '"':
			quoted = !quoted
		case r == ',' && !quoted:
			flush()
		default:
			b.WriteRune(r)
		}
	}
	flush()
	return out
}

// isName reports whether what stands before a colon can be a key: letters only.
func isName(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r >= utf8.RuneSelf || !unicode.IsLetter(r) })
}

// duration reads "2h", "1h30m", "2d", "1w".
func duration(s string) (time.Duration, bool) {
	const day = 24 * time.Hour
	units := map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour, "d": day, "w": 7 * day}
	total := time.Duration(0)
	for rest := s; ; {
		digits := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
		if digits <= 0 || digits > 6 {
			return 0, false
		}
		n, err := strconv.Atoi(rest[:digits])
		unit, ok := units[strings.ToLower(rest[digits:digits+1])]
		if err != nil || !ok {
			return 0, false
		}
		total += time.Duration(n) * unit
		if total > 100*365*day {
			return 0, false
		}
		if rest = rest[digits+1:]; rest == "" {
			return total, true
		}
	}
}

// fold is a text as it is searched, in lower case.
func fold(s string) string { return strings.ToLower(Searched(s)) }
