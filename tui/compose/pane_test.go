package compose

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func endpoint(name, method, url string, headers ...sender.Header) sender.Endpoint {
	return sender.Endpoint{Name: name, Method: method, URL: sender.Literal(url), Headers: headers}
}

func sampleEndpoints(t testing.TB) []sender.Endpoint {
	t.Helper()
	token, err := sender.ParseReference("env:HOOK_TOKEN")
	if err != nil {
		t.Fatal(err)
	}
	return []sender.Endpoint{
		endpoint("chat", "GET", "https://chat.example.com/hook"),
		endpoint("default", "POST", "https://api.example.com/pipeline/status",
			sender.Header{Name: "username", Value: sender.Literal("ci")}, sender.Header{Name: "Authorization", Value: token}),
	}
}

// openOutbox is an outbox on a real disk.
func openOutbox(t testing.TB, endpoints []sender.Endpoint) *outbox.Outbox {
	t.Helper()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	for _, m := range outbox.Migrations {
		if _, err := db.Exec(m); err != nil {
			t.Fatal(err)
		}
	}
	return &outbox.Outbox{DB: db, Endpoints: func(name string) (sender.Endpoint, error) {
		for _, e := range endpoints {
			if e.Name == name {
				return e, nil
			}
		}
		return sender.Endpoint{}, errors.New("not configured")
	}}
}

// composing is a compose pane about run 412, whose environment Jenkins has told, and what it made the root do.
func composing(t testing.TB, box *outbox.Outbox, endpoints []sender.Endpoint, run jenkins.Run) (*Pane, *deputy) {
	t.Helper()
	sh := testShared()
	sh.Opts.Endpoints = endpoints
	sh.Opts.Outbox = func(context.Context) (*outbox.Outbox, error) {
		if box == nil {
			return nil, &kit.SaidError{"the database cannot be written", "free some space"}
		}
		return box, nil
	}
	p := New(sh)
	p.reader = func(string) *kit.EnvReader { return sampleEnvs().reader() }
	p.resize(116, 14)
	p.focus(true)
	a := &deputy{p: p}
	a.run(p.Show(run))
	return p, a
}

// deputy plays the root: it runs a pane's commands one after the other and keeps what is for the root.
type deputy struct {
	p interface{ Update(tea.Msg) tea.Cmd }

	notes  []kit.NoteMsg
	menus  []kit.ChooseMsg
	copies []kit.CopyMsg
	closed bool
}

func (a *deputy) run(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			a.run(c)
		}
	case kit.NoteMsg:
		a.notes = append(a.notes, msg)
	case kit.ChooseMsg:
		a.menus = append(a.menus, msg)
	case kit.CopyMsg:
		a.copies = append(a.copies, msg)
	case kit.CloseMsg:
		a.closed = true
	default:
		a.send(msg)
	}
}

func (a *deputy) send(msg tea.Msg) { a.run(a.p.Update(msg)) }

func (a *deputy) write(text string) {
	for _, r := range text {
		if r == '\n' {
			a.send(keyPress("enter"))
			continue
		}
		a.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

func (a *deputy) choose(t testing.TB, label string) {
	t.Helper()
	for _, c := range a.menus[len(a.menus)-1].Choices {
		if c.Label == label {
			a.send(c.Msg)
			return
		}
	}
	t.Fatalf("the menu has no %q", label)
}

func (a *deputy) lastNote() string {
	if len(a.notes) == 0 {
		return ""
	}
	n := a.notes[len(a.notes)-1]
	if n.Err != nil {
		return n.Err.Error() + " / " + kit.HintOf(n.Err)
	}
	return n.Text
}

func TestComposeFrames(t *testing.T) {
	t.Parallel()
	message := "Holding the deploy of {{.APP}}: e2e shard 1 is flaky on agent-9,\nrestarting {{.JOB_NAME}} 日本語 👩‍👩‍👧."
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}, {58, 9}, {40, 5}} {
		for name, do := range map[string]func(p *Pane, a *deputy){
			"empty": func(*Pane, *deputy) {},
			"text": func(p *Pane, a *deputy) {
				a.write("Holding the deploy:\ne2e shard 1 is flaky on agent-9, 日本語.")
			},
			"mistake": func(p *Pane, a *deputy) { a.write(message) },
			"whole":   func(p *Pane, a *deputy) { a.write("Holding."); a.send(kit.IntentWhole) },
			"warning": func(p *Pane, a *deputy) { a.send(endpointMsg{0}); a.write("x"); a.send(kit.IntentSend) },
			"nowhere": func(p *Pane, a *deputy) { p.sh.Opts.Endpoints = nil; p.endpoint = 0; p.refresh() },
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				p, a := composing(t, nil, sampleEndpoints(t), endedRun(412))
				p.resize(size.w, size.h)
				do(p, a)
				p.resize(size.w, size.h)
				frame := p.View(size.w, size.h, testStyles(false))
				fits(t, frame, size.w, size.h)
				if strings.Contains(frame, aSecret) {
					t.Error("the frame shows a secret")
				}
				golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+frame))
			})
		}
	}
}

