package compose

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// composeLayout is how many lines each part has.
type composeLayout struct {
	head    int // endpoint, status
	rules   int
	text    int
	preview int
}

// layout gives the text what the rest leaves; where there is little room the preview goes first, then the rules.
func (p *Pane) layout() composeLayout {
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
	if p.Whole {
		l.rules, l.preview = min(l.rules, 1), 0
	}
	l.text = max(1, p.h-l.head-l.rules-l.preview)
	return l
}

func (p *Pane) View(w, h int) string {
	if w <= 0 || h <= 0 {
		return ""
	}
	st := p.sh.Styles
	l := p.layout()
	rule := st.Dim.Render(strings.Repeat(st.Glyphs.Border.Top, w))
	rows := append(make([]string, 0, h), p.headRows(w, st)[:l.head]...)
	if l.rules > 0 {
		rows = append(rows, rule)
	}
	if p.Whole {
		lines := p.wholeLines(w)
		for i := p.offset; i < len(lines) && i < p.offset+l.text; i++ {
			rows = append(rows, lines[i])
		}
	} else {
		rows = append(rows, p.edit.View()...)
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
		if kit.Width(rows[i]) > w {
			rows[i] = ansi.Truncate(rows[i], w, "")
		}
	}
	return strings.Join(rows, "\n")
}

// headRows say where it goes and what goes along.
func (p *Pane) headRows(w int, st *kit.Styles) []string {
	line := func(label, text string, keys ...string) string {
		for len(keys) > 0 && (w < 100 || 7+kit.Width(text)+2+kit.Width(strings.Join(keys, "  ")) > w) {
			keys = keys[:len(keys)-1] // what is sent matters more than the keys that change it
		}
		s := st.Dim.Render(kit.Fit(label, 7)) + text
		if len(keys) == 0 {
			return kit.Fit(s, w)
		}
		k := strings.Join(keys, "  ")
		return kit.Fit(s, w-kit.Width(k)-2) + "  " + st.Dim.Render(k)
	}
	to := st.Waiting.Render("nowhere: no endpoint is configured")
	if e, ok := p.target(); ok {
		to = st.Bold.Render(kit.Clean(e.Name)) + "  " + p.method() + " " + kit.Clean(e.ShownURL())
		secret := 0
		for _, h := range e.Headers {
			if h.Secret() {
				secret++
			}
		}
		if n := len(e.Headers); n > 0 {
			to += "  " + kit.Plural(n, "header")
			if secret > 0 {
				to += fmt.Sprintf(" (%d secret)", secret)
			}
		}
	}
	status := p.statusText()
	if status == "" {
		status = st.Dim.Render("none")
	} else {
		status = st.Bold.Render(status)
	}
	return []string{
		line("To", to, "ctrl+t choose"),
		line("Status", status+"  "+p.along(), "ctrl+r choose", "ctrl+v "+p.nextWhole()),
	}
}

