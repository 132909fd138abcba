package main

import (
	"bufio"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// column is a column of a table on a terminal. Of the columns that may shrink the widest loses first.
type column struct {
	title  string
	right  bool // numbers line up on the right
	shrink bool // may lose its middle when the terminal is narrow
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
	t.writeRow(buf, heading, widths)
	for _, row := range t.rows {
		t.writeRow(buf, row, widths)
	}
	return buf.Flush()
}

func (t *table) writeRow(w *bufio.Writer, row []string, widths []int) {
	var line strings.Builder
	for i, cell := range row {
		if widths[i] == 0 {
			continue
		}
		if line.Len() > 0 {
			line.WriteString("  ")
		}
		cell = cutMiddle(jenkins.CleanLine(cell), widths[i])
		pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
		if t.columns[i].right {
			line.WriteString(pad + cell)
		} else {
			line.WriteString(cell + pad)
		}
	}
	w.WriteString(strings.TrimRight(line.String(), " "))
	w.WriteByte('\n')
}

// widths gives each column what it needs and takes from the widest that may shrink until the line fits. A column that
// is empty in every row is left out.
func (t *table) widths(width int) []int {
	widths := make([]int, len(t.columns))
	for i, c := range t.columns {
		for _, row := range t.rows {
			widths[i] = max(widths[i], ansi.StringWidth(jenkins.CleanLine(row[i])))
		}
		if widths[i] > 0 {
			widths[i] = max(widths[i], len(c.title))
		}
	}
	total := -2
	for _, w := range widths {
		if w > 0 {
			total += w + 2
		}
	}
	for ; total > width; total-- {
		widest := -1
		for i, c := range t.columns {
			if c.shrink && widths[i] > 8 && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

// cutMiddle makes a text fit: a long name loses its middle, because its end tells more than that.
func cutMiddle(s string, width int) string {
	total := ansi.StringWidth(s)
	if total <= width {
		return s
	}
	if width <= 1 {
		return ansi.Truncate(s, width, "")
	}
	head := (width - 1) / 2
	return ansi.Truncate(s, head, "") + "…" + ansi.TruncateLeft(s, total-(width-1-head), "")
}
