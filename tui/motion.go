package tui

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// deedsFirst is the order of the bindings for who looks for something to do: what only moves comes last, and these, too.
func (k *keyMap) deedsFirst(last ...kit.Intent) []int {
	var deeds, motions []int
	for i := range k.bindings {
		in := k.bindings[i].intent
		if _, moves := in.Lines(0); moves || in == kit.IntentLeft || in == kit.IntentRight || slices.Contains(last, in) {
			motions = append(motions, i)
		} else {
			deeds = append(deeds, i)
		}
	}
	return append(deeds, motions...)
}
