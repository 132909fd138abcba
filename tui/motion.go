package tui

import "slices"

// everything is more lines than any list has: a motion to its first or last one.
const everything = 1 << 30

// deedsFirst is the order of the bindings for who looks for something to do: what only moves comes last, and these, too.
func (k *keyMap) deedsFirst(last ...intent) []int {
	var deeds, motions []int
	for i := range k.bindings {
		in := k.bindings[i].intent
		if _, moves := in.lines(0); moves || in == intentLeft || in == intentRight || slices.Contains(last, in) {
			motions = append(motions, i)
		} else {
			deeds = append(deeds, i)
		}
	}
	return append(deeds, motions...)
}

// lines is how many lines an intent moves a list of which h are in sight, less than zero upwards; moves is false for an
// intent that is no motion. A page keeps one line of the one before in sight.
func (in intent) lines(h int) (n int, moves bool) {
	page, half := max(1, h-1), max(1, h/2)
	switch in {
	case intentUp:
		return -1, true
	case intentDown:
		return 1, true
	case intentPageUp:
		return -page, true
	case intentPageDown:
		return page, true
	case intentHalfUp:
		return -half, true
	case intentHalfDown:
		return half, true
	case intentTop:
		return -everything, true
	case intentBottom:
		return everything, true
	}
	return 0, false
}
