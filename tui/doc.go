// Package tui draws what jenkins and sender say. One Bubble Tea model owns the panes, which are plain structs: Update
// mutates in place and returns a command, View(w, h) changes nothing and does no I/O.
package tui
