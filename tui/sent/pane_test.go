package sent

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/exp/golden"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// sampleDeliveries returns one delivery in each state, newest first.
func sampleDeliveries(now time.Time) []sender.Delivery {
	d := func(n int, state sender.State, ago time.Duration) sender.Delivery {
		return sender.Delivery{ID: fmt.Sprintf("01J%02d", 99-n), Endpoint: "default", Method: "POST",
			URL: "https://api.example.com/pipeline/status?token=••••••", Controller: "ci", Job: "shop/checkout/main", Number: 412 - n,
			Status: "RUNNING", State: state, Size: 1212, HasPayload: !state.Ended(), CreatedAt: now.Add(-ago), Attempts: 1}
	}
	list := []sender.Delivery{
		d(0, sender.Queued, time.Second), d(1, sender.Delivering, 3*time.Second), d(2, sender.Retrying, time.Minute),
		d(3, sender.Delivered, 5*time.Minute), d(4, sender.Dead, time.Hour), d(5, sender.Dropped, 26*time.Hour),
	}
	list[2].LastError, list[2].NextAttemptAt, list[2].Attempts = "503 Service Unavailable", now.Add(42*time.Second), 4
	list[3].HTTPStatus, list[3].Duration, list[3].Attempts = 202, 38*time.Millisecond, 2
	list[4].LastError, list[4].HTTPStatus, list[4].EndedAt = "401 Unauthorized \x1b[2J日本語", 401, now.Add(-time.Hour)
	list[3].Message, list[4].Message = "Holding the deploy of \x1b[2Jmain", "never seen behind an error"
	list[5].Job, list[5].Number, list[5].Status, list[5].Message = "", 0, "", "Tea is ready"
	return list
}

func countOf(list []sender.Delivery) map[sender.State]int {
	counts := map[sender.State]int{}
	for _, d := range list {
		counts[d.State]++
	}
	return counts
}

// sentPane returns a deliveries pane with the sample deliveries.
func sentPane(t testing.TB, box *outbox.Outbox) (*Pane, *kittest.Deputy) {
	t.Helper()
	sh := kittest.Shared()
	sh.Opts.Outbox = func(context.Context) (*outbox.Outbox, error) { return box, nil }
	p := New(sh)
	p.Focus(true)
	return p, &kittest.Deputy{Pane: p}
}

func TestDeliveriesFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []struct{ w, h int }{{60, 20}, {80, 24}, {120, 40}} {
		for name, do := range map[string]func(p *Pane, a *kittest.Deputy){
			"list":   func(*Pane, *kittest.Deputy) {},
			"filter": func(p *Pane, a *kittest.Deputy) { a.Send(kit.IntentFilter); a.Write("dead") },
			"none":   func(p *Pane, a *kittest.Deputy) { a.Send(kit.DeliveriesMsg{}) },
			"detail": func(p *Pane, a *kittest.Deputy) {
				p.moveTo(4)
				p.detail = &deliveryDetail{id: p.current().ID}
				headers := []sender.RequestHeader{{Name: "X-Auth", Value: sender.Masked + " (env:HOOK_TOKEN)"},
					{Name: "Content-Type", Value: sender.ContentType}}
				a.Send(attemptsMsg{id: p.detail.id, attempts: []sender.Attempt{
					{N: 1, StartedAt: time.Now().Add(-time.Hour), Duration: 30 * time.Second, Error: "no answer within 30s", Headers: headers},
					{N: 2, StartedAt: time.Now().Add(-time.Minute), Duration: 12 * time.Millisecond, HTTPStatus: 401, Headers: headers,
						AnswerHeaders: []sender.RequestHeader{{Name: "Www-Authenticate", Value: "Basic\x1b[2J"}},
						Error:         "401 Unauthorized", Answer: "{\"error\":\"who are you?\"}\n\x1b]0;owned\x07second line"},
				}, request: sender.Request{Method: "POST", URL: p.current().URL, Headers: headers,
					Body: []byte(`{"API_KEY":"•••","body":"\u001b[2J","BUILD_NUMBER":"408","PATH":"•••"} and 31 more`)}})
			},
		} {
			t.Run(fmt.Sprintf("%s/%dx%d", name, size.w, size.h), func(t *testing.T) {
				kittest.InBubble(t, func(t *testing.T) {
					p, a := sentPane(t, nil)
					p.Resize(size.w, size.h)
					list := sampleDeliveries(time.Now())
					a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
					do(p, a)
					frame := p.View(size.w, size.h)
					kittest.Fits(t, frame, size.w, size.h)
					golden.RequireEqual(t, []byte(p.Title(size.w)+"\n"+p.Hint()+"\n"+kittest.Unstyled(frame)+"\n"))
				})
			})
		}
	}
}

