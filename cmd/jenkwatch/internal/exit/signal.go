package exit

import (
	"fmt"
	"os"
	"syscall"
)

// Signal is why a context ended: the signal that asked the program to end.
type Signal struct{ os.Signal }

func (s Signal) Error() string { return fmt.Sprintf("stopped by %s", s.Signal) }

// exitCode returns what a shell reports of a program that this signal ended.
func (s Signal) exitCode() int {
	if n, ok := s.Signal.(syscall.Signal); ok {
		return 128 + int(n)
	}
	return CodeFailed
}
