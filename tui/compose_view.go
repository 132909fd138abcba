package tui

import (
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/internal/carry"
)

// composeLayout is how many lines each part has.
type composeLayout struct {
	head    int // endpoint, status
	rules   int
	text    int
	preview int
}

// layout gives the text what the rest leaves; where there is little room the preview goes first, then the rules.
func (p *composePane) layout() composeLayout {
	l := composeLayout{head: 2, rules: 2, preview: 3}
	if p.h < 10 {
		l.preview = 1
	}
	if p.h < 7 {
		l.rules = 0
	}
	if p.h < 4 {
		l.head, l.preview = min(1, p.h-1), 0
	}
	if p.whole {
		l.rules, l.preview = min(l.rules, 1), 0
	}
	l.text = max(1, p.h-l.head-l.rules-l.preview)
	return l
}

func (p *composePane) view(w, h int, st *styles) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	l := p.layout()
	rule := st.dim.render(strings.Repeat(st.glyphs.horizontal, w))
	rows := append(make([]string, 0, h), p.headRows(w, st)[:l.head]...)
	if l.rules > 0 {
		rows = append(rows, rule)
	}
	if p.whole {
		lines := p.wholeLines(w)
		for i := p.offset; i < len(lines) && i < p.offset+l.text; i++ {
			rows = append(rows, lines[i])
		}
	} else {
		rows = append(rows, p.edit.view()...)
	}
	for len(rows) < h-l.preview-l.rules/2 {
		rows = append(rows, "")
	}
	rows = rows[:min(len(rows), h-l.preview-l.rules/2)]
	if l.rules > 1 {
		rows = append(rows, rule)
	}
	if l.preview > 0 {
		rows = append(rows, p.previewRows(w, l.preview, st)...)
	}
	for len(rows) < h {
		rows = append(rows, "")
	}
	rows = rows[:h]
	for i := range rows {
		if width(rows[i]) > w {
			rows[i] = ansi.Truncate(rows[i], w, "")
		}
	}
	return strings.Join(rows, "\n")
}

// headRows say where it goes and what goes along.
func (p *composePane) headRows(w int, st *styles) []string {
	line := func(label, text string, keys ...string) string {
		for len(keys) > 0 && (w < 100 || 7+width(text)+2+width(strings.Join(keys, "  ")) > w) {
			keys = keys[:len(keys)-1] // what is sent matters more than the keys that change it
		}
		s := st.dim.render(fit(label, 7)) + text
		if len(keys) == 0 {
			return fit(s, w)
		}
		k := strings.Join(keys, "  ")
		return fit(s, w-width(k)-2) + "  " + st.dim.render(k)
	}
	to := st.waiting.render("nowhere: no endpoint is configured")
	if e, ok := p.target(); ok {
		to = st.bold.render(clean(e.Name)) + "  " + p.method() + " " + clean(e.ShownURL())
		secret := 0
		for _, h := range e.Headers {
			if h.Secret() {
				secret++
			}
		}
		if n := len(e.Headers); n > 0 {
			to += "  " + plural(n, "header")
			if secret > 0 {
				to += fmt.Sprintf(" (%d secret)", secret)
			}
		}
	}
	status := p.statusText()
	if status == "" {
		status = st.dim.render("none")
	} else {
		status = st.bold.render(status)
	}
	return []string{
		line("To", to, "ctrl+t choose"),
		line("Status", status+"  "+p.along(), "ctrl+r choose", map[bool]string{false: "ctrl+v what is sent", true: "ctrl+v the text"}[p.whole]),
	}
}

func (p *composePane) method() string {
	if p.request.Method != "" {
		return p.request.Method
	}
	e, _ := p.target()
	if e.Method == "" {
		return "POST"
	}
	return strings.ToUpper(e.Method)
}

