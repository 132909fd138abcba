//go:build linux || darwin || freebsd || netbsd || openbsd || dragonfly

package follow

import (
	"os"

	"github.com/charmbracelet/x/termios"
	"golang.org/x/sys/unix"
)

// quiet stops a terminal from showing what is typed, which would stand in the middle of the drawing, and returns what has it shown
// again. What was typed stays there for the shell. In the background the terminal is not ours to change.
func quiet(in *os.File) (restore func()) {
	fd := int(in.Fd())
	t, err := termios.GetTermios(fd)
	if err != nil || t.Lflag&unix.ECHO == 0 || !foreground(fd) {
		return func() {}
	}
	echo := func(on bool) {
		if foreground(fd) {
			// The drawing is no worse than it would be with an echo.
			_ = termios.SetTermios(fd, uint32(t.Ispeed), uint32(t.Ospeed), nil, nil, nil, nil, map[termios.L]bool{termios.ECHO: on}) //nolint:unconvert // speeds are wider on macOS
		}
	}
	echo(false)
	return func() { echo(true) }
}

// foreground reports whether the terminal is this process' to change: one in the background that does is stopped.
func foreground(fd int) bool {
	group, err := unix.IoctlGetInt(fd, unix.TIOCGPGRP)
	return err == nil && group == unix.Getpgrp()
}
