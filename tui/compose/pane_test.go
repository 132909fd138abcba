package compose

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// composing returns a compose pane about run 412, whose environment is loaded, and the messages it sent to the root.
func composing(t testing.TB, box *outbox.Outbox, endpoints []sender.Endpoint, run jenkins.Run) (*Pane, *kittest.Deputy) {
	t.Helper()
	sh := kittest.Shared()
	sh.Opts.Endpoints = endpoints
	sh.Opts.Outbox = func(context.Context) (*outbox.Outbox, error) {
		if box == nil {
			return nil, &kit.SaidError{What: "the database cannot be written", Fix: "free some space"}
		}
		return box, nil
	}
	p := New(sh)
	p.reader = func(string) *kit.EnvReader { return kittest.SampleEnvs().Reader() }
	p.Resize(116, 14)
	p.Focus(true)
	a := &kittest.Deputy{Pane: p}
	a.Run(p.Show(run))
	return p, a
}

func TestComposeFrames(t *testing.T) {
	t.Parallel()
	message := "Holding the deploy of {{.APP}}: e2e shard 1 is flaky on agent-9,\nrestarting {{.JOB_NAME}} 日本語 👩‍👩‍👧."
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}, {58, 9}, {40, 5}} {
		for name, do := range map[string]func(p *Pane, a *kittest.Deputy){
			"empty": func(*Pane, *kittest.Deputy) {},
			"text": func(p *Pane, a *kittest.Deputy) {
				a.Write("Holding the deploy:\ne2e shard 1 is flaky on agent-9, 日本語.")
			},
			"mistake": func(p *Pane, a *kittest.Deputy) { a.Write(message) },
			"whole":   func(p *Pane, a *kittest.Deputy) { a.Write("Holding."); a.Send(kit.IntentWhole) },
			"warning": func(p *Pane, a *kittest.Deputy) { a.Send(endpointMsg{0}); a.Write("x"); a.Send(kit.IntentSend) },
			"nowhere": func(p *Pane, a *kittest.Deputy) { p.sh.Opts.Endpoints = nil; p.endpoint = 0; p.refresh() },
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
				p.Resize(size.w, size.h)
				do(p, a)
				p.Resize(size.w, size.h)
				frame := p.View(size.w, size.h)
				kittest.Fits(t, frame, size.w, size.h)
				if strings.Contains(frame, kittest.Secret) {
					t.Error("the frame shows a secret")
				}
				golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
			})
		}
	}
}

func TestComposeQueuesWhatItPreviewed(t *testing.T) {
	endpoints := kittest.SampleEndpoints(t)
	t.Setenv("HOOK_TOKEN", "t0ken-of-the-hook")
	box := kittest.OpenOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, kittest.EndedRun(412))
	a.Write("Build {{.BUILD_NUMBER}} waits.")
	preview := p.request
	a.Send(kit.IntentSend)
	if !a.Closed || a.LastNote() != "queued for default" || p.edit.Text() != "" {
		t.Fatalf("closed %t, note %q, text %q", a.Closed, a.LastNote(), p.edit.Text())
	}
	list, err := box.List(t.Context(), outbox.Filter{})
	if err != nil || len(list) != 1 || list[0].Size != preview.Size || list[0].Status != "FAILURE" || list[0].Number != 412 {
		t.Fatalf("the outbox has %+v (%v), the preview said %d bytes", list, err, preview.Size)
	}
	var got string
	relay := outbox.Relay{Outbox: box, OnDelivery: func(d sender.Delivery) { a.Send(d) },
		Transport: kittest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			b, err := io.ReadAll(r.Body)
			got = string(b)
			return &http.Response{StatusCode: 202, Body: io.NopCloser(strings.NewReader("ok")), Request: r}, err
		})}
	if err := relay.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(got, `"body":"Build 412 waits."`) || !strings.Contains(got, `"jobExecuteStatus":"FAILURE"`) {
		t.Errorf("arrived: %s", got)
	}
	if note := a.LastNote(); !strings.HasPrefix(note, "delivered to default: 202 in ") {
		t.Errorf("the footer says %q", note)
	}
	a.Send(kit.IntentEarlier)
	a.Choose(t, "Build {{.BUILD_NUMBER}} waits.") // as it was written: the next build has its own number
	if p.edit.Text() != "Build {{.BUILD_NUMBER}} waits." {
		t.Errorf("the earlier message gives %q", p.edit.Text())
	}
}

func TestComposeKeepsTheTextWhenTheOutboxRefuses(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Write("important")
	a.Send(kit.IntentSend)
	if a.Closed || p.edit.Text() != "important" || p.sending || a.LastNote() != "the database cannot be written / Free some space." {
		t.Errorf("closed %t, text %q, note %q", a.Closed, p.edit.Text(), a.LastNote())
	}
	a.Write("!")
	if p.edit.Text() != "important!" {
		t.Error("the text cannot be edited any more")
	}
}

func TestComposeSaysWhatToDoWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, nil, kittest.EndedRun(412))
	a.Write("hello")
	a.Send(kit.IntentSend)
	if a.Closed || p.edit.Text() != "hello" || !strings.HasPrefix(a.LastNote(), "no endpoint is configured / `jenkwatch init`") {
		t.Errorf("note %q", a.LastNote())
	}
}

