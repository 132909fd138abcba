package layout

import (
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Overlay lays a box with a title, a hint and a text, which has the size of what the box leaves, over the lines of a screen of w cells.
func Overlay(screen []string, w int, at Rect, st *kit.Styles, title, hint, text string) {
	g, edge, inner := st.Glyphs, st.Focus, at.Inner().W
	box := []string{border(st, at.W, title, hint)}
	for _, l := range strings.Split(text, "\n") {
		box = append(box, edge.Render(g.Border.Left)+kit.Fit(l, inner)+edge.Render(g.Border.Left))
	}
	box = append(box, edge.Render(g.Border.BottomLeft+strings.Repeat(g.Border.Top, inner)+g.Border.BottomRight))
	for i, l := range box {
		y := at.Y + i
		if y >= len(screen) {
			break
		}
		under := screen[y]
		rest := w - at.X - at.W
		screen[y] = kit.Fit(ansi.Truncate(under, at.X, ""), at.X) + kit.Reset + l + kit.FitRight(clean.LastCells(under, rest), rest)
		screen[y] = kit.Fit(screen[y], w)
	}
}

// border returns an upper border that has the keys, with a title and a hint, as far as there is room for them.
func border(st *kit.Styles, w int, title, hint string) string {
	g, edge := st.Glyphs, st.Focus
	if w < 4 {
		return edge.Render(g.Border.TopLeft + strings.Repeat(g.Border.Top, max(0, w-2)) + g.Border.TopRight)
	}
	title, hint = OnBorder(w, title, []string{hint})
	line := strings.Repeat(g.Border.Top, max(0, w-4-kit.Width(title)-kit.Width(hint)))
	return edge.Render(g.Border.TopLeft+g.Border.Top) + st.Bold.Render(title) + edge.Render(line) + st.Dim.Render(hint) + edge.Render(g.Border.Top+g.Border.TopRight)
}
