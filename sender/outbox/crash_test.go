package outbox

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// The crash test kills real processes. The test binary runs itself again with this variable to be one of them.
const childEnv = "JENKWATCH_CRASH_CHILD"

func TestMain(m *testing.M) {
	child := func(env string, work func() error) {
		if os.Getenv(env) == "" {
			return
		}
		if err := work(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	child(childEnv, crashChild)
	child(acceptEnv, acceptChild)
	os.Exit(m.Run())
}

// crashChild accepts notifications and delivers whatever is there, until it is killed. It says "accepted RUN N" only when
// Add has returned.
func crashChild() error {
	db, err := openFile(os.Getenv(childEnv))
	if err != nil {
		return err
	}
	defer db.Close()
	o := &Outbox{DB: db, Endpoints: func(string) (sender.Endpoint, error) {
		return sender.Endpoint{URL: sender.Literal(os.Getenv("CRASH_URL")), Timeout: sender.Duration(2 * time.Second), Retry: quick}, nil
	}}
	relay := &Relay{Outbox: o, Lease: 300 * time.Millisecond, Workers: 4}
	go relay.Run(context.Background())
	run := os.Getenv("CRASH_RUN") // no other process adds to this build
	for i := 0; ; i++ {
		n := sender.Notification{Endpoint: "hook", Controller: "ci", Job: "job-" + run, Number: 1 + i/4, Status: "RUNNING",
			Variables: []sender.Variable{{Name: "CRASH", Value: run + "/" + strconv.Itoa(i/4) + "/" + strconv.Itoa(i)}}}
		if _, err := o.Add(context.Background(), n); err != nil {
			if sender.IsKind(err, sender.StoreLocked) {
				i--
				continue
			}
			return err
		}
		fmt.Printf("accepted %s\n", n.Variables[0].Value)
		time.Sleep(time.Duration(rand.IntN(3)) * time.Millisecond) // a child is a load, not a test
	}
}

// arrivals is the receiver whose log decides.
type arrivals struct {
	mu      sync.Mutex
	first   []string            // names in the order of their first arrival
	keys    map[string][]string // name: keys it came with
	taken   map[string]bool     // names that were answered with 200
	repeats int                 // came again after that: killed between sending and recording
	seen    chan struct{}       // a place a kill may wait for
	rng     *rand.Rand
}

func (j *arrivals) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return // killed within the request: it has not arrived
	}
	p, err := sender.DecodePush("POST", "", b)
	if err != nil {
		panic(err)
	}
	name := p.Variables[0].Value
	key := r.Header.Get("Idempotency-Key")
	j.mu.Lock()
	keys := j.keys[name]
	switch {
	case len(keys) == 0:
		j.first = append(j.first, name)
		j.keys[name] = []string{key}
	case keys[0] == key:
		if j.taken[name] {
			j.repeats++
		}
	default:
		j.keys[name] = append(keys, key)
	}
	fail := j.rng.IntN(20) == 0
	j.taken[name] = j.taken[name] || !fail
	j.mu.Unlock()
	select {
	case j.seen <- struct{}{}:
	default:
	}
	if fail {
		w.WriteHeader(503) // it has arrived, but the sender does not know: another repeat
	}
}

func TestKillingProcessesLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	kills := 200
	if s := os.Getenv("JENKWATCH_CRASH_KILLS"); s != "" {
		var err error
		if kills, err = strconv.Atoi(s); err != nil {
			t.Fatal(err)
		}
	}
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("JENKWATCH_CRASH_SEED"); s != "" {
		var err error
		if seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("JENKWATCH_CRASH_SEED=%d", seed)
	j := &arrivals{keys: map[string][]string{}, taken: map[string]bool{}, seen: make(chan struct{}), rng: rand.New(rand.NewPCG(seed, 1))}
	srv := httptest.NewServer(j)
	defer srv.Close()
	db := openTemp(t)
	path := DatabaseFile(db)

	var (
		mu       sync.Mutex
		accepted []string
		wg       sync.WaitGroup
	)
	const processes = 3
	for p := range processes {
		rng := rand.New(rand.NewPCG(seed, uint64(2+p)))
		wg.Go(func() {
			for k := range kills / processes {
				got := crashOnce(t, rng, j, path, srv.URL, fmt.Sprintf("%d-%d", p, k))
				mu.Lock()
				accepted = append(accepted, got...)
				mu.Unlock()
			}
		})
	}
	wg.Wait()

	// Nobody is alive any more. One process delivers what is left.
	o := &Outbox{DB: db, Endpoints: func(string) (sender.Endpoint, error) {
		return sender.Endpoint{URL: sender.Literal(srv.URL), Retry: quick}, nil
	}}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- (&Relay{Outbox: o, Lease: time.Second}).Run(ctx) }()
	waitUntilEmpty(t, o)
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	j.verdict(t, accepted, kills)
}

// crashOnce runs a child and kills it at a random point: after a random time, or the moment it says it accepted one, or
// the moment the receiver has one. It gives what the child said it had accepted.
func crashOnce(t *testing.T, rng *rand.Rand, j *arrivals, path, url, run string) []string {
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), childEnv+"="+path, "CRASH_URL="+url, "CRASH_RUN="+run, "GOMAXPROCS=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return nil
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return nil
	}
	var accepted []string
	lines := bufio.NewScanner(out)
	wait := rng.IntN(8)      // how many acceptances it lives
	point := rng.IntN(3)     // then killed at: acceptance, arrival, some time later
	pause := rng.IntN(4_000) // µs
	killed := false
	for lines.Scan() {
		name, ok := strings.CutPrefix(lines.Text(), "accepted ")
		if !ok {
			continue
		}
		accepted = append(accepted, name)
		if killed || len(accepted) <= wait {
			continue
		}
		switch point {
		case 1:
			select {
			case <-j.seen:
			case <-time.After(100 * time.Millisecond):
			}
		case 2:
			time.Sleep(time.Duration(pause) * time.Microsecond)
		}
		cmd.Process.Kill()
		killed = true // what it still said before it died counts
	}
	cmd.Wait()
	if !killed {
		t.Errorf("the child ended by itself: %s", stderr.String())
	}
	return accepted
}

func waitUntilEmpty(t *testing.T, o *Outbox) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	for range o.Changes(ctx) {
		counts, err := o.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if counts[sender.Queued]+counts[sender.Delivering]+counts[sender.Retrying] == 0 {
			if counts[sender.Dead] > 0 {
				t.Fatalf("some are dead: %v", counts)
			}
			return
		}
	}
	t.Fatal("the outbox does not get empty")
}

func (j *arrivals) verdict(t *testing.T, accepted []string, kills int) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for _, name := range accepted {
		if len(j.keys[name]) == 0 {
			t.Errorf("%s was accepted and never arrived", name)
		}
	}
	for name, keys := range j.keys {
		if len(keys) > 1 {
			t.Errorf("%s came with several keys: %v", name, keys)
		}
	}
	last := map[string]int{} // build: the number of its latest first arrival
	for _, name := range j.first {
		cut := strings.LastIndexByte(name, '/')
		n, err := strconv.Atoi(name[cut+1:])
		if err != nil {
			t.Fatal(err)
		}
		if prev, ok := last[name[:cut]]; ok && n < prev {
			t.Errorf("%s arrived after number %d of its build", name, prev)
		}
		last[name[:cut]] = n
	}
	t.Logf("%d kills: %d accepted, %d arrived, %d repeats", kills, len(accepted), len(j.first), j.repeats)
	if j.repeats == 0 {
		t.Error("no repeat: nothing was killed between sending and recording")
	}
}
