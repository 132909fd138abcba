package main

import (
	"bufio"
	"io"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// sparePages gives back the pages of the program's file, of which the start needs far more than all that comes later.
// Linux maps sixteen of them at a touch, counts them as memory of the process and leaves them there as long as it has
// enough. What is needed again it finds in its cache of the file: nothing is read or lost, and it takes a millisecond.
func sparePages() {
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer f.Close()
	for _, m := range mappings(f) {
		// That it fails costs nothing but the memory.
		_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, m.from, m.to-m.from, syscall.MADV_DONTNEED)
	}
}

// mapping is a part of the address space.
type mapping struct{ from, to uintptr }

// mappings are the mappings of files that hold nothing but the file: nothing can be written there, and no page was changed,
// as a debugger does with its breakpoints, or the loader of a program that can lie anywhere, be it that it was swapped out
// since. Such a page would be lost. A system that has none at all, not even the heap's, does not count them.
func mappings(smaps io.Reader) (found []mapping) {
	var at mapping
	changed, counts := "", false
	lines := bufio.NewScanner(smaps)
	for lines.Scan() {
		// 00400000-00e90000 r-xp 00000000 fe:00 1234 /usr/bin/jenkwatch, then lines such as "Anonymous: 0 kB".
		f := strings.Fields(lines.Text())
		switch {
		case len(f) == 3 && f[0] == "Anonymous:":
			changed = f[1]
			counts = counts || changed != "0"
		case len(f) == 3 && f[0] == "Swap:":
			if changed == "0" && f[1] == "0" && at.to > at.from {
				found = append(found, at)
			}
		case len(f) >= 5 && !strings.HasSuffix(f[0], ":"):
			at, changed = mapping{}, ""
			if len(f) > 5 && strings.HasPrefix(f[5], "/") && strings.HasPrefix(f[1], "r-") && strings.HasSuffix(f[1], "p") {
				from, to, _ := strings.Cut(f[0], "-")
				at = mapping{address(from), address(to)}
			}
		}
	}
	if !counts {
		return nil
	}
	return found
}

func address(hex string) uintptr {
	n, _ := strconv.ParseUint(hex, 16, strconv.IntSize)
	return uintptr(n)
}
