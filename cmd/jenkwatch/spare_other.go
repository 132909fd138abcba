//go:build !linux

package main

// sparePages would give back the pages of the program's file; other systems take them when they want them.
func sparePages() {}