func (p *Pane) method() string {
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
func (p *Pane) along() string {
	switch {
	case p.run.Job == "":
		return "about no run"
	case p.run.Number == 0:
		return "about " + kit.RunTitle(p.run) + ", which has not started: no environment"
	case !p.loaded && p.envErr == nil && p.reader(p.run.Controller) != nil:
		return "reading the environment of " + kit.RunTitle(p.run) + p.sh.Glyphs.More
	}
	e, _ := p.target()
	n, passwords, hidden := 0, 0, 0
	for _, v := range p.sh.Variables(p.env) {
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
	text := kit.Plural(n, "variable") + " of " + kit.RunTitle(p.run)
	switch {
	case passwords > 0 && e.Secrets == "send":
		text += ", " + kit.Plural(passwords, "password") + " in the clear"
	case passwords > 0 && e.Secrets == "mask":
		text += ", " + kit.Plural(passwords, "secret") + " masked"
	case passwords > 0:
		text = kit.Plural(n-passwords, "variable") + " of " + kit.RunTitle(p.run) + ", " + kit.Plural(passwords, "secret") + " dropped"
	}
	if hidden > 0 {
		text += ", " + kit.Plural(hidden, "password") + " unknown"
	}
	return text
}

// previewRows show the request in brief, or what stands in its way.
func (p *Pane) previewRows(w, h int, st *kit.Styles) []string {
	var rows []string
	switch {
	case p.sending:
		rows = append(rows, "putting it into the outbox"+st.Glyphs.More)
	case p.err != nil:
		rows = append(rows, st.Failed.Render(kit.Fit(st.Glyphs.Failure+" "+kit.WhatOf(p.err), w)), st.Dim.Render(kit.Fit("  "+kit.HintOf(p.err), w)))
	case p.Asked:
		for _, x := range p.warnings {
			rows = append(rows, st.Waiting.Render(kit.Fit("! "+kit.Clean(x), w)))
		}
		if len(rows) > h-1 && h > 1 {
			rows = rows[:h-1]
		}
		if h > 1 {
			rows = append(rows, st.Bold.Render(kit.Fit("ctrl+s again sends it all the same, esc does not", w)))
		}
	default:
		target, body := pathOf(p.request.URL), string(p.request.Body)
		if p.request.Method == "GET" {
			target, body, _ = strings.Cut(target, "?")
			body = "?" + body
		}
		first := p.request.Method + " " + kit.Clean(target) + "  " + kit.Thousands(p.request.Size) + " bytes"
		if len(p.warnings) > 0 {
			first += "  " + st.Waiting.Render("! "+kit.Clean(p.warnings[0]))
		}
		rows = append(rows, kit.Fit(first, w))
		if most := 8*w*h + 64; len(body) > most {
			body = strings.ToValidUTF8(body[:most], "")
		}
		body = kit.Clean(kit.LineEnds(body))
		for i, l := range strings.Split(ansi.Hardwrap(body, w, true), "\n") {
			if i+2 > h {
				break
			}
			if i+2 == h && kit.Width(body) > w*(h-1) {
				l = kit.Fit(ansi.Truncate(l, w-1, "")+"…", w)
			}
			rows = append(rows, st.Dim.Render(l))
		}
	}
	return rows[:min(len(rows), h)]
}

// pathOf returns a URL without its host.
func pathOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return raw
	}
	return u.RequestURI()
}

// wholeLines returns the whole request, wrapped.
func (p *Pane) wholeLines(w int) []string {
	if p.err != nil {
		return []string{kit.WhatOf(p.err), kit.HintOf(p.err)}
	}
	text := p.request.String()
	if body := p.indented(); body != "" && !p.raw {
		text = strings.TrimSuffix(text, string(p.request.Body)) + body
	}
	return kit.FormText(text, w)
}

func (p *Pane) Title(w int) string {
	t := "Compose"
	if p.Whole {
		t = "Compose  what is sent"
		switch {
		case p.raw:
			t += ", as it is"
		case p.indented() != "":
			t += ", indented"
		}
	}
	return kit.Fit(t, min(w, kit.Width(t)))
}

func (p *Pane) Hint() string {
	switch text := p.edit.Text(); {
	case p.Whole && p.offset+p.layout().text < len(p.wholeLines(p.w)):
		return "more below"
	case p.Whole:
		return ""
	case p.sending:
		return "sending" + p.sh.Glyphs.More
	case text == "":
		return ""
	case text == p.saved:
		return "draft saved"
	}
	return "draft"
}

// nextWhole names what ctrl+v leads to.
func (p *Pane) nextWhole() string {
	switch {
	case !p.Whole:
		return "what is sent"
	case !p.raw && p.indented() != "":
		return "as it is"
	}
	return "the text"
}

// Footer leads with what the keys do while the whole request is shown.
func (p *Pane) Footer() kit.Footer {
	f := kit.Footer{Typing: []kit.KeyWord{{Key: "esc", Word: "keep and close"}}, Words: map[kit.Intent]string{}}
	if p.Whole {
		f.First = []kit.Intent{kit.IntentDown, kit.IntentWhole}
		f.Words[kit.IntentDown], f.Words[kit.IntentWhole] = "scroll", p.nextWhole()
	}
	if !p.edit.CanUndo() {
		f.Words[kit.IntentUndo] = ""
	}
	if p.err != nil {
		f.Words[kit.IntentSend], f.Words[kit.IntentCurl] = "", ""
	}
	if len(p.sh.Opts.Endpoints) == 0 {
		f.Words[kit.IntentEndpoint] = ""
	}
	if p.Whole || p.Asked {
		f.Typing[0].Word = "the text"
	}
	return f
}
