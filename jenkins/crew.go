package jenkins

import (
	"fmt"
	"runtime/debug"
	"sync"
)

// crew is the goroutines that help a loop. What panics in one of them panics in the loop, so that whoever guards the
// loop, such as a screen that must leave its terminal as it was, guards its helpers, too.
type crew struct {
	wg    sync.WaitGroup
	broke chan string // the first panic with its stack
}

func newCrew() *crew { return &crew{broke: make(chan string, 1)} }

func (c *crew) Go(help func()) {
	c.wg.Go(func() {
		defer func() {
			if p := recover(); p != nil {
				select {
				case c.broke <- fmt.Sprintf("%v\n\n%s", p, debug.Stack()):
				default:
				}
			}
		}()
		help()
	})
}

func (c *crew) Wait() { c.wg.Wait() }
