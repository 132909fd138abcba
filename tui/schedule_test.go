package tui

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/header"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

var (
	faultSeeds = flag.Int("fault-seeds", 20, "how many schedules of faults are played")
	soak       = flag.Duration("soak", 20*time.Minute, "how long, in simulated time, the program is used without a break")
)

// unreliable is a network that drops, delays, truncates, corrupts and reorders answers, by a seed.
type unreliable struct {
	next http.RoundTripper

	mu   sync.Mutex
	rand *rand.Rand
	bad  bool      // whether anything goes wrong now
	good time.Time // when the last answer about running builds arrived with an end
}

func (u *unreliable) be(bad bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.bad = bad
}

func (u *unreliable) lastGood() time.Time {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.good
}

// pick returns a number from 0 to n-1.
func (u *unreliable) pick(n int) int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.rand.IntN(n)
}

func (u *unreliable) RoundTrip(r *http.Request) (*http.Response, error) {
	u.mu.Lock()
	fault := "none"
	if u.bad {
		fault = []string{"drop", "delay", "truncate", "corrupt", "none", "late drop"}[u.rand.IntN(6)]
	}
	u.mu.Unlock()
	wait := func(most int) error {
		select {
		case <-time.After(time.Duration(1+u.pick(most)) * time.Millisecond):
			return nil
		case <-r.Context().Done():
			return r.Context().Err()
		}
	}
	switch fault {
	case "drop":
		return nil, errors.New("connection reset by peer")
	case "late drop":
		if err := wait(20_000); err != nil {
			return nil, err
		}
		return nil, io.ErrUnexpectedEOF
	case "delay": // what was asked later is answered earlier
		if err := wait(40_000); err != nil {
			return nil, err
		}
	}
	resp, err := u.next.RoundTrip(r)
	if err != nil || r.Method == http.MethodHead {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	if len(body) > 0 {
		switch fault {
		case "truncate":
			body = body[:u.pick(len(body))]
			resp.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body), broken{}))
			return resp, nil
		case "corrupt":
			for range 1 + u.pick(8) {
				body[u.pick(len(body))] = byte(u.pick(256)) // which nobody may be able to tell
			}
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if strings.HasSuffix(r.URL.Path, "/computer/api/json") {
		u.mu.Lock()
		u.good = time.Now()
		u.mu.Unlock()
	}
	return resp, nil
}

// broken is the end of an answer that was cut.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// pump runs a model as a program does: commands run beside it, and their messages come back in the order in which they end.
type pump struct {
	t    testing.TB
	ctx  context.Context
	m    *Model
	msgs chan tea.Msg
	quit bool
}

func newPump(ctx context.Context, t testing.TB, o kit.Options, w, h int) *pump {
	watcher := &watch.Watcher{Client: o.Controllers[0].Client}
	o.Controllers[0].Watcher = watcher
	p := &pump{t: t, ctx: ctx, m: New(o), msgs: make(chan tea.Msg)}
	p.start(p.m.Init())
	p.update(tea.ColorProfileMsg{Profile: colorprofile.TrueColor})
	p.update(tea.WindowSizeMsg{Width: w, Height: h})
	go func() {
		for s := range watcher.Snapshots(ctx) {
			p.post(s)
		}
	}()
	return p
}

func (p *pump) post(msg tea.Msg) {
	select {
	case p.msgs <- msg:
	case <-p.ctx.Done():
	}
}

// start runs a command beside the model.
func (p *pump) start(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	go func() {
		switch msg := cmd().(type) {
		case nil:
		case tea.BatchMsg:
			for _, c := range msg {
				p.start(c)
			}
		default:
			if fmt.Sprintf("%T", msg) == "tea.sequenceMsg" {
				for _, c := range sequenceOf(msg) {
					p.start(c)
				}
				return
			}
			p.post(msg)
		}
	}()
}

func (p *pump) update(msg tea.Msg) {
	if _, ok := msg.(tea.QuitMsg); ok {
		p.quit = true
		return
	}
	_, cmd := p.m.Update(msg)
	p.start(cmd)
}

// pass lets time pass.
func (p *pump) pass(d time.Duration) {
	end := time.After(d)
	for {
		select {
		case msg := <-p.msgs:
			p.update(msg)
		case <-end:
			return
		}
	}
}

