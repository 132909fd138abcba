package compose

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

func TestLateAnswerForAnotherRunIsNotSent(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(411))
	p.Hide()
	late := p.Show(kittest.EndedRun(412))
	p.Hide()
	a.Run(p.Show(kittest.EndedRun(410)))
	a.Run(late)
	if got := p.env.Ref.Number; got != 410 {
		t.Errorf("what goes along is of #%d", got)
	}
}

func TestEnvironmentIsReadAgainWhenTheRunEnds(t *testing.T) {
	t.Parallel()
	f := kittest.SampleEnvs()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), jenkins.Run{})
	p.Hide()
	p.reader = func(string) *kit.EnvReader { return f.Reader() }
	for _, run := range []jenkins.Run{kittest.RunningRun(412), kittest.RunningRun(412), kittest.EndedRun(412), kittest.EndedRun(412)} {
		a.Run(p.Show(run))
	}
	if !slices.Equal(f.Asked, []int{412, 412}) {
		t.Errorf("asked for %v", f.Asked)
	}
}

func TestWarningIsShownAgainWhenThePaneWasClosed(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Send(endpointMsg{0})
	a.Write("x")
	a.Send(kit.IntentSend)
	if !p.Asked {
		t.Fatal("nothing is warned of")
	}
	p.Hide()
	a.Run(p.Show(kittest.EndedRun(412)))
	if p.Asked {
		t.Error("the next send would be taken for the second")
	}
}

func TestLinesOfALogAreSentAsTheyAreBelowWhatIsWritten(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	a.Send(kit.ComposeMsg{Text: "got {{.nil}} }}"})
	if n, err := p.notification(false); err != nil || *n.Body != "got {{.nil}} }}" {
		t.Errorf("would send %v (%v)", n.Body, err)
	}
	a.Send(kit.ComposeMsg{Text: "second"})
	if n, err := p.notification(false); err != nil || *n.Body != "got {{.nil}} }}\n\nsecond" {
		t.Errorf("would send %v (%v)", n.Body, err)
	}
}

// TestWhatIsBeingSentIsSentOnce has the outbox answer late.
func TestWhatIsBeingSentIsSentOnce(t *testing.T) {
	t.Parallel()
	endpoints := kittest.SampleEndpoints(t)[1:]
	endpoints[0].Headers = nil
	box := kittest.OpenOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, kittest.EndedRun(412))
	failed := "FAILURE"
	a.Send(statusMsg{&failed})
	a.Write("once")
	sending := p.Update(kit.IntentSend)
	if p.Update(kit.IntentSend) != nil {
		t.Error("it is sent again while it is being sent")
	}
	a.Write("!")
	if p.edit.Text() != "once" {
		t.Errorf("while it is sent the text becomes %q", p.edit.Text())
	}
	p.edit.Set("draft of another session") // as a restored draft would
	a.Run(sending)
	if list, err := box.List(t.Context(), outbox.Filter{}); err != nil || len(list) != 1 {
		t.Errorf("the outbox has %d (%v)", len(list), err)
	}
	if p.edit.Text() != "draft of another session" || p.status != nil {
		t.Errorf("afterwards the text is %q, the status %v", p.edit.Text(), p.status)
	}
}

func TestDeliveryIsReportedOncePerStateAndNotAfterItsEnd(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), kittest.EndedRun(412))
	p.mine["1"] = sender.Queued
	for _, s := range []sender.State{sender.Retrying, sender.Retrying, sender.Delivered, sender.Delivering} {
		a.Send(sender.Delivery{ID: "1", Endpoint: "default", State: s})
	}
	a.Send(sender.Delivery{ID: "2", Endpoint: "of another program", State: sender.Dead})
	if len(a.Notes) != 2 || a.Notes[0].Err == nil || !strings.HasPrefix(a.Notes[1].Text, "delivered to default") {
		t.Errorf("reported is %+v", a.Notes)
	}
}

func TestNothingIsSentBeforeTheEnvironmentIsThere(t *testing.T) {
	t.Parallel()
	endpoints := kittest.SampleEndpoints(t)[1:]
	endpoints[0].Headers = nil
	box := kittest.OpenOutbox(t, endpoints)
	p, a := composing(t, box, endpoints, jenkins.Run{})
	p.Hide()
	asking := p.Show(kittest.EndedRun(412))
	a.Write("now")
	a.Send(kit.IntentSend)
	if a.Closed || !strings.Contains(a.LastNote(), "is still being read") {
		t.Errorf("it says %q", a.LastNote())
	}
	a.Run(asking)
	a.Send(kit.IntentSend)
	if !a.Closed {
		t.Errorf("it says %q", a.LastNote())
	}
}

func TestEnvironmentThatCannotBeReadIsWarnedOf(t *testing.T) {
	t.Parallel()
	p, a := composing(t, nil, kittest.SampleEndpoints(t), jenkins.Run{})
	p.Hide()
	p.reader = func(string) *kit.EnvReader {
		return &kit.EnvReader{Env: func(context.Context, jenkins.Run) (env.Env, error) { return env.Env{}, errors.New("away") }}
	}
	a.Run(p.Show(kittest.EndedRun(412)))
	if !slices.Contains(p.warnings, "the environment could not be read: only what the list shows goes along") {
		t.Errorf("warned of is %q", p.warnings)
	}
}
