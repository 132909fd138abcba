package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// spareMemory has garbage collected four times as often as Go does by itself, and on one processor, unless the user has set
// GOGC or GOMAXPROCS, and gives back what of the program's file was only needed to start. A screen stands for days and has
// next to nothing to do at once: its peak is 5 MB lower for hardly any CPU (measured; twice as often again brings nothing),
// since with several processors each wake-up wakes two, the second of which finds nothing to do.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(25)
	}
	if os.Getenv("GOMAXPROCS") == "" {
		runtime.GOMAXPROCS(1)
	}
	sparePages()
}

// spendMemory has garbage collected more rarely, unless the user has set GOGC: for what holds little and passes much on,
// some MB save a sixth of the work.
func spendMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}