func TestDeliveriesFollowWhatTheRelayTells(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	p.moveTo(2)
	at := p.current().ID
	if p.Waiting() != 3 {
		t.Errorf("%d wait", p.Waiting())
	}
	fresh := list[0]
	fresh.ID = "01K"
	a.Send(fresh)
	done := list[0]
	done.State, done.HTTPStatus = sender.Delivered, 200
	a.Send(done)
	if p.Waiting() != 3 || len(p.list) != 7 || p.list[0].ID != "01K" || p.list[1].State != sender.Delivered {
		t.Errorf("%d wait in %+v", p.Waiting(), p.list[:2])
	}
	if p.current().ID != at {
		t.Error("the cursor left its delivery")
	}
	old := list[5]
	old.ID = "00A"
	a.Send(old)
	if len(p.list) != 7 {
		t.Error("one that is older than what is listed was put in")
	}
}

func TestDeliveriesStayWithTheNewestUntilSomebodyLooks(t *testing.T) {
	t.Parallel()
	list := sampleDeliveries(time.Now())
	p, a := sentPane(t, nil)
	p.Focus(false)
	a.Send(kit.DeliveriesMsg{List: list[1:]})
	a.Send(kit.DeliveriesMsg{List: list})
	if got := p.current().ID; got != list[0].ID {
		t.Errorf("the cursor is on %s, not on the newest", got)
	}
	p.Focus(true)
	newer := list[0]
	newer.ID = "01J999"
	a.Send(kit.DeliveriesMsg{List: append([]sender.Delivery{newer}, list...)})
	if got := p.current().ID; got != list[0].ID {
		t.Errorf("the cursor has moved to %s under the user's eyes", got)
	}
}

func TestQueuedDeliverySaysWhyItWaits(t *testing.T) {
	t.Parallel()
	d := sender.Delivery{State: sender.Queued, LastError: `no endpoint is called "hook"`}
	if got := deliveryState(&d, time.Now()); got != `queued; last: no endpoint is called "hook"` {
		t.Error(got)
	}
}

// TestDeliveriesAreRetriedAndDropped goes the whole way: an endpoint refuses, the answer is read, the delivery is sent
// again, refused again, and dropped.
func TestDeliveriesAreRetriedAndDropped(t *testing.T) {
	t.Parallel()
	endpoints := []sender.Endpoint{kittest.Endpoint("default", "POST", "http://127.0.0.1/hook")}
	box := kittest.OpenOutbox(t, endpoints)
	body := "hello"
	d, err := box.Add(t.Context(), sender.Notification{Endpoint: "default", Job: "shop/cart", Number: 7, Controller: "ci", Body: &body})
	if err != nil {
		t.Fatal(err)
	}
	p, a := sentPane(t, box)
	relay := outbox.Relay{Outbox: box, OnDelivery: func(d sender.Delivery) { a.Send(d) },
		Transport: kittest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 410, ContentLength: -1, Body: io.NopCloser(strings.NewReader("gone for good")), Request: r}, nil
		})}
	flush := func() {
		t.Helper()
		if err := relay.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	a.Run(p.Show(jenkins.Run{}))
	flush()
	a.Send(kit.IntentEnter)
	frame := kittest.Unstyled(p.View(100, 30))
	if !strings.Contains(frame, "gone for good") || !strings.Contains(frame, "attempt 1") || !strings.Contains(frame, "dead: ") {
		t.Errorf("the detail:\n%s", frame)
	}
	a.Send(kit.IntentRetry)
	if a.LastNote() != "queued again: shop/cart #7" || p.list[0].State != sender.Queued {
		t.Errorf("note %q, state %s", a.LastNote(), p.list[0].State)
	}
	flush()
	if frame := kittest.Unstyled(p.View(100, 30)); !strings.Contains(frame, "attempt 2") {
		t.Errorf("the second attempt is missing:\n%s", frame)
	}
	p.Back()
	a.Send(kit.IntentDrop)
	a.Choose(t, "no, keep it")
	if p.list[0].State != sender.Dead {
		t.Error("it was dropped unasked")
	}
	a.Send(kit.IntentDrop)
	a.Choose(t, "yes, drop it")
	if got, err := box.Get(t.Context(), d.ID); err != nil || got.State != sender.Dropped || p.list[0].State != sender.Dropped {
		t.Errorf("it is %s (%v)", got.State, err)
	}
	a.Send(kit.IntentRetry)
	if !strings.Contains(a.LastNote(), "its payload has been removed") {
		t.Errorf("note %q", a.LastNote())
	}
}

