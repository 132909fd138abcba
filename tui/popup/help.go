package popup

import (
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Section is a heading of the help and the keys below it.
type Section struct {
	Title string
	Keys  []kit.KeyWord
}

// help shows the keys, in as many columns as it takes to show all and as there is room for. Those that move a list scroll
// it, any other closes it.
type help struct {
	sh       *kit.Shared
	sections []Section
	lines    []kit.KeyWord // as wide as a column; without a word: a heading; without a key: more of the word above
	keyW     int
	cols     int
	rows     int // of a column
	offset   int
	w, h     int
}

// NewHelp shows the keys by section.
func NewHelp(sh *kit.Shared, sections []Section) Popup {
	h := &help{sh: sh}
	for _, s := range sections {
		if len(s.Keys) > 0 {
			h.sections = append(h.sections, s)
		}
	}
	return h
}

func (h *help) Update(msg tea.Msg) (Popup, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.KeyPressMsg:
		for in, keys := range h.sh.Keys {
			if n, moves := in.Lines(h.h); moves && slices.Contains(keys, msg.String()) {
				h.scroll(n)
				return h, nil
			}
		}
		return nil, nil
	case kit.ClickMsg:
		if msg.Y < 0 {
			return nil, nil
		}
	case kit.WheelMsg:
		h.scroll(msg.Lines)
	}
	return h, nil
}

func (h *help) scroll(n int) { h.offset = max(0, min(h.offset+n, h.rows-h.h)) }

const (
	leastW = 36 // how many cells of a key's word a column shows at least
	mostW  = 78 // cells of a column
	keysW  = 13 // cells of the keys: more of them than fit are left out
)

// Resize shares the lines among as few columns as show all of them, or as many as fit.
func (h *help) Resize(w, height int) {
	for h.cols = 1; ; h.cols++ {
		each := min(w/h.cols, mostW)
		h.w = h.cols * each
		h.lay(each)
		if h.rows <= height || w/(h.cols+1) < 2+keysW+2+leastW {
			break
		}
	}
	h.h = min(height, h.rows)
	h.scroll(0)
}

// lay breaks the sections into lines of a column of w cells.
func (h *help) lay(w int) {
	h.lines, h.keyW = nil, min(keysW, max(1, w/3))
	for _, s := range h.sections {
		if len(h.lines) > 0 {
			h.lines = append(h.lines, kit.KeyWord{})
		}
		h.lines = append(h.lines, kit.KeyWord{Key: s.Title})
		for _, k := range s.Keys {
			key := ""
			for label := range strings.FieldsSeq(k.Key) {
				if key == "" || kit.Width(key)+1+kit.Width(label) <= h.keyW {
					key = strings.TrimSpace(key + " " + label)
				}
			}
			for _, part := range kit.Wrap(k.Word, max(1, w-2-h.keyW-2-1), "") {
				h.lines = append(h.lines, kit.KeyWord{Key: key, Word: part})
				key = ""
			}
		}
	}
	h.keepHeadings()
}

// keepHeadings shares the lines among the columns: no column ends with a heading.
func (h *help) keepHeadings() {
	for range len(h.sections) + 1 {
		h.rows = (len(h.lines) + h.cols - 1) / h.cols
		at := h.rows - 1
		for at < len(h.lines)-1 && !heading(h.lines[at]) {
			at += h.rows
		}
		if at >= len(h.lines)-1 {
			return
		}
		h.lines = slices.Insert(h.lines, at, kit.KeyWord{})
	}
}

// heading reports whether a line is the heading of a section.
func heading(l kit.KeyWord) bool { return l.Word == "" && l.Key != "" }

func (h *help) Size() (w, height int) { return h.w, h.h }
func (h *help) Title() string         { return "Keys" }

func (h *help) Hint() string {
	if h.offset+h.h < h.rows {
		return "more below"
	}
	return ""
}

func (h *help) Footer() []kit.KeyWord {
	arrows := kit.KeyLabel(h.sh.Key(kit.IntentUp)) + kit.KeyLabel(h.sh.Key(kit.IntentDown))
	return []kit.KeyWord{{Key: arrows, Word: "scroll"}, {Key: "any other key", Word: "closes"}}
}

func (h *help) View(w, height int) string {
	var out []string
	each := w / max(1, h.cols)
	for row := h.offset; row < min(h.rows, h.offset+height); row++ {
		var b strings.Builder
		for c := range h.cols {
			if i := c*h.rows + row; i < len(h.lines) {
				b.WriteString(h.line(h.lines[i], each))
			}
		}
		out = append(out, kit.Fit(b.String(), w))
	}
	return kit.Block(strings.Join(out, "\n"), w, height)
}

func (h *help) line(l kit.KeyWord, w int) string {
	st := h.sh.Styles
	if l.Word == "" {
		return kit.Fit(" "+st.Header.Render(l.Key), w)
	}
	return kit.Fit("  "+st.Key.Render(kit.Fit(l.Key, h.keyW))+"  "+l.Word, w-1) + " "
}
