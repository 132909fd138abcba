package compose

import (
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestTextThatNamesAPasswordNobodyIsToldSaysSo(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	p.env.Variables = append(p.env.Variables, env.Variable{Name: "PW", Source: env.Param, Password: true, Secret: true})
	a.Write("{{.PW}}")
	if p.err == nil || !strings.Contains(p.err.Error(), "the value of PW is not known") {
		t.Errorf("it says %v", p.err)
	}
	p.edit.Set("{{.NOPE}}")
	p.refresh()
	if p.err == nil || !strings.Contains(p.err.Error(), "no variable NOPE") {
		t.Errorf("it says %v", p.err)
	}
}

func TestWholeRequestSaysWhereItGoesOn(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	p.Resize(60, 12)
	a.Send(kit.IntentWhole)
	if got := p.Hint(); got != "more below" {
		t.Errorf("the border says %q at the beginning", got)
	}
	for range 30 {
		a.Send(kittest.KeyPress("down"))
	}
	if got := p.Hint(); got != "" {
		t.Errorf("the border says %q at the end", got)
	}
	if frame := kittest.Unstyled(p.View(120, 12)); strings.Contains(frame, "ctrl+v what is sent") {
		t.Errorf("it offers what it shows:\n%s", frame)
	}
}

func TestGetsQueryIsPreviewedInAllTheLinesThereAre(t *testing.T) {
	t.Parallel()
	endpoints := []sender.Endpoint{kittest.Endpoint("get", "GET", "http://127.0.0.1/hook")}
	p, a := composing(t, nil, endpoints, kittest.EndedRun(412))
	a.Write("Holding.")
	p.Resize(60, 20)
	rows := p.previewRows(60, 3, kittest.Styles(false))
	if len(rows) != 3 || !strings.HasPrefix(kittest.Unstyled(rows[0]), "GET /hook  ") || !strings.HasPrefix(kittest.Unstyled(rows[1]), "?") {
		t.Errorf("the preview is %q", rows)
	}
}

func TestPasteIsSentAsItIsWithOneBreakALine(t *testing.T) {
	t.Parallel()
	p, _ := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	p.edit.Set("")
	p.Update(tea.PasteMsg{Content: "one\r\ntwo\tx\r\n[three]\rfour\n"})
	const want = "one\ntwo\tx\n[three]\nfour\n"
	n, err := p.notification(false)
	if err != nil || n.Body == nil || *n.Body != want || p.edit.Text() != want {
		t.Errorf("sends %v (%v), edits %q", n.Body, err, p.edit.Text())
	}
	if drawn := strings.Join(p.edit.View(), "\n"); !strings.Contains(drawn, "two x") || strings.Contains(drawn, "\U0010ff09") {
		t.Errorf("drawn as %q", drawn)
	}
	p.edit.Set("a\tb\r\nc")
	if got := p.edit.Text(); got != "a\tb\nc" {
		t.Errorf("the editor's text became %q", got)
	}
}

// TestPasteOfLinesThatEndInCRLFHasOneBreakALine where the terminal makes a CR of each LF.
func TestPasteOfLinesThatEndInCRLFHasOneBreakALine(t *testing.T) {
	t.Parallel()
	p, _ := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	for pasted, want := range map[string]string{
		"one\r\rtwo\r\r\r\r\tthree\r\r": "one\ntwo\n\n\tthree\n",
		"Title\r\rAll of it.\r":         "Title\n\nAll of it.\n",
		"Title\r\rAll of it.":           "Title\n\nAll of it.",
		"one\rtwo\r\rthree\r\r":         "one\ntwo\n\nthree\n\n",
		"\r\r":                          "\n",
	} {
		p.edit.Set("")
		p.Update(tea.PasteMsg{Content: pasted})
		if got := p.edit.Text(); got != want {
			t.Errorf("%q became %q, want %q", pasted, got, want)
		}
	}
}

func TestWhatIsSentIsShownIndentedThenAsItIs(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Write("Holding.")
	for i, want := range []string{"Holding.", `  "body": "Holding.",`, `","body":"Holding.","`, "Holding."} {
		frame := kittest.Unstyled(p.View(116, 40))
		if !strings.Contains(strings.ReplaceAll(frame, "\n", ""), want) || p.Whole != (i == 1 || i == 2) {
			t.Errorf("after %d presses it does not show %s:\n%s", i, want, frame)
		}
		a.Send(kit.IntentWhole)
	}
}
