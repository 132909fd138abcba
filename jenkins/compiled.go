package jenkins

import (
	"regexp"
	"sync"
)

// compiled is a pattern that is compiled when it is first needed: all of them together cost every start a millisecond.
func compiled(expr string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })
}