func TestComposeAsksAgainBeforeSecretsGoIntoAURL(t *testing.T) {
	t.Parallel()
	endpoints := kittest.SampleEndpoints(t)
	box := kittest.OpenOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, kittest.EndedRun(412))
	a.Send(kit.IntentEndpoint)
	a.Choose(t, "chat")
	a.Write("hi")
	a.Send(kit.IntentSend)
	if a.Closed || !p.Asked || !strings.Contains(p.View(116, 14), "1 variable like a secret in the URL") {
		t.Errorf("it does not warn: %q", p.warnings)
	}
	p.Show(p.run)
	p.Update(composeEnvMsg{p.session, p.env, nil})
	if !p.Asked {
		t.Error("news of the run take the question back")
	}
	a.Write("!")
	if p.Asked {
		t.Error("another text is not asked about")
	}
	a.Send(kit.IntentSend)
	if !p.Back() || p.Asked {
		t.Error("esc does not go back")
	}
	a.Send(kit.IntentSend)
	a.Send(kit.IntentSend)
	if !a.Closed {
		t.Errorf("the second time it is not sent: %q", a.LastNote())
	}
}

func TestComposeMasksWhatTheTextNamesAndWarns(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Write("the key is {{.API_KEY}}")
	a.Send(kit.IntentWhole)
	if frame := p.View(116, 40); strings.Contains(frame, kittest.Secret) || len(p.warnings) == 0 {
		t.Errorf("warnings %q in\n%s", p.warnings, frame)
	}
	a.Send(kit.IntentCurl)
	if got := a.Copies[0].Text; strings.Contains(got, kittest.Secret) || strings.Contains(got, sender.Masked) ||
		!strings.Contains(got, `the key is '"$API_KEY"'`) {
		t.Errorf("curl:\n%s", got)
	}
	n, err := p.notification(false)
	if err != nil || *n.Body != "the key is "+kittest.Secret {
		t.Errorf("would send %q (%v)", *n.Body, err)
	}
}

func TestComposeChoosesTheStatusThatIsSent(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.RunningRun(412))
	if got := p.statusText(); got != "RUNNING" {
		t.Errorf("a running run has %q", got)
	}
	a.Send(kit.IntentSendStatus)
	a.Choose(t, "SUCCESS")
	if got := p.statusText(); got != "SUCCESS" || !strings.Contains(string(p.request.Body), `"jobExecuteStatus":"SUCCESS"`) {
		t.Errorf("chosen: %q", got)
	}
	a.Send(kit.IntentSendStatus)
	a.Choose(t, "none")
	if strings.Contains(string(p.request.Body), "jobExecuteStatus") {
		t.Error("none sends one")
	}
}

func TestComposeKeepsTheRunThatItIsAboutWhileItIsOpen(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Write("about 412")
	a.Run(p.Show(kittest.EndedRun(411)))
	if p.run.Number != 412 {
		t.Errorf("it is about #%d now", p.run.Number)
	}
	p.Hide()
	a.Run(p.Show(kittest.EndedRun(411)))
	if p.run.Number != 411 || p.edit.Text() != "about 412" {
		t.Errorf("opened again it is about #%d and says %q", p.run.Number, p.edit.Text())
	}
}

func TestEditorUndoesAndRedoesStepByStep(t *testing.T) {
	t.Parallel()
	e := kit.Editor{}
	e.Focus(true)
	e.Resize(20, 5)
	for _, r := range "one two" {
		e.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	e.Update(tea.PasteMsg{Content: "\npasted\nlines"})
	e.Update(kittest.KeyPress("backspace"))
	want := []string{"one two\npasted\nlines", "one two", "one ", "one", ""}
	for _, text := range want {
		if !e.Undo() || e.Text() != text {
			t.Fatalf("undone to %q instead of %q", e.Text(), text)
		}
	}
	if e.Undo() {
		t.Error("there is more to undo")
	}
	for range want {
		e.Redo()
	}
	if e.Redo() || e.Text() != "one two\npasted\nline" {
		t.Errorf("redone to %q", e.Text())
	}
	e.Undo()
	e.Update(tea.KeyPressMsg{Code: 'x', Text: "x"})
	if e.Redo() {
		t.Error("what was undone can be redone after a change")
	}
}

func FuzzComposeKeys(f *testing.F) {
	f.Add("hello {{.JOB_NAME}}", 40, 10, int64(1))
	f.Add("日本語\n\n{{", 3, 2, int64(7))
	f.Add(strings.Repeat("long ", 400), 20, 6, int64(3))
	f.Fuzz(func(t *testing.T, text string, w, h int, seed int64) {
		w, h = 1+kittest.Abs(w)%130, 1+kittest.Abs(h)%40
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
		p.Resize(w, h)
		keys := []string{"up", "down", "left", "right", "enter", "backspace", "delete", "home", "end", "ctrl+u", "ctrl+k",
			"ctrl+w", "alt+b", "pgup", "pgdown"}
		deeds := []kit.Intent{kit.IntentWhole, kit.IntentUndo, kit.IntentRedo, kit.IntentSend, kit.IntentSendStatus, kit.IntentEndpoint, kit.IntentCurl}
		for range 25 {
			switch rnd.IntN(4) {
			case 0:
				a.Send(tea.PasteMsg{Content: text[:rnd.IntN(len(text)+1)]})
			case 1:
				a.Send(deeds[rnd.IntN(len(deeds))])
			case 2:
				p.Back()
			default:
				a.Send(kittest.KeyPress(keys[rnd.IntN(len(keys))]))
			}
			p.Resize(w, h)
			kittest.Fits(t, p.View(w, h), w, h)
		}
	})
}
