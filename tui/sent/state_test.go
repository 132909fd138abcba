package sent

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestRefreshListsAsManyAsBeforeAndNoMoreThanThereAre(t *testing.T) {
	t.Parallel()
	endpoints := []sender.Endpoint{kittest.Endpoint("default", "POST", "http://127.0.0.1/hook")}
	box := kittest.OpenOutbox(t, endpoints)
	for i := range deliveriesPage + 30 {
		if _, err := box.Add(t.Context(), sender.Notification{Endpoint: "default", Job: "j", Number: i + 1}); err != nil {
			t.Fatal(err)
		}
	}
	p, a := sentPane(t, box)
	a.Run(p.Show(jenkins.Run{}))
	a.Send(kit.IntentBottom)
	if len(p.list) != deliveriesPage+30 || p.more {
		t.Fatalf("%d are listed, more: %t", len(p.list), p.more)
	}
	a.Send(kit.IntentRefresh)
	if len(p.list) != deliveriesPage+30 {
		t.Errorf("after a refresh %d are listed", len(p.list))
	}
}

func TestWhatIsListedStaysWhileTheStoreCannotBeRead(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	a.Send(kit.DeliveriesMsg{Err: kittest.ErrAway})
	if len(p.rows) != len(list) || p.Waiting() != 3 {
		t.Errorf("%d are listed, %d wait", len(p.rows), p.Waiting())
	}
}

func TestReadOnlySessionChangesNothing(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	p.sh.Opts.ReadOnly = true
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	a.Send(kit.IntentRetry)
	if got := a.LastNote(); got != "nothing is changed: this session is read-only" {
		t.Errorf("it says %q", got)
	}
}

func TestWhatHasEndedWellCannotBeDropped(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	p.moveTo(3)
	a.Send(kit.IntentDrop)
	if len(a.Menus) != 0 || a.LastNote() != "it was delivered already" {
		t.Errorf("it asks %v and says %q", a.Menus, a.LastNote())
	}
	p.moveTo(0)
	if word, changed := p.Footer().Words[kit.IntentRetry]; changed {
		t.Errorf("retrying what is queued is called %q", word)
	}
}

// TestDetailIsReadAgainWhenAnAttemptEnds and not when one begins, of which nothing is recorded yet.
func TestDetailIsReadAgainWhenAnAttemptEnds(t *testing.T) {
	t.Parallel()
	p, a := sentPane(t, nil)
	list := sampleDeliveries(time.Now())
	a.Send(kit.DeliveriesMsg{List: list, Counts: countOf(list)})
	p.detail = &deliveryDetail{id: list[0].ID}
	for state, asks := range map[sender.State]bool{sender.Delivering: false, sender.Retrying: true, sender.Delivered: true} {
		d := list[0]
		d.State = state
		if got := p.Update(d) != nil; got != asks {
			t.Errorf("%s: asks %t", state, got)
		}
	}
}

func TestRetryThatIsDueIsNow(t *testing.T) {
	t.Parallel()
	now := time.Now()
	d := sender.Delivery{State: sender.Retrying, LastError: "503", NextAttemptAt: now.Add(900 * time.Millisecond)}
	if got := deliveryState(&d, now); got != "retries now: 503" {
		t.Errorf("says %q", got)
	}
	d.NextAttemptAt = now.Add(time.Second)
	if got := deliveryState(&d, now); !strings.HasPrefix(got, "retries in 1s") {
		t.Errorf("says %q", got)
	}
}
