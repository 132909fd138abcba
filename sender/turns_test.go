package sender

import (
	"sync"
	"sync/atomic"
	"testing"
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
		for range batch {
			all.Done()
		}
	}
	for caller := range callers {
		go func() {
			for i := range each {
				turns.add(caller*each+i, carry)
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
