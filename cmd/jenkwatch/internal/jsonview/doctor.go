package jsonview

// Finding is a line of `doctor`.
type Finding struct {
	Check  string `json:"check"`  // "controller ci", "endpoint default", "screen", "store", "terminal", "config"
	State  string `json:"state"`  // ok, warning, failed
	Detail string `json:"detail"` // what was found
	Hint   string `json:"hint"`   // what to do; empty when there is nothing to do
}
