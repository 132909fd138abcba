package stages

// NeverRan reports whether a stage in this state did not begin, and will not. Of a run that goes on NotBuilt may still begin.
func (s State) NeverRan(runEnded bool) bool { return s == Skipped || s == NotBuilt && runEnded }

// NotBegun reports whether a stage in this state may still begin.
func (s State) NotBegun(runEnded bool) bool { return (s == Queued || s == NotBuilt) && !runEnded }

// WhyNotRun says why the stage with this id never ran, as a sentence without its end: "Test failed before it". No source tells:
// a stage is skipped because of the one before it if no other stage beside them ran after that.
func (t *Tree) WhyNotRun(id string) string {
	s := t.Find(id)
	if s == nil || s.State.Began() {
		return ""
	}
	if s.State == NotBuilt {
		return "the build was restarted from a later stage"
	}
	if before := stopped(t.Stages, id); before != nil {
		return before.Name + map[State]string{Failure: " failed", Aborted: " was aborted", Unstable: " was unstable"}[before.State] + " before it"
	}
	return "its condition did not hold"
}

// stopped returns the stage, beside the one with this id or beside one around it, after which no other ran; nil if there is none.
func stopped(list []Stage, id string) *Stage {
	at := -1
	for i := range list {
		if list[i].ID == id || (&Tree{Stages: list[i].Children}).Find(id) != nil {
			at = i
		}
	}
	if at < 0 {
		return nil
	}
	if before := stopped(list[at].Children, id); before != nil {
		return before
	}
	if list[at].Kind == Branch { // those beside it run at the same time
		return nil
	}
	last := -1
	for i := range list {
		if s := &list[i]; i != at && s.State.Began() && !s.post {
			last = i
		}
	}
	if last < 0 || last > at || list[last].State != Failure && list[last].State != Aborted && list[last].State != Unstable {
		return nil
	}
	return &list[last]
}
