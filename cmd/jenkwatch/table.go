package main

import (
	"bufio"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// column is a column of a table on a terminal. Where the terminal is too narrow for what every column would like, whole
// columns go, the one with the highest drop first. Of those that stay the ones that yield lose first, then the widest.
type column struct {
	title  string
	right  bool // numbers line up on the right
	least  int  // may be cut until it is so wide; 0: never
	likes  int  // less only where all else has lost: others are left out for it, unless they matter more; default least
	yields int  // whatever has the highest loses first; with 0 all others, the widest first
	prose  bool // loses its end; a name loses its middle
	drop   int  // 0: never left out
}

// table prints rows: aligned under a heading and cut to the width on a terminal (width > 0), else one line a row with
// tabs between the cells, whole and without a heading, as cut(1) and awk(1) like it.
type table struct {
	columns []column
	rows    [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

func (t *table) write(w io.Writer, width int) error {
	buf := bufio.NewWriter(w)
	if width <= 0 {
		for _, row := range t.rows {
			for i, cell := range row {
				if i > 0 {
					buf.WriteByte('\t')
				}
				buf.WriteString(jenkins.CleanLine(cell))
			}
			buf.WriteByte('\n')
		}
		return buf.Flush()
	}
	widths := t.widths(width)
	heading := make([]string, len(t.columns))
	for i, c := range t.columns {
		heading[i] = c.title
	}
	if strings.Join(heading, "") != "" && len(t.rows) > 0 {
		t.writeRow(buf, heading, widths, width)
	}
	for _, row := range t.rows {
		t.writeRow(buf, row, widths, width)
	}
	return buf.Flush()
}

// writeRow writes a line that is never wider than the terminal: one that wraps looks like two rows.
func (t *table) writeRow(w *bufio.Writer, row []string, widths []int, width int) {
	var line strings.Builder
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		if line.Len() > 0 {
			line.WriteString("  ")
		}
		if cell = jenkins.ScreenLine(cell); t.columns[i].prose {
			cell = ansi.Truncate(cell, widths[i], "…")
		} else {
			cell = cutMiddle(cell, widths[i])
		}
		pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
		if t.columns[i].right {
			line.WriteString(pad + cell)
		} else {
			line.WriteString(cell + pad)
		}
	}
	w.WriteString(ansi.Truncate(strings.TrimRight(line.String(), " "), width, "…"))
	w.WriteByte('\n')
}

// widths gives each column what it needs, leaves out what there is no room for and takes from the widest that may
// shrink until the line fits. A column that is empty in every row is left out too.
func (t *table) widths(width int) []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		for _, row := range t.rows {
			widths[i] = max(widths[i], ansi.StringWidth(jenkins.ScreenLine(row[i])))
		}
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(c.title))
		}
	}
	atMost := func(i, width int) int {
		if width == 0 {
			return widths[i]
		}
		return min(widths[i], max(width, len(t.columns[i].title)))
	}
	least := func(i int) int { return atMost(i, t.columns[i].least) }
	likes := func(i int) int { return atMost(i, max(t.columns[i].likes, t.columns[i].least)) }
	for lineWidth(widths, likes) > width {
		first := t.dropped(widths)
		if first < 0 || likes(first) > least(first) && lineWidth(widths, least) <= width {
			break
		}
		widths[first] = 0
	}
	t.shrink(widths, width, likes, 1)
	t.shrink(widths, width, least, 0)
	return widths
}

// shrink takes from the columns that yield so much until the line fits, and from none more than it must be left.
func (t *table) shrink(widths []int, width int, left func(i int) int, yields int) {
	for lineWidth(widths, func(i int) int { return widths[i] }) > width {
		loser := -1
		for i, c := range t.columns {
			if widths[i] <= left(i) || c.yields < yields {
				continue
			}
			if loser < 0 || c.yields > t.columns[loser].yields || c.yields == t.columns[loser].yields && widths[i] > widths[loser] {
				loser = i
			}
		}
		if loser < 0 {
			return
		}
		widths[loser]--
	}
}

// dropped is the column that is left out next; -1: none may be.
func (t *table) dropped(widths []int) int {
	first := -1
	for i, c := range t.columns {
		if widths[i] > 0 && c.drop > 0 && (first < 0 || c.drop > t.columns[first].drop) {
			first = i
		}
	}
	return first
}

// lineWidth is the width of a line whose columns are so wide; those without a width are not there.
func lineWidth(widths []int, of func(i int) int) int {
	total := -2
	for i, w := range widths {
		if w > 0 {
			total += of(i) + 2
		}
	}
	return total
}

// cutMiddle makes a text fit: a long name loses its middle, because its end tells more than that.
func cutMiddle(s string, width int) string {
	if ansi.StringWidth(s) <= width {
		return s
	}
	if width <= 1 {
		return ansi.Truncate(s, width, "")
	}
	head := (width - 1) / 2
	return ansi.Truncate(s, head, "") + "…" + jenkins.LastCells(s, width-1-head)
}
