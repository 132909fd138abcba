package output

import (
	"bufio"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Column is a column of a table on a terminal. Where the terminal is too narrow for what every column would like, whole
// columns go, the one with the highest drop first. Of those that stay the ones that yield lose first, then the widest.
type Column struct {
	Title  string
	Right  bool // numbers line up on the right
	Least  int  // may be cut until it is so wide; 0: never
	Likes  int  // less only where all else has lost: others are left out for it, unless they matter more; default least
	Yields int  // whatever has the highest loses first; with 0 all others, the widest first
	Prose  bool // loses its end; a name loses its middle
	Status bool // a status, which has a sign and a color on a terminal
	Drop   int  // 0: never left out
}

// Table prints rows: aligned under a heading and cut to the width on a terminal (width > 0), else one line a row with
// tabs between the cells, whole and without a heading, as cut(1) and awk(1) like it.
type Table struct {
	Columns []Column
	Rows    [][]string
	Paint   Paint // of Status columns; the zero value is that of the writer
}

func (t *Table) Add(cells ...string) { t.Rows = append(t.Rows, cells) }

func (t *Table) Write(w io.Writer, width int) error {
	buf := bufio.NewWriter(w)
	if width <= 0 {
		for _, row := range t.Rows {
			for i, cell := range row {
				if i > 0 {
					buf.WriteByte('\t')
				}
				buf.WriteString(clean.Line(cell))
			}
			buf.WriteByte('\n')
		}
		return buf.Flush()
	}
	if t.Paint == (Paint{}) {
		t.Paint = NewPaint(w)
	}
	widths := t.widths(width)
	heading := make([]string, len(t.Columns))
	for i, c := range t.Columns {
		heading[i] = c.Title
	}
	if strings.Join(heading, "") != "" && len(t.Rows) > 0 {
		t.writeRow(buf, heading, widths, width, true)
	}
	for _, row := range t.Rows {
		t.WriteRow(buf, row, widths, width)
	}
	return buf.Flush()
}

// cell returns what a row shows in a column, uncut and uncolored.
func (t *Table) cell(i int, text string) string {
	if text = clean.ScreenLine(text); t.Columns[i].Status && t.Paint.Glyphs && text != "" {
		status := strings.TrimLeft(text, " ") // indented where it stands in a tree
		return text[:len(text)-len(status)] + t.Paint.Glyph(status) + " " + status
	}
	return text
}

// WriteRow writes a line that is never wider than the terminal: one that wraps looks like two rows.
func (t *Table) WriteRow(w *bufio.Writer, row []string, widths []int, width int) {
	t.writeRow(w, row, widths, width, false)
}

func (t *Table) writeRow(w *bufio.Writer, row []string, widths []int, width int, heading bool) {
	var line strings.Builder
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		if line.Len() > 0 {
			line.WriteString("  ")
		}
		role := Plain
		if heading {
			role = Dim
		} else {
			if t.Columns[i].Status {
				role = RoleOf(strings.TrimSpace(cell))
			}
			cell = t.cell(i, cell)
		}
		if t.Columns[i].Prose {
			cell = ansi.Truncate(cell, widths[i], t.Paint.More())
		} else {
			cell = CutMiddle(cell, widths[i])
		}
		pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
		cell = t.Paint.Text(role, cell)
		if t.Columns[i].Right {
			line.WriteString(pad + cell)
		} else {
			line.WriteString(cell + pad)
		}
	}
	w.WriteString(ansi.Truncate(strings.TrimRight(line.String(), " "), width, "…"))
	w.WriteByte('\n')
}

// widths gives each column the width it needs, leaves out columns that do not fit and takes from the widest that may
// shrink until the line fits. A column that is empty in every row is left out too.
func (t *Table) widths(width int) []int {
	widths := make([]int, len(t.Columns))
	for i, c := range t.Columns {
		for _, row := range t.Rows {
			widths[i] = max(widths[i], ansi.StringWidth(t.cell(i, row[i])))
		}
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(c.Title))
		}
	}
	atMost := func(i, width int) int {
		if width == 0 {
			return widths[i]
		}
		return min(widths[i], max(width, len(t.Columns[i].Title)))
	}
	least := func(i int) int { return atMost(i, t.Columns[i].Least) }
	likes := func(i int) int { return atMost(i, max(t.Columns[i].Likes, t.Columns[i].Least)) }
	for LineWidth(widths, likes) > width {
		first := t.dropped(widths)
		if first < 0 || likes(first) > least(first) && LineWidth(widths, least) <= width {
			break
		}
		widths[first] = 0
	}
	t.shrink(widths, width, likes, 1)
	t.shrink(widths, width, least, 0)
	return widths
}

// shrink takes from the columns that yield so much until the line fits, and from none more than it must be left.
func (t *Table) shrink(widths []int, width int, left func(i int) int, yields int) {
	for LineWidth(widths, func(i int) int { return widths[i] }) > width {
		loser := -1
		for i, c := range t.Columns {
			if widths[i] <= left(i) || c.Yields < yields {
				continue
			}
			if loser < 0 || c.Yields > t.Columns[loser].Yields || c.Yields == t.Columns[loser].Yields && widths[i] > widths[loser] {
				loser = i
			}
		}
		if loser < 0 {
			return
		}
		widths[loser]--
	}
}

// dropped returns the column that is left out next; -1: none may be.
func (t *Table) dropped(widths []int) int {
	first := -1
	for i, c := range t.Columns {
		if widths[i] > 0 && c.Drop > 0 && (first < 0 || c.Drop > t.Columns[first].Drop) {
			first = i
		}
	}
	return first
}

// LineWidth returns the width of a line whose columns are so wide; those without a width are not there.
func LineWidth(widths []int, of func(i int) int) int {
	total := -2
	for i, w := range widths {
		if w > 0 {
			total += of(i) + 2
		}
	}
	return total
}

// CutMiddle makes a text fit: a long name loses its middle, because its end says more.
func CutMiddle(s string, width int) string {
	if ansi.StringWidth(s) <= width {
		return s
	}
	if width <= 1 {
		return ansi.Truncate(s, width, "")
	}
	head := (width - 1) / 2
	return ansi.Truncate(s, head, "") + "…" + clean.LastCells(s, width-1-head)
}