// along says what goes along with the text.
func (p *composePane) along() string {
	switch {
	case p.run.Job == "":
		return "about no run"
	case p.run.Number == 0:
		return "about " + runTitle(p.run) + ", which has not started: no environment"
	case !p.heard && p.envErr == nil && p.reader(p.run.Controller) != nil:
		return "reading the environment of " + runTitle(p.run) + p.sh.glyphs.more
	}
	e, _ := p.target()
	n, passwords, hidden := 0, 0, 0
	for _, v := range carry.Env(p.env) {
		n++
		if v.Password {
			passwords++
		}
	}
	for _, v := range p.env.Variables {
		if v.Password && !v.Known {
			hidden++
		}
	}
	text := plural(n, "variable") + " of " + runTitle(p.run)
	switch {
	case passwords > 0 && e.Secrets == "send":
		text += ", " + plural(passwords, "password") + " in the clear"
	case passwords > 0 && e.Secrets == "mask":
		text += ", " + plural(passwords, "secret") + " masked"
	case passwords > 0:
		text = plural(n-passwords, "variable") + " of " + runTitle(p.run) + ", " + plural(passwords, "secret") + " dropped"
	}
	if hidden > 0 {
		text += ", " + plural(hidden, "password") + " unknown"
	}
	return text
}

// previewRows show the request in brief, or what stands in its way.
func (p *composePane) previewRows(w, h int, st *styles) []string {
	var rows []string
	switch {
	case p.sending:
		rows = append(rows, "handing it to the outbox"+st.glyphs.more)
	case p.err != nil:
		rows = append(rows, st.failed.render(fit(st.glyphs.failure+" "+whatOf(p.err), w)), st.dim.render(fit("  "+hintOf(p.err), w)))
	case p.asked:
		for _, x := range p.warnings {
			rows = append(rows, st.waiting.render(fit("! "+clean(x), w)))
		}
		if len(rows) > h-1 && h > 1 {
			rows = rows[:h-1]
		}
		if h > 1 {
			rows = append(rows, st.bold.render(fit("ctrl+s again sends it all the same, esc does not", w)))
		}
	default:
		target, body := pathOf(p.request.URL), string(p.request.Body)
		if p.request.Method == "GET" {
			target, body, _ = strings.Cut(target, "?")
			body = "?" + body
		}
		first := p.request.Method + " " + clean(target) + "  " + thousands(p.request.Size) + " bytes"
		if len(p.warnings) > 0 {
			first += "  " + st.waiting.render("! "+clean(p.warnings[0]))
		}
		rows = append(rows, fit(first, w))
		if most := 8*w*h + 64; len(body) > most {
			body = strings.ToValidUTF8(body[:most], "")
		}
		body = clean(lineEnds(body))
		for i, l := range strings.Split(ansi.Hardwrap(body, w, true), "\n") {
			if i+2 > h {
				break
			}
			if i+2 == h && width(body) > w*(h-1) {
				l = fit(ansi.Truncate(l, w-1, "")+"…", w)
			}
			rows = append(rows, st.dim.render(l))
		}
	}
	return rows[:min(len(rows), h)]
}

// pathOf is a URL without its host.
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.RequestURI()
}

// wholeLines are the whole request, wrapped.
func (p *composePane) wholeLines(w int) []string {
	if p.err != nil {
		return []string{whatOf(p.err), hintOf(p.err)}
	}
	return formText(p.request.String(), w)
}

func (p *composePane) title(w int) string {
	t := "Compose"
	if p.whole {
		t = "Compose  what is sent"
	}
	return fit(t, min(w, width(t)))
}

func (p *composePane) hint() string {
	switch text := p.edit.text(); {
	case p.whole && p.offset+p.layout().text < len(p.wholeLines(p.w)):
		return "more below"
	case p.whole:
		return ""
	case p.sending:
		return "sending" + p.sh.glyphs.more
	case text == "":
		return ""
	case text == p.saved:
		return "draft saved"
	}
	return "draft"
}

// briefly writes how long something took: 38 ms, 1.2 s.
func briefly(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}
