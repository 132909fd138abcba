package main

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestOnlyMappingsThatHoldNothingButTheirFileAreGivenBack(t *testing.T) {
	t.Parallel()
	const smaps = `00400000-00e90000 r-xp 00000000 fe:00 12 /opt/my tools/jenkwatch
Size:              10816 kB
Anonymous:             0 kB
Swap:                  0 kB
VmFlags: rd ex mr mw me
00e90000-01910000 r--p 00a90000 fe:00 12 /opt/my tools/jenkwatch (deleted)
Anonymous:             0 kB
Swap:                  0 kB
01910000-01a15000 rw-p 01510000 fe:00 12 /opt/my tools/jenkwatch
Anonymous:             0 kB
Swap:                  0 kB
02000000-02100000 r--p 01510000 fe:00 12 /opt/relocated
Anonymous:             8 kB
Swap:                  0 kB
03000000-03100000 r--p 01510000 fe:00 12 /opt/relocated, and swapped out
Anonymous:             0 kB
Swap:                  8 kB
c000000000-c000400000 rw-p 00000000 00:00 0
Anonymous:          4096 kB
Swap:                  0 kB
7f0000000000-7f0000010000 r--s 00000000 fe:00 13 /state/jenkwatch.db-shm
Anonymous:             0 kB
Swap:                  0 kB
7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
Swap:                  0 kB
`
	want := []mapping{{0x400000, 0xe90000}, {0xe90000, 0x1910000}}
	if got := mappings(strings.NewReader(smaps)); !slices.Equal(got, want) {
		t.Errorf("given back: %x, want %x", got, want)
	}
	counted := regexp.MustCompile(`(Anonymous:|Swap:) +\d+`)
	if got := mappings(strings.NewReader(counted.ReplaceAllString(smaps, "$1 0"))); got != nil {
		t.Errorf("given back where nobody counts what was changed: %x", got)
	}
}

func TestTheProgramGivesBackItsPagesAndGoesOn(t *testing.T) { // alone: the other tests touch the same pages
	before := filePages(t)
	sparePages()
	if after := filePages(t); after > before*3/4 {
		t.Errorf("%d kB of files were mapped, then %d", before, after)
	}
}

// filePages is how much of files the process has in memory, in kB.
func filePages(t *testing.T) (kb int) {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(status), "RssFile:")
	if _, err := fmt.Sscan(rest, &kb); !ok || err != nil {
		t.Skip("this system does not tell")
	}
	return kb
}
