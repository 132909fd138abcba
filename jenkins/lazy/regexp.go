// Package lazy holds what is made when it is first needed, so that no start of the program waits for it.
package lazy

import (
	"regexp"
	"sync"
)

// Regexp returns a pattern that is compiled when it is first needed: all of them together cost every start a millisecond.
func Regexp(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
