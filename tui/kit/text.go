package kit

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// What of a value is unfolded at most. The whole of it can still be copied.
const (
	FormBytes = 64 << 10
	FormLines = 1000
)

// ByteSize writes a size in the unit that reads best.
func ByteSize(n int64) string {
	switch {
	case n < 1<<10:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1<<20:
		return strconv.FormatInt(n>>10, 10) + " KB"
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.2f GB", float64(n)/(1<<30))
}

// FileWords makes of a name one for a file, of letters, digits, dots, underscores and hyphens: shop-checkout-main-412.
func FileWords(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool {
		return r != '.' && r != '_' && r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a' && r != '_' || r > 'z'
	})
	return strings.TrimLeft(strings.Join(words, "-"), ".")
}

// timed reports whether it is known how long a stage or step takes.
func timed(state stages.State, start time.Time, took time.Duration) bool {
	switch state {
	case stages.Skipped, stages.NotBuilt, stages.Unknown:
		return false
	}
	return took != 0 || !start.IsZero()
}

// Clean makes outside text safe to draw on one line, in as many cells as we count.
func Clean(s string) string { return clean.ScreenLine(s) }

// Pasteable returns a text without the control characters by which a value could end a bracketed paste and type commands.
func Pasteable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return -1
		}
		return r
	}, s)
}

// LineEnds shows the line ends of a text that is drawn in one line.
func LineEnds(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\n", "↵")
}

// Width returns how many cells s takes. What nearly all of a frame consists of, and what is measured again and again, is counted
// here: letters, our own styles and the signs that we draw. Anything else is left to those who know every character.
func Width(s string) int {
	n := 0
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c >= ' ' && c < 0x7f:
			i++
			n++
			continue
		case c == '\x1b':
			end := sgrEnd(s[i:])
			if end == 0 {
				return ansi.StringWidth(s)
			}
			i += end
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if !OneCell(r) {
			return ansi.StringWidth(s)
		}
		i += size
		n++
	}
	return n
}

// sgrEnd returns how long the SGR sequence is that s begins with, 0 when it begins with another one.
func sgrEnd(s string) int {
	if len(s) < 3 || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		switch c := s[i]; {
		case c == 'm':
			return i + 1
		case (c < '0' || c > '9') && c != ';':
			return 0
		}
	}
	return 0
}

// OneCell knows the characters beyond ASCII that our frames are made of: lines, blocks and a few signs.
func OneCell(r rune) bool {
	switch r {
	case '…', '·', '›', '•', '↑', '↓', '✓', '✗', '●', '○', '‖', '◐', '⊘':
		return true
	}
	return r >= 0x2500 && r < 0x25c0
}

// Fit makes s exactly w cells wide: cut at the end, or filled with spaces.
func Fit(s string, w int) string {
	if w <= 0 {
		return ""
	}
	n := Width(s)
	if n > w && n == len(s) { // plain ASCII, which is cut without counting cells
		return s[:w-1] + "…"
	}
	if n > w {
		s = ansi.Truncate(s, w, "…")
		n = Width(s)
	}
	return s + Spaces(w-n)
}

// FitRight is fit for numbers: filled on the left.
func FitRight(s string, w int) string {
	if n := Width(s); n < w {
		return Spaces(w-n) + s
	}
	return Fit(s, w)
}

// FitMiddle is Fit for names, whose end says most (the branch is there): a long one loses its middle.
func FitMiddle(s string, w int) string {
	n := Width(s)
	if n <= w {
		return s + Spaces(w-n)
	}
	if w < 4 {
		return Fit(s, w)
	}
	left := (w - 1) / 3
	return Fit(ansi.Truncate(s, left, "")+"…"+clean.LastCells(s, w-1-left), w)
}

const blank = "                                                                                                    "

func Spaces(n int) string {
	if n <= 0 {
		return ""
	}
	if n <= len(blank) {
		return blank[:n]
	}
	return strings.Repeat(" ", n)
}

// Clock writes a duration as people read one at a glance: 0:08, 12:41, 1h02m, 3d4h.
func Clock(d time.Duration) string {
	s := int64(d / time.Second)
	switch {
	case s < 0:
		return "0:00"
	case s < 3600:
		return strconv.FormatInt(s/60, 10) + ":" + pad2(s%60)
	case s < 86400:
		return strconv.FormatInt(s/3600, 10) + "h" + pad2(s%3600/60) + "m"
	}
	return strconv.FormatInt(s/86400, 10) + "d" + strconv.FormatInt(s%86400/3600, 10) + "h"
}

func pad2(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	return strconv.FormatInt(n, 10)
}

// Ago writes how long something is past in one unit: 4s, 12m, 3h, 9d.
func Ago(d time.Duration) string {
	switch {
	case d < 0:
		return "0s"
	case d < time.Minute:
		return strconv.Itoa(int(d/time.Second)) + "s"
	case d < time.Hour:
		return strconv.Itoa(int(d/time.Minute)) + "m"
	case d < 48*time.Hour:
		return strconv.Itoa(int(d/time.Hour)) + "h"
	}
	return strconv.Itoa(int(d/(24*time.Hour))) + "d"
}

// runName returns a run's job as shown.
func runName(r jenkins.Run) string { return Clean(jenkins.DisplayName(r.Job)) }

// RunNumber returns a run's number as shown, "#12"; empty for a queue item.
func RunNumber(r jenkins.Run) string {
	if r.Number == 0 {
		return ""
	}
	return "#" + strconv.Itoa(r.Number)
}

// RunTitle names a run in titles: "shop/checkout/main #412".
func RunTitle(r jenkins.Run) string {
	if r.Number == 0 {
		return runName(r)
	}
	return runName(r) + " " + RunNumber(r)
}

// Block makes s exactly h lines of exactly w cells.
func Block(s string, w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	lines := strings.SplitN(s, "\n", h+1)
	if len(lines) > h {
		lines = lines[:h]
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	for i, l := range lines {
		lines[i] = Fit(l, w)
	}
	return strings.Join(lines, "\n")
}

// Sentence begins a text of ours with a capital letter. An error may begin with a name, which stays as it is.
func Sentence(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || strings.HasPrefix(s, "jenkwatch") {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// DidYouMean suggests the known word that a mistaken one probably meant, as a sentence; empty when none is near.
func DidYouMean(wrong string, known []string) string {
	best, far := "", max(2, len(wrong)/3+1)
	for _, k := range known {
		if d := query.Distance(strings.ToLower(wrong), k); d < far {
			best, far = k, d
		}
	}
	if best == "" {
		return ""
	}
	return fmt.Sprintf("Did you mean %q? ", best)
}

// Problem returns what is wrong and, below it, what to do, in lines of at most w cells.
func Problem(w int, what, hint string, st *Styles, hintLook Style) []string {
	var out []string
	for i, l := range Wrap(what, w-4, "") {
		head := "   "
		if i == 0 {
			head = " " + st.Glyphs.Failure + " "
		}
		out = append(out, st.Failed.Render(head+l))
	}
	for _, l := range Wrap(hint, w-4, "   ") {
		out = append(out, hintLook.Render(l))
	}
	return out
}
