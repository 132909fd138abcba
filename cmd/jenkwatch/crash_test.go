//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// TestKillingTheProgramLosesNothing builds the program and runs many of it at once on one database: some accept, some
// accept and deliver, some only deliver. Each is killed (SIGKILL) at a point that the seed chooses; the receiver's log
// decides. JENKWATCH_CRASH_KILLS and JENKWATCH_CRASH_SEED make it longer, or repeat one.
func TestKillingTheProgramLosesNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	t.Parallel() // most of it is waiting for the leases of the dead
	seed := crashNumber(t, "JENKWATCH_CRASH_SEED", uint64(time.Now().UnixNano()))
	kills := crashNumber(t, "JENKWATCH_CRASH_KILLS", 60)
	t.Logf("JENKWATCH_CRASH_SEED=%d", seed)

	c := &crash{judge: newJudge(rand.New(rand.NewPCG(seed, 0))), program: buildProgram(t), dir: t.TempDir(),
		left: int64(kills), accepted: map[string]string{}, killed: map[string]int{}}
	srv := httptest.NewServer(c.judge)
	defer srv.Close()
	write(t, filepath.Join(c.dir, "config.toml"), fmt.Sprintf(`
[[endpoints]]
name = "default"
url = %q
headers = [{ name = %q, value = "env:CRASH_PROCESS" }]
timeout = "5s"
[endpoints.retry]
base = "5ms"
cap = "50ms"
`, srv.URL, processHeader))

	var wg sync.WaitGroup
	for i, work := range []func(*testing.T, string, *rand.Rand){c.sendUntilOver, c.sendUntilOver, c.sendUntilOver, c.flushUntilOver, c.flushUntilOver} {
		rng := rand.New(rand.NewPCG(seed, uint64(i+1)))
		wg.Go(func() { work(t, "worker-"+strconv.Itoa(i), rng) })
	}
	wg.Wait()

	c.deliverTheRest(t)
	c.judge.verdict(t, c.accepted)
	c.inspect(t)
	t.Logf("killed %v; %d accepted, %d arrived, %d repeats", c.killed, len(c.accepted), len(c.judge.order), c.judge.repeats)
}

func crashNumber(t *testing.T, name string, otherwise uint64) uint64 {
	t.Helper()
	s := os.Getenv(name)
	if s == "" {
		return otherwise
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func buildProgram(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "jenkwatch")
	if out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return path
}

// crash is what the processes share.
type crash struct {
	judge   *judge
	program string
	dir     string
	left    int64 // kills

	mu       sync.Mutex
	accepted map[string]string // name: the id that was printed
	killed   map[string]int    // where, and how often
}

func (c *crash) over() bool { return atomic.LoadInt64(&c.left) <= 0 }

func (c *crash) command(process string, args ...string) *exec.Cmd {
	cmd := exec.Command(c.program, append([]string{"--config", filepath.Join(c.dir, "config.toml")}, args...)...)
	cmd.Env = append(os.Environ(), "JENKWATCH_STATE="+filepath.Join(c.dir, "state"), "CRASH_PROCESS="+process)
	return cmd
}

// sendUntilOver sends notifications of runs of its own, one process after the other.
func (c *crash) sendUntilOver(t *testing.T, worker string, rng *rand.Rand) {
	env := filepath.Join(c.dir, worker+".json")
	for run := 1; !c.over(); run++ {
		for place := range 1 + rng.IntN(4) {
			name := fmt.Sprintf("%s/%d/%d", worker, run, place)
			b, err := json.Marshal(map[string]string{"JOB_NAME": worker, "BUILD_NUMBER": strconv.Itoa(run), "CRASH": name})
			if err != nil {
				t.Error(err)
				return
			}
			if err := os.WriteFile(env, b, 0o600); err != nil {
				t.Error(err)
				return
			}
			args := []string{"send", "--env-file", env, "--status", "RUNNING", "--wait", "2s"}
			points := []string{"at any time", "accepted", "nowhere"}
			if rng.IntN(2) == 0 {
				args = append(args, "--no-wait")
			} else {
				points = append(points, "sending", "answered")
			}
			if id := c.run(t, rng, name, points, args...); id != "" {
				c.mu.Lock()
				c.accepted[name] = id
				c.mu.Unlock()
			}
		}
	}
}

// flushUntilOver delivers all that is pending.
func (c *crash) flushUntilOver(t *testing.T, worker string, rng *rand.Rand) {
	for n := 0; !c.over(); n++ {
		c.run(t, rng, worker+"/"+strconv.Itoa(n), []string{"at any time", "sending", "answered"}, "outbox", "flush", "--watch")
	}
}

// run starts the program, kills it at one of the points and gives the id that it printed before, if it did.
func (c *crash) run(t *testing.T, rng *rand.Rand, process string, points []string, args ...string) string {
	point := points[rng.IntN(len(points))]
	pause := time.Duration(rng.IntN(3000)) * time.Microsecond
	life := time.Duration(rng.IntN(150)) * time.Millisecond // a process needs some tens of them
	h := c.judge.watch(process, point == "sending" && rng.IntN(2) == 0)
	cmd := c.command(process, args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Error(err)
		return ""
	}
	if err := cmd.Start(); err != nil {
		t.Error(err)
		return ""
	}
	printed := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			line = "" // half an id is none
		}
		printed <- strings.TrimSpace(line)
		_, _ = io.Copy(io.Discard, out)
		close(printed)
	}()

	id, said := "", false
	late := time.After(3 * time.Second) // there may be nothing to send
	switch point {
	case "at any time":
		time.Sleep(life)
	case "accepted":
		id, said = <-printed, true
	case "sending":
		select {
		case <-h.arrived:
		case <-late:
		}
	case "answered":
		select {
		case <-h.answered:
			time.Sleep(pause)
		case <-late:
		}
	}
	if point != "nowhere" {
		_ = cmd.Process.Kill() // it may have ended meanwhile
	}
	if !said {
		id = <-printed
	}
	<-printed // closed: all was read
	err = cmd.Wait()
	c.note(t, point, process, err, stderr.String())
	if args[0] != "send" {
		return ""
	}
	return id
}

