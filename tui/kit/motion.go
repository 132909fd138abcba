package kit

// everything is more lines than any list has: a motion to its first or last one.
const everything = 1 << 30

// Lines returns how many lines an intent moves a list of which h are in sight, less than zero upwards; moves is false for an
// intent that is no motion. A page keeps one line of the one before in sight.
func (in Intent) Lines(h int) (n int, moves bool) {
	page, half := max(1, h-1), max(1, h/2)
	switch in {
	case IntentUp:
		return -1, true
	case IntentDown:
		return 1, true
	case IntentPageUp:
		return -page, true
	case IntentPageDown:
		return page, true
	case IntentHalfUp:
		return -half, true
	case IntentHalfDown:
		return half, true
	case IntentTop:
		return -everything, true
	case IntentBottom:
		return everything, true
	}
	return 0, false
}
