package runs

import (
	"strings"

	"github.com/sahilm/fuzzy"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// marks are the texts that what is typed finds, by the column that shows them; text is marked in all.
type marks struct {
	text, job, status, stage, node, cause []string
}

func newMarks(q *query.Query) marks {
	text := q.Words()
	with := func(k query.Key) []string { return append(q.Marks(k), text...) }
	return marks{text: text, job: q.Marks(query.Job), status: with(query.Status), stage: with(query.Stage), node: with(query.Node), cause: with(query.By)}
}

// nameCell draws a name; what the filter found in it is marked if the name is whole. The letters of a word may be
// scattered in it.
func nameCell(name string, w int, m *marks, st *kit.Styles) string {
	if len(m.text)+len(m.job) == 0 || kit.Width(name) > w {
		return kit.FitMiddle(name, w)
	}
	found := map[int]bool{}
	bare, at := query.Unaccented(name)
	mark := func(i int) {
		if at != nil {
			i = at[i]
		}
		found[i] = true
	}
	for _, word := range m.text {
		for _, hit := range fuzzy.FindNoSort(word, []string{bare}) {
			for _, i := range hit.MatchedIndexes {
				mark(i)
			}
		}
	}
	for _, piece := range m.job {
		if i := strings.Index(strings.ToLower(bare), piece); i >= 0 {
			for j := range piece {
				mark(i + j)
			}
		}
	}
	return kit.Marked(name, found, st) + kit.Spaces(w-kit.Width(name))
}

// marked draws text in its style, with the words that it holds as what was found.
func marked(text string, style kit.Style, words []string, st *kit.Styles) string {
	for _, w := range words {
		low := strings.ToLower(text)
		if len(low) != len(text) { // letters that take other bytes in lower case: what is found would be beside
			break
		}
		if i := strings.Index(low, w); i >= 0 && w != "" {
			return style.Render(text[:i]) + st.Match.Render(text[i:i+len(w)]) + marked(text[i+len(w):], style, words, st)
		}
	}
	return style.Render(text)
}
