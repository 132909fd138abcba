package jenkins

import (
	"regexp"
	"sync"
)

// Compiled returns a pattern that is compiled when it is first needed: all of them together cost every start a millisecond.
func Compiled(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
