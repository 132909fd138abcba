package screen

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/announce"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/service"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/syncing"
)

// takes returns a build that takes so long and ends with a result.
func takes(d time.Duration, result string) jenkinstest.Job {
	return jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
		return jenkinstest.Script{Takes: d, Result: result, Log: []string{"working"},
			Stages: []jenkinstest.Stage{{Name: "Build", Takes: d}}}
	}}
}

// syncBench returns a controller and an outbox for the screen's sync. To be made inside a bubble.
func syncBench(t *testing.T) (*jenkinstest.Controller, *jenkins.Client, announce.Options) {
	t.Helper()
	c := jenkinstest.New(jenkinstest.Options{Nodes: []*jenkinstest.Node{{Executors: 100}}})
	u, err := url.Parse("http://ci.example.com")
	if err != nil {
		t.Fatal(err)
	}
	a := cli.New(nil, nil, nil)
	a.StateDir = t.TempDir()
	a.LoadOnce.Do(func() {
		a.Cfg = &config.Config{Endpoints: []sender.Endpoint{{Name: "hook", URL: sender.Literal("http://127.0.0.1:9/")}}}
	})
	box, err := a.Outbox(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.DB.Close() })
	client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
		HTTP: &http.Client{Transport: c.Transport()}}
	r := announce.Rules{Wants: func(string) bool { return true }, Endpoints: a.Cfg.Endpoints}
	on := cli.NewController(config.Controller{Name: "ci"}, client, nil)
	return c, client, service.AnnouncerOptions(on, box, r, nil, slog.New(slog.DiscardHandler))
}

func TestScreensSyncGoesOnWhileAnEditorHasTheTerminal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ci, client, o := syncBench(t)
		ctx, stop := context.WithCancel(t.Context())
		closed := make(chan struct{}) // the editor
		messages := newInbox()
		var announced []string
		var shown watch.Snapshot
		syncs, news := newSyncer(), newFeed(func(s watch.Snapshot) { messages.put(s) })
		ended := make(chan error, 2)
		go func() {
			messages.run(ctx, func(msg any) { // as tea.Program.Send
				<-closed
				switch msg := msg.(type) {
				case syncing.Announced:
					announced = append(announced, fmt.Sprintf("%s %s", msg.Ref.Job, msg.Status))
				case watch.Snapshot:
					shown = msg
				}
			})
			ended <- nil
		}()
		go func() {
			for s := range (&watch.Watcher{Client: client}).Snapshots(ctx) {
				syncs.observe(s)
				news.snapshot(s)
			}
			ended <- nil
		}()
		o.OnAnnounced = func(n announce.Announcement) { messages.put(syncing.Announced{Ref: n.Ref, Status: n.Status}) }
		time.Sleep(10 * time.Second) // sync begins in the middle of a session
		synced := make(chan error, 1)
		go func() { synced <- syncs.run(ctx, []announce.Options{o}) }()
		for i := range 30 { // more than there are workers
			ci.Start(ci.AddPipeline(fmt.Sprintf("job-%d", i), takes(time.Minute, "")), nil)
		}
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		var accepted int
		if err := o.Ledger.(*outbox.Ledger).Outbox.DB.QueryRow("SELECT count(*) FROM outbox").Scan(&accepted); err != nil || accepted != 60 {
			t.Errorf("while the editor was open %d notifications were accepted, want 60: %v", accepted, err)
		}
		close(closed)
		time.Sleep(time.Minute)
		synctest.Wait()
		if len(announced) != 60 || time.Since(shown.At) > 30*time.Second {
			t.Errorf("afterwards the screen received %d announcements; its snapshot is %v old", len(announced), time.Since(shown.At))
		}
		stop()
		for range 2 {
			<-ended
		}
		if err := <-synced; err != nil {
			t.Error(err)
		}
		syncs.observe(watch.Snapshot{Controller: "ci", At: time.Now()}) // which nobody announces any more
	})
}

func TestScreensSyncSendsNothingOfWhatEndedBeforeItBegan(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ci, client, o := syncBench(t)
		ctx, stop := context.WithCancel(t.Context())
		var mu sync.Mutex // several workers announce
		var sent []string
		o.FromNow = true
		o.OnAnnounced = func(n announce.Announcement) {
			mu.Lock()
			defer mu.Unlock()
			sent = append(sent, fmt.Sprintf("%s#%d %s", n.Ref.Job, n.Ref.Number, n.Status))
		}
		syncs := newSyncer()
		watched := make(chan struct{})
		go func() {
			defer close(watched)
			for s := range (&watch.Watcher{Client: client}).Snapshots(ctx) {
				syncs.observe(s)
			}
		}()
		on := func(live func()) { // sync, until live returns
			ctx, off := context.WithCancel(ctx)
			ended := make(chan error, 1)
			go func() { ended <- syncs.run(ctx, []announce.Options{o}) }()
			live()
			synctest.Wait() // something may be due at this very instant
			off()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
		quick, long := ci.AddPipeline("quick", takes(time.Second, "")), ci.AddFreestyle("long", takes(time.Hour, ""))
		time.Sleep(time.Minute)
		on(func() { // an earlier session, which leaves marks
			ci.Start(quick, nil)
			time.Sleep(time.Minute)
		})
		ci.Start(long, nil)
		for range 25 {
			ci.Start(quick, nil)
			time.Sleep(7 * time.Second)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		sent = nil
		if n, err := syncs.count(ctx, []announce.Options{o}); n != 2 || err != nil { // START and RUNNING
			t.Errorf("%d leave at once, want 2: %v", n, err)
		}
		on(func() {
			time.Sleep(10 * time.Minute)
			ci.Start(quick, nil)
			time.Sleep(time.Minute)
		})
		if want := []string{"long#1 START", "long#1 RUNNING", "quick#27 START", "quick#27 SUCCESS"}; !slices.Equal(sent, want) {
			t.Errorf("sent %q, want %q", sent, want)
		}
		if n, err := syncs.count(ctx, []announce.Options{o}); n != 0 || err != nil {
			t.Errorf("%d leave at once although all is announced: %v", n, err)
		}
		stop()
		<-watched
	})
}