// screen returns the frame without its styles; every line of it must be as wide as the screen.
func (p *pump) screen() string {
	f := p.m.View().Content
	checkFrame(p.t, f, p.m.panes.w, p.m.panes.h)
	return ansi.Strip(f)
}

// scheduleKeys are pressed while things go wrong. None of them ends the program, opens another one or writes a file.
var scheduleKeys = []string{"j", "k", "down", "up", "tab", "shift+tab", "enter", "esc", "z", "e", "n", "N", "1", "3", "D", "r", "g", "G", "pgdown", "[", "]", "?"}

// fresh matches the header of data that has just been read, in few words where there is little room.
var fresh = regexp.MustCompile(`live|● [0-9]s`)

// TestScheduleOfFaultsEndsWithTheTruth plays networks that drop, delay, truncate, corrupt and reorder answers: every frame is
// whole, old data is never called live, and at the next question after the trouble the screen is live again.
func TestScheduleOfFaultsEndsWithTheTruth(t *testing.T) {
	t.Parallel()
	sizes := [][2]int{{120, 40}, {80, 24}, {60, 20}, {200, 60}}
	for seed := range *faultSeeds {
		kittest.InBubble(t, func(t *testing.T) {
			time.Sleep(24 * time.Hour)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := played(demo.New())
			random := rand.New(rand.NewPCG(uint64(seed), 1))
			net := &unreliable{next: o.Controllers[0].Client.HTTP.Transport, rand: rand.New(rand.NewPCG(uint64(seed), 2))}
			o.Controllers[0].Client.HTTP = &http.Client{Transport: net}
			size := sizes[seed%len(sizes)]
			p := newPump(ctx, t, o, size[0], size[1])
			p.pass(5 * time.Second)
			net.be(true)
			for range 40 {
				p.update(kittest.KeyPress(scheduleKeys[random.IntN(len(scheduleKeys))]))
				p.pass(time.Duration(random.IntN(4000)) * time.Millisecond)
				top := firstLine(p.screen())
				if age := time.Since(net.lastGood()); age > header.LateAfter+10*time.Second && strings.Contains(top, "live") {
					t.Errorf("seed %d: it says live although the last whole answer is %v old:\n%s", seed, age, top)
				}
			}
			net.be(false)
			p.pass(40 * time.Second) // an answer may be as long under way
			p.update(kittest.KeyPress("r"))
			p.pass(5 * time.Second)
			if top := firstLine(p.screen()); !fresh.MatchString(top) {
				t.Errorf("seed %d: not live again:\n%s", seed, p.screen())
			}
			if p.quit {
				t.Errorf("seed %d: it ended", seed)
			}
		})
		if t.Failed() {
			return
		}
	}
}

// descriptors returns how many files the process has open, 0 where the system does not list them.
func descriptors() int {
	open, _ := os.ReadDir("/proc/self/fd")
	return len(open)
}

// TestSoakKeepsMemoryGoroutinesAndFilesFlat uses the program for long. It runs alone: they are counted for the whole process.
func TestSoakKeepsMemoryGoroutinesAndFilesFlat(t *testing.T) {
	kittest.InBubble(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		p := newPump(ctx, t, played(demo.New()), 120, 40)
		random := rand.New(rand.NewPCG(1, 1))
		use := func(d time.Duration) (goroutines int, heap uint64) {
			for end := time.Now().Add(d); time.Now().Before(end); {
				p.update(kittest.KeyPress(scheduleKeys[random.IntN(len(scheduleKeys))]))
				p.pass(time.Duration(random.IntN(20)) * time.Second)
				p.screen()
			}
			for range 3 {
				p.update(kittest.KeyPress("esc"))
			}
			p.pass(2 * time.Minute)
			var mem runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&mem)
			return runtime.NumGoroutine(), mem.HeapAlloc
		}
		goroutines, heap := use(*soak / 2)
		files := descriptors()
		laterGoroutines, laterHeap := use(*soak / 2)
		t.Logf("%d, then %d goroutines; %d KB, then %d KB", goroutines, laterGoroutines, heap>>10, laterHeap>>10)
		if later := descriptors(); later > files+2 {
			t.Errorf("%d open files, later %d", files, later)
		}
		if laterGoroutines > goroutines+10 {
			t.Errorf("%d goroutines, later %d", goroutines, laterGoroutines)
		}
		if laterHeap > heap+heap/2+4<<20 {
			t.Errorf("%d KB of heap, later %d KB", heap>>10, laterHeap>>10)
		}
	})
}
