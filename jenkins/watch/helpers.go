package watch

import (
	"sync"

	"github.com/sourcegraph/conc/panics"
)

// helpers are the goroutines of a loop. What panics in one panics in the loop.
type helpers struct {
	group    sync.WaitGroup
	panicked chan *panics.Recovered // holds the first
}

func (h *helpers) start(work func()) {
	h.group.Go(func() {
		if p := panics.Try(work); p != nil {
			select {
			case h.panicked <- p:
			default:
			}
		}
	})
}

func (h *helpers) wait() {
	h.group.Wait()
	select {
	case p := <-h.panicked:
		panic(p)
	default:
	}
}