func TestComposeQueuesWhatItPreviewed(t *testing.T) {
	endpoints := sampleEndpoints(t)
	t.Setenv("HOOK_TOKEN", "t0ken-of-the-hook")
	box := openOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, endedRun(412))
	a.write("Build {{.BUILD_NUMBER}} waits.")
	preview := p.request
	a.send(kit.IntentSend)
	if !a.closed || a.lastNote() != "queued for default" || p.edit.text() != "" {
		t.Fatalf("closed %t, note %q, text %q", a.closed, a.lastNote(), p.edit.text())
	}
	list, err := box.List(t.Context(), outbox.Filter{})
	if err != nil || len(list) != 1 || list[0].Size != preview.Size || list[0].Status != "FAILURE" || list[0].Number != 412 {
		t.Fatalf("the outbox has %+v (%v), the preview said %d bytes", list, err, preview.Size)
	}
	var got string
	relay := outbox.Relay{Outbox: box, OnDelivery: func(d sender.Delivery) { a.send(d) },
		Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
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
	if note := a.lastNote(); !strings.HasPrefix(note, "delivered to default: 202 in ") {
		t.Errorf("the footer says %q", note)
	}
	a.send(kit.IntentEarlier)
	a.choose(t, "Build {{.BUILD_NUMBER}} waits.") // as it was written: the next build has its own number
	if p.edit.text() != "Build {{.BUILD_NUMBER}} waits." {
		t.Errorf("the earlier message gives %q", p.edit.text())
	}
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestComposeKeepsTheTextWhenTheOutboxRefuses(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, sampleEndpoints(t), endedRun(412))
	a.write("important")
	a.send(kit.IntentSend)
	if a.closed || p.edit.text() != "important" || p.sending || a.lastNote() != "the database cannot be written / Free some space." {
		t.Errorf("closed %t, text %q, note %q", a.closed, p.edit.text(), a.lastNote())
	}
	a.write("!")
	if p.edit.text() != "important!" {
		t.Error("the text cannot be edited any more")
	}
}

func TestComposeSaysWhatToDoWithoutAnEndpoint(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, nil, endedRun(412))
	a.write("hello")
	a.send(kit.IntentSend)
	if a.closed || p.edit.text() != "hello" || !strings.HasPrefix(a.lastNote(), "no endpoint is configured / `jenkwatch init`") {
		t.Errorf("note %q", a.lastNote())
	}
}

func TestComposeAsksAgainBeforeSecretsGoIntoAURL(t *testing.T) {
	t.Parallel()
	endpoints := sampleEndpoints(t)
	box := openOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, endedRun(412))
	a.send(kit.IntentEndpoint)
	a.choose(t, "chat")
	a.write("hi")
	a.send(kit.IntentSend)
	if a.closed || !p.Asked || !strings.Contains(p.View(116, 14, testStyles(false)), "1 variable like a secret in the URL") {
		t.Errorf("it does not warn: %q", p.warnings)
	}
	p.Show(p.run)
	p.Update(composeEnvMsg{p.session, p.env, nil})
	if !p.Asked {
		t.Error("news of the run take the question back")
	}
	a.write("!")
	if p.Asked {
		t.Error("another text is not asked about")
	}
	a.send(kit.IntentSend)
	if !p.Back() || p.Asked {
		t.Error("esc does not go back")
	}
	a.send(kit.IntentSend)
	a.send(kit.IntentSend)
	if !a.closed {
		t.Errorf("the second time it is not sent: %q", a.lastNote())
	}
}

func TestComposeMasksWhatTheTextNamesAndWarns(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, sampleEndpoints(t), endedRun(412))
	a.write("the key is {{.API_KEY}}")
	a.send(kit.IntentWhole)
	if frame := p.View(116, 40, testStyles(false)); strings.Contains(frame, aSecret) || len(p.warnings) == 0 {
		t.Errorf("warnings %q in\n%s", p.warnings, frame)
	}
	a.send(kit.IntentCurl)
	if got := a.copies[0].Text; strings.Contains(got, aSecret) || strings.Contains(got, sender.Masked) ||
		!strings.Contains(got, `the key is '"$API_KEY"'`) {
		t.Errorf("curl:\n%s", got)
	}
	n, err := p.notification(false)
	if err != nil || *n.Body != "the key is "+aSecret {
		t.Errorf("would send %q (%v)", *n.Body, err)
	}
}

