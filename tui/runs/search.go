package runs

import (
	"errors"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Search is the filter that a person types.
type Search struct {
	Filter    kit.Input
	Typed     bool         // it is being typed
	from      kit.BuildKey // what was selected when that began
	suggested []string     // how what is typed can go on
	query     query.Query
	mistake   error // in what is typed
	marks     marks
}

func (s *Search) text() string { return s.Filter.Text() }

// read reads what is typed.
func (s *Search) read() {
	s.query, s.mistake = query.Parse(s.complete())
	s.marks = newMarks(&s.query)
}

// complete is what is typed without a last term that is not complete yet, which would choose nothing.
func (s *Search) complete() string {
	text := s.text()
	if len(s.suggested) == 0 {
		return text
	}
	last := lastWord(text)
	if term := strings.TrimLeft(last, "!"); strings.HasPrefix(term, "@") || strings.Contains(term, ":") {
		return strings.TrimSuffix(text, last)
	}
	return text
}

// suggest finds out how what is typed can go on. What the runs have is collected only for a term that names some of it.
func (s *Search) suggest(vocabulary func() *query.Vocabulary) {
	s.suggested = nil
	text, known := s.text(), &query.Vocabulary{}
	if strings.ContainsAny(lastWord(text), ":@") {
		known = vocabulary()
	}
	if text != "" {
		s.suggested = query.Complete(text, known)
	}
}

// begin begins the typing while a run is selected.
func (s *Search) begin(selected kit.BuildKey) { s.Typed, s.from = true, selected }

// take puts the first suggestion in place of what is typed and reports whether there is one.
func (s *Search) take() bool {
	if len(s.suggested) == 0 {
		return false
	}
	s.Filter.Set(s.suggested[0])
	return true
}

// update types a key or pastes, and reports whether that changed the text.
func (s *Search) update(msg tea.Msg) bool { return s.Filter.Update(msg) }

// drop ends the typing without a filter.
func (s *Search) drop() {
	s.Typed, s.suggested = false, nil
	s.Filter.Set("")
}

// title is the filter as it stands in a title, in w cells while it is typed.
func (s *Search) title(w int, st *kit.Styles) string {
	switch {
	case s.Typed:
		title := "  /" + s.Filter.View(max(4, w-3), st)
		if len(s.suggested) > 0 {
			if rest, ok := strings.CutPrefix(s.suggested[0], s.text()); ok {
				title += st.Dim.Render(kit.Clean(rest))
			}
		}
		return title
	case s.text() != "":
		return "  /" + s.text()
	}
	return ""
}

// footer fills in what the footer says while the filter is typed.
func (s *Search) footer(f *kit.Footer) {
	if s.mistake != nil { // which enter does not keep
		f.Wrong, f.Typing = []string{kit.Clean(s.mistake.Error())}, []kit.KeyWord{{Key: "esc", Word: "drop"}}
		if e, ok := errors.AsType[*query.Error](s.mistake); ok {
			f.Wrong = e.Texts()
			for i := range f.Wrong {
				f.Wrong[i] = kit.Clean(f.Wrong[i])
			}
		}
		return
	}
	f.Typing = []kit.KeyWord{{Key: "enter", Word: "keep"}, {Key: "esc", Word: "drop"}}
	for i, text := range s.suggested[:min(len(s.suggested), 6)] {
		key := ""
		if i == 0 {
			key = "tab"
		}
		f.Typing = slices.Insert(f.Typing, i, kit.KeyWord{Key: key, Word: lastWord(text)})
	}
	if len(s.suggested) == 0 {
		f.Typing = append(f.Typing, kit.KeyWord{Word: "@user status: job: older:2h !not"})
	}
}

// lastWord returns what a completion adds to or puts in place of the last word.
func lastWord(text string) string {
	inQuotes := false
	at := 0
	for i, r := range text {
		if r == '"' {
			inQuotes = !inQuotes
		}
		if r == ' ' && !inQuotes {
			at = i + 1
		}
	}
	return kit.Clean(text[at:])
}