func TestDeliveriesAreLookedIntoAFewTimesASecondAtMost(t *testing.T) {
	t.Parallel()
	kittest.InBubble(t, func(t *testing.T) {
		sh := kittest.Shared()
		asked := 0
		sh.Opts.Outbox = func(context.Context) (*outbox.Outbox, error) { asked++; return nil, kittest.ErrAway }
		p := New(sh)
		msgs := make(chan tea.Msg, 100)
		send := func(msg tea.Msg) {
			if cmd := p.Update(msg); cmd != nil {
				go func() { msgs <- cmd() }()
			}
		}
		for range 100 { // a second of a busy relay
			send(OutboxChanged{})
			time.Sleep(10 * time.Millisecond)
			for len(msgs) > 0 {
				send(<-msgs)
			}
		}
		if asked < 4 || asked > 6 {
			t.Errorf("looked %d times in a second", asked)
		}
	})
}

func TestDeliveriesAreReadPageByPage(t *testing.T) {
	t.Parallel()
	endpoints := []sender.Endpoint{kittest.Endpoint("default", "POST", "http://127.0.0.1/hook")}
	box := kittest.OpenOutbox(t, endpoints)
	for i := range 2*deliveriesPage + 30 {
		if _, err := box.Add(t.Context(), sender.Notification{Endpoint: "default", Job: "j", Number: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	p, a := sentPane(t, box)
	a.Run(p.Show(jenkins.Run{}))
	if len(p.list) != deliveriesPage || p.Waiting() != 2*deliveriesPage+30 {
		t.Fatalf("%d are listed at first, %d wait", len(p.list), p.Waiting())
	}
	for range 5 {
		a.Send(kit.IntentBottom)
	}
	if n := len(p.list); n != 2*deliveriesPage+30 || p.list[n-1].Number != 1 {
		t.Errorf("%d are listed in the end", n)
	}
}

func FuzzDeliveriesKeys(f *testing.F) {
	f.Add("job \x1b[2J", "answer\n\x00", 60, 10, int64(1))
	f.Add("日本語", strings.Repeat("x", 3000), 9, 3, int64(2))
	f.Fuzz(func(t *testing.T, job, answer string, w, h int, seed int64) {
		w, h = 1+kittest.Abs(w)%130, 1+kittest.Abs(h)%40
		rnd := rand.New(rand.NewPCG(uint64(seed), 1))
		p, a := sentPane(t, nil)
		p.Resize(w, h)
		list := sampleDeliveries(time.Now())
		list[1].Job, list[2].LastError = job, answer
		p.sh.Opts.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, kittest.ErrAway }
		a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
		msgs := []tea.Msg{kit.IntentUp, kit.IntentDown, kit.IntentPageDown, kit.IntentTop, kit.IntentBottom, kit.IntentEnter, kit.IntentFilter,
			kittest.KeyPress("enter"), kittest.KeyPress("d"), kittest.KeyPress("backspace"), kit.IntentDrop, kit.IntentRetry, kit.WheelMsg{Lines: 2}, kit.ClickMsg{Y: 2}, kit.IntentRefresh}
		for range 25 {
			if n := rnd.IntN(len(msgs) + 2); n < len(msgs) {
				a.Send(msgs[n])
			} else if n == len(msgs) {
				p.Back()
			} else if p.detail != nil {
				a.Send(attemptsMsg{id: p.detail.id, attempts: []sender.Attempt{{N: 1, Answer: answer, Error: job}}})
			}
			kittest.Fits(t, p.View(w, h), w, h)
		}
	})
}

func TestSentShowsWhereToInFullWhereThereIsRoom(t *testing.T) {
	t.Parallel()
	list := []sender.Delivery{{ID: "1", Job: "shop/checkout/main", Number: 412, Endpoint: "local receiver", State: sender.Delivered}}
	p := New(&kit.Shared{Opts: &kit.Options{}, Glyphs: &kit.UnicodeGlyphs, Styles: kittest.Styles(false)})
	p.loaded, p.list, p.sh.Opts.Outbox = true, list, func(context.Context) (*outbox.Outbox, error) { return nil, nil }
	p.choose()
	for _, w := range []int{78, 118, 198} {
		if s := p.View(w, 10); !strings.Contains(s, "local receiver  ") {
			t.Errorf("in %d cells it does not:\n%s", w, s)
		}
	}
}

func TestFooterOfSentNamesWhatCanBeDoneThere(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	p.moveTo(3) // delivered
	for in, want := range map[kit.Intent]string{kit.IntentRetry: "", kit.IntentDrop: "", kit.IntentEnter: "details", kit.IntentSent: "close"} {
		if word, is := p.Footer().Words[in]; !is || word != want {
			t.Errorf("%s of a delivered one is called %q (%t)", in, word, is)
		}
	}
	p.moveTo(4) // dead
	p.detail = &deliveryDetail{id: p.current().ID}
	for in, want := range map[kit.Intent]string{kit.IntentDown: "scroll", kit.IntentBack: "back", kit.IntentFilter: ""} {
		if word, is := p.Footer().Words[in]; !is || word != want {
			t.Errorf("%s in the detail is called %q (%t)", in, word, is)
		}
	}
	for _, in := range []kit.Intent{kit.IntentRetry, kit.IntentDrop} {
		if word, is := p.Footer().Words[in]; is {
			t.Errorf("%s of a dead one is called %q", in, word)
		}
	}
}

func TestMessagesAboutOneBuildAreToldApart(t *testing.T) {
	t.Parallel()
	one := sender.Delivery{Number: 412, Job: "shop/checkout/main", State: sender.Delivered, HTTPStatus: 200, Message: "Holding the deploy.\nMore below."}
	two := one
	two.Message = "Going on."
	p := &Pane{sh: kittest.Shared(), list: []sender.Delivery{one, two}, rows: []int{0, 1}, h: 2}
	for _, w := range []int{40, 80, 120} {
		for i, want := range []string{"Holding", "Going on."} {
			line := kittest.Unstyled(p.line(&p.list[i], w, false, time.Now(), p.sh.Styles))
			if !strings.Contains(line, want) || strings.Contains(line, "More below") {
				t.Errorf("in %d cells: %q", w, line)
			}
		}
	}
	for i := range p.list {
		p.list[i].State, p.list[i].LastError = sender.Retrying, "connection refused by 127.0.0.1"
	}
	for i, want := range []string{"Holding", "Going on."} {
		line := kittest.Unstyled(p.line(&p.list[i], 80, false, time.Now(), p.sh.Styles))
		if !strings.Contains(line, "retries now: ") || !strings.Contains(line, want) {
			t.Errorf("while it is retried: %q", line)
		}
	}
	for i, status := range []string{"RUNNING", "SUCCESS"} {
		d := sender.Delivery{Number: 412, Job: "shop/checkout/main", State: sender.Retrying, LastError: "connection refused", Status: status}
		if line := kittest.Unstyled(p.line(&d, 80, false, time.Now(), p.sh.Styles)); !strings.Contains(line, status) {
			t.Errorf("announcement %d: %q", i, line)
		}
	}
}
