package sender

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestTurnsCarryEachOnceAndOneBatchAtATime(t *testing.T) {
	t.Parallel()
	const callers, each = 50, 40
	var (
		turns   turns[int]
		under   atomic.Int32
		carried [callers * each]atomic.Int32
		all     sync.WaitGroup
	)
	all.Add(callers * each)
	last := [callers]int{}
	carry := func(batch []int) {
		if under.Add(1) != 1 || len(batch) == 0 || len(batch) > mostTogether {
			t.Errorf("%d batches at a time, this one has %d", under.Load(), len(batch))
		}
		for _, n := range batch {
			if caller := n / each; n%each+1 != last[caller]+1 {
				t.Errorf("caller %d: %d after %d", caller, n%each, last[caller]-1)
			} else {
				last[caller]++
			}
			carried[n].Add(1)
		}
		under.Add(-1)
	}
	tell := func(batch []int) {
		for range batch {
			all.Done()
		}
	}
	for caller := range callers {
		go func() {
			for i := range each {
				turns.add(caller*each+i, carry, tell)
			}
		}()
	}
	all.Wait()
	for n := range carried {
		if got := carried[n].Load(); got != 1 {
			t.Errorf("%d was carried %d times", n, got)
		}
	}
}

// slowly carries as a disk does: each batch takes a millisecond. It says how large they were.
func slowly(t *turns[chan struct{}], sizes *[]int) func(chan struct{}) {
	return func(done chan struct{}) {
		t.add(done, func(batch []chan struct{}) {
			time.Sleep(time.Millisecond)
			*sizes = append(*sizes, len(batch))
		}, func(batch []chan struct{}) {
			for _, done := range batch {
				close(done)
			}
		})
		<-done
	}
}

func TestTurnsWaitForThoseWhoComeBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(*testing.T) {
		var (
			turns turns[chan struct{}]
			sizes []int
			all   sync.WaitGroup
		)
		do := slowly(&turns, &sizes)
		for range 10 {
			all.Go(func() {
				for range 20 {
					do(make(chan struct{}))
				}
			})
		}
		all.Wait()
		time.Sleep(2 * longestGather)
		if len(sizes) > 22 { // one to begin with, one to end with
			t.Errorf("%v", sizes)
		}
	})
}

func TestTurnsLetNobodyWaitInVain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(*testing.T) {
		var (
			turns turns[chan struct{}]
			sizes []int
		)
		do := slowly(&turns, &sizes)
		start := time.Now()
		for range 10 {
			do(make(chan struct{}))
		}
		if took := time.Since(start); took != 10*time.Millisecond {
			t.Errorf("one alone was done after %v", took)
		}
		start = time.Now()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() { do(make(chan struct{})) })
		}
		all.Wait() // the first has gone by when the others wait
		if took := time.Since(start); took > 2*time.Millisecond+3*longestGather/2 {
			t.Errorf("three were done after %v", took)
		}
		time.Sleep(2 * longestGather)
		start = time.Now()
		if do(make(chan struct{})); time.Since(start) != time.Millisecond {
			t.Errorf("one after them was done after %v", time.Since(start))
		}
	})
}
