package crew

import (
	"strings"
	"testing"
)

func breaks() { panic("as ordered by the test") }

func TestTheFirstPanicIsRaisedWithItsStack(t *testing.T) {
	t.Parallel()
	for name, raise := range map[string]func(*Crew){
		"waiting":  (*Crew).Wait,
		"watching": func(c *Crew) { <-c.Broke(); c.Raise() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c Crew
			c.Raise() // nothing has broken
			c.Go(func() {})
			c.Go(breaks)
			defer func() {
				p, _ := recover().(*Panic)
				if p == nil || p.Value != "as ordered by the test" || !strings.Contains(p.Error(), "crew.breaks") {
					t.Errorf("it panics with %v", p)
				}
			}()
			raise(&c)
			t.Error("it goes on")
		})
	}
}