func TestComposeChoosesTheStatusThatIsSent(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, sampleEndpoints(t), runningRun(412))
	if got := p.statusText(); got != "RUNNING" {
		t.Errorf("a running run has %q", got)
	}
	a.send(kit.IntentSendStatus)
	a.choose(t, "SUCCESS")
	if got := p.statusText(); got != "SUCCESS" || !strings.Contains(string(p.request.Body), `"jobExecuteStatus":"SUCCESS"`) {
		t.Errorf("chosen: %q", got)
	}
	a.send(kit.IntentSendStatus)
	a.choose(t, "none")
	if strings.Contains(string(p.request.Body), "jobExecuteStatus") {
		t.Error("none sends one")
	}
}

func TestComposeKeepsTheRunThatItIsAboutWhileItIsOpen(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, sampleEndpoints(t), endedRun(412))
	a.write("about 412")
	a.run(p.Show(endedRun(411)))
	if p.run.Number != 412 {
		t.Errorf("it is about #%d now", p.run.Number)
	}
	p.Hide()
	a.run(p.Show(endedRun(411)))
	if p.run.Number != 411 || p.edit.text() != "about 412" {
		t.Errorf("opened again it is about #%d and says %q", p.run.Number, p.edit.text())
	}
}

func TestComposeDraftComesBackAtTheNextStart(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T) {
		var kept kit.Prefs
		o := testOptions()
		o.Endpoints = sampleEndpoints(t)
		o.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, errors.New("not today") }
		o.SavePrefs = func(p kit.Prefs) error { kept = p; return nil }
		d := drive(t, o, 120, 40)
		d.send(sampleSnapshot(time.Now()))
		d.press("c")
		d.write("not sent yet")
		d.send(tui.SavePrefsMsg{})
		if !strings.Contains(d.screen(), "draft saved") {
			t.Errorf("the border does not say that the draft is saved:\n%s", d.screen())
		}
		d.press("esc")
		if kept.Draft != "not sent yet" {
			t.Fatalf("kept %q", kept.Draft)
		}
		o.Prefs = kept
		d = drive(t, o, 80, 24)
		d.send(sampleSnapshot(time.Now()))
		d.press("c")
		if !strings.Contains(d.screen(), "not sent yet") {
			t.Errorf("the draft is gone:\n%s", d.screen())
		}
	})
}

func TestEditorUndoesAndRedoesStepByStep(t *testing.T) {
	t.Parallel()
	e := editor{}
	e.focus(true)
	e.resize(20, 5)
	for _, r := range "one two" {
		e.Update(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
	e.Update(tea.PasteMsg{Content: "\npasted\nlines"})
	e.Update(keyPress("backspace"))
	want := []string{"one two\npasted\nlines", "one two", "one ", "one", ""}
	for _, text := range want {
		if !e.undo() || e.text() != text {
			t.Fatalf("undone to %q instead of %q", e.text(), text)
		}
	}
	if e.undo() {
		t.Error("there is more to undo")
	}
	for range want {
		e.redo()
	}
	if e.redo() || e.text() != "one two\npasted\nline" {
		t.Errorf("redone to %q", e.text())
	}
	e.undo()
	e.Update(tea.KeyPressMsg{Code: 'x', Text: "x"})
	if e.redo() {
		t.Error("what was undone can be redone after a change")
	}
}

func FuzzComposeKeys(f *testing.F) {
	f.Add("hello {{.JOB_NAME}}", 40, 10, int64(1))
	f.Add("日本語\n\n{{", 3, 2, int64(7))
	f.Add(strings.Repeat("long ", 400), 20, 6, int64(3))
	f.Fuzz(func(t *testing.T, text string, w, h int, seed int64) {
		w, h = 1+abs(w)%130, 1+abs(h)%40
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		p, a := composing(t, nil, sampleEndpoints(t), endedRun(412))
		p.resize(w, h)
		keys := []string{"up", "down", "left", "right", "enter", "backspace", "delete", "home", "end", "ctrl+u", "ctrl+k",
			"ctrl+w", "alt+b", "pgup", "pgdown"}
		deeds := []kit.Intent{kit.IntentWhole, kit.IntentUndo, kit.IntentRedo, kit.IntentSend, kit.IntentSendStatus, kit.IntentEndpoint, kit.IntentCurl}
		for range 25 {
			switch rnd.IntN(4) {
			case 0:
				a.send(tea.PasteMsg{Content: text[:rnd.IntN(len(text)+1)]})
			case 1:
				a.send(deeds[rnd.IntN(len(deeds))])
			case 2:
				p.Back()
			default:
				a.send(keyPress(keys[rnd.IntN(len(keys))]))
			}
			p.resize(w, h)
			fits(t, p.View(w, h, testStyles(false)), w, h)
		}
	})
}