// note counts a process that was killed, and complains about one that failed by itself.
func (c *crash) note(t *testing.T, point, process string, err error, stderr string) {
	state := ""
	if exit, ok := err.(*exec.ExitError); ok {
		state = exit.String()
	}
	switch {
	case strings.Contains(state, "killed"):
		atomic.AddInt64(&c.left, -1)
		c.mu.Lock()
		c.killed[point]++
		c.mu.Unlock()
	case err != nil && state != "exit status 3": // still queued: the receiver fails now and then
		t.Errorf("%s: %v: %s", process, err, stderr)
	}
}

// deliverTheRest is what the next start of the program does. Nobody else is alive any more.
func (c *crash) deliverTheRest(t *testing.T) {
	deadline := time.Now().Add(time.Minute)
	for {
		if out, err := c.command("last", "outbox", "flush").CombinedOutput(); err != nil && !strings.Contains(err.Error(), "status 3") {
			t.Fatalf("%v: %s", err, out)
		}
		out, err := c.command("last", "outbox", "list", "--json", "--state", "queued,delivering,retrying").Output()
		if err != nil {
			t.Fatal(err)
		}
		if strings.TrimSpace(string(out)) == "[]" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("the outbox does not get empty: %s", out)
		}
	}
}

// inspect looks at what the program left on disk.
func (c *crash) inspect(t *testing.T) {
	out, err := c.command("last", "outbox", "list", "--json", "--limit", "1000000").Output()
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ ID, State string }
	if err := json.Unmarshal(out, &list); err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for name, id := range c.accepted {
		names[id] = name
	}
	for _, d := range list {
		if d.State != "delivered" {
			t.Errorf("%s (%s) ended as %s", d.ID, names[d.ID], d.State)
		}
		delete(names, d.ID)
	}
	for id, name := range names {
		t.Errorf("%s (%s) was accepted and is not in the history", id, name)
	}
	files, err := filepath.Glob(filepath.Join(c.dir, "state", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err == nil && bytes.Contains(raw, []byte(`"CRASH":"worker`)) {
			t.Errorf("a payload lies in %s", file)
		}
	}
	db, err := outbox.Open(filepath.Join(c.dir, "state", "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var whole string
	if err := db.QueryRow("PRAGMA integrity_check").Scan(&whole); err != nil || whole != "ok" {
		t.Errorf("%s, %v", whole, err)
	}
}
