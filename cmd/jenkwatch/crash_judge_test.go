//go:build unix

package main

import (
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// judge is the receiver whose log decides whether anything was lost. A notification is called by the run it belongs to
// and its place there: "sender-2/7/1".
type judge struct {
	mu       sync.Mutex
	rng      *rand.Rand
	order    []string // names as they arrived first
	key      map[string]string
	otherKey []string        // names that came with a second key
	acked    map[string]bool // names that were answered with 200
	repeats  int             // came again after that
	hands    map[string]hand // of processes that are to be killed when they send
}

// hand is what the judge holds of a process that sends.
type hand struct {
	arrived  chan struct{} // holds one: its request is here and has no answer yet
	answered chan struct{} // holds one: the answer is on its way
	hold     bool          // it gets no answer: it is killed meanwhile
}

// processHeader carries the name of the process that sends.
const processHeader = "X-Process"

func newJudge(rng *rand.Rand) *judge {
	return &judge{rng: rng, key: map[string]string{}, acked: map[string]bool{}, hands: map[string]hand{}}
}

// watch says when a process sends.
func (j *judge) watch(process string, hold bool) hand {
	h := hand{make(chan struct{}, 1), make(chan struct{}, 1), hold}
	j.mu.Lock()
	defer j.mu.Unlock()
	j.hands[process] = h
	return h
}

func (j *judge) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return // killed within the request: it has not arrived
	}
	p, err := sender.DecodePush(r.Method, "", b)
	if err != nil {
		panic(err)
	}
	var name string
	for _, v := range p.Variables {
		if v.Name == "CRASH" {
			name = v.Value
		}
	}
	h, status := j.note(name, r.Header.Get("Idempotency-Key"), r.Header.Get(processHeader))
	tell(h.arrived)
	if h.hold {
		select {
		case <-r.Context().Done(): // it was killed
		case <-time.After(2 * time.Second):
		}
	}
	defer tell(h.answered)
	if status == 0 {
		panic(http.ErrAbortHandler) // it has arrived, and the connection is cut
	}
	w.WriteHeader(status)
}

// note writes an arrival into the log and decides about the answer; 0 is none.
func (j *judge) note(name, key, process string) (hand, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	switch known, again := j.key[name]; {
	case !again:
		j.order = append(j.order, name)
		j.key[name] = key
	case known != key:
		j.otherKey = append(j.otherKey, name)
	case j.acked[name]:
		j.repeats++
	}
	h := j.hands[process]
	status := http.StatusOK
	switch j.rng.IntN(30) {
	case 0:
		status = http.StatusServiceUnavailable
	case 1:
		status = 0
	}
	j.acked[name] = j.acked[name] || status == http.StatusOK && !h.hold
	return h, status
}

func tell(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default: // full, or nobody watches
	}
}

// verdict compares the log with what was accepted: ids by name.
func (j *judge) verdict(t *testing.T, accepted map[string]string) {
	t.Helper()
	j.mu.Lock()
	defer j.mu.Unlock()
	for name, id := range accepted {
		switch key, arrived := j.key[name]; {
		case !arrived:
			t.Errorf("%s was accepted as %s and never arrived", name, id)
		case key != id:
			t.Errorf("%s was accepted as %s and arrived with the key %s", name, id, key)
		}
	}
	for _, name := range j.otherKey {
		t.Errorf("%s came with a second key", name)
	}
	last := map[string]int{} // run: the place of its latest first arrival
	for _, name := range j.order {
		cut := strings.LastIndexByte(name, '/')
		place, err := strconv.Atoi(name[cut+1:])
		if err != nil {
			t.Fatal(err)
		}
		if before, ok := last[name[:cut]]; ok && place < before {
			t.Errorf("%s arrived after number %d of its run", name, before)
		}
		last[name[:cut]] = place
	}
	if j.repeats == 0 {
		t.Error("no repeat: nothing was killed between sending and recording")
	}
}
