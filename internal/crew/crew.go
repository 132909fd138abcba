// Package crew runs goroutines whose panics panic in the goroutine that they help.
package crew

import (
	"fmt"
	"runtime/debug"
	"sync"

	"github.com/sourcegraph/conc/panics"
)

// Crew is the goroutines that help another one, their owner. What panics in one of them panics in the owner, so that
// whoever guards the owner, such as a screen that must leave its terminal as it was, guards its helpers, too. The zero
// value is ready.
type Crew struct {
	wg    sync.WaitGroup
	made  sync.Once
	broke chan struct{} // closed after the first panic
	first sync.Once
	panic *Panic // the first one
}

// Go runs help in a goroutine.
func (c *Crew) Go(help func()) { c.wg.Go(c.Guard(help)) }

// Guard is help for a goroutine that somebody else starts, such as a timer.
func (c *Crew) Guard(help func()) func() {
	return func() {
		defer func() {
			if p := recover(); p != nil {
				c.first.Do(func() {
					c.panic = Caught(p)
					close(c.channel())
				})
			}
		}()
		help()
	}
}

// Panic is a panic that is handed on to another goroutine.
type Panic struct {
	Value any
	Stack []byte
}

func (p *Panic) Error() string { return fmt.Sprintf("%v\n\n%s", p.Value, p.Stack) }

// Caught is what recover gave, with the stack of the panic. It is called where that is recovered.
func Caught(recovered any) *Panic {
	if p, ok := recovered.(*Panic); ok {
		return p
	}
	if p, ok := recovered.(*panics.Recovered); ok {
		return &Panic{p.Value, p.Stack}
	}
	return &Panic{recovered, debug.Stack()}
}

// Broke is closed when a goroutine has panicked: then the owner calls Raise.
func (c *Crew) Broke() <-chan struct{} { return c.channel() }

func (c *Crew) channel() chan struct{} {
	c.made.Do(func() { c.broke = make(chan struct{}) })
	return c.broke
}

// Raise panics with what has panicked in a goroutine, if anything has.
func (c *Crew) Raise() {
	select {
	case <-c.channel():
		panic(c.panic)
	default:
	}
}

// Wait waits for the goroutines and then raises.
func (c *Crew) Wait() {
	c.wg.Wait()
	c.Raise()
}
