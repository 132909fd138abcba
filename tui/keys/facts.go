package keys

// Facts is what is possible now.
type Facts struct {
	Change  bool // the program may change things
	Compose bool // there is an outbox to write to
	Sent    bool // there is an outbox to look into
	Sync    bool
	Zoom    bool // there is more than one pane on the screen
	Turn    bool // of the panes beside the runs one is shown at most
	Line    bool // a line of the log was found or marked
	Lines   bool // lines of the log are marked
	Stages  bool // the log is of a run that has stages
	Why     bool // the selected run failed
	Run     bool // a build is selected, not a queue item
	Build   bool // the selected run is one of a job that can be built
	Stop    bool // there is something to stop or to cancel
	Answer  bool // the selected build waits for input
	Started bool // a build came of an action, and is not selected
	Follow  bool // the selected run has not ended
	Any     bool // a run is selected
}

func canBuild(f Facts) bool   { return f.Change && f.Build }
func canStop(f Facts) bool    { return f.Change && f.Stop }
func canAnswer(f Facts) bool  { return f.Change && f.Answer }
func canFollow(f Facts) bool  { return f.Follow }
func canStarted(f Facts) bool { return f.Started }
func hasAny(f Facts) bool     { return f.Any }

// The rest says why a binding is not possible now; empty: it is.

func needsChange(f Facts) string  { return unless(f.Change, "the session is read-only") }
func needsCompose(f Facts) string { return needsEndpoint(f, f.Compose) }
func needsSent(f Facts) string    { return unless(f.Sent, "nothing can be sent here") }
func needsSync(f Facts) string    { return needsEndpoint(f, f.Sync) }

func needsEndpoint(f Facts, has bool) string {
	if !f.Change {
		return needsChange(f)
	}
	return unless(has, "no endpoint is configured")
}

func needsZoom(f Facts) string   { return unless(f.Zoom, "there is only this pane") }
func needsTurn(f Facts) string   { return unless(f.Turn, "all panes are on the screen") }
func needsLine(f Facts) string   { return unless(f.Line, "no line was found or marked") }
func needsRun(f Facts) string    { return unless(f.Run, "no build is selected") }
func needsStages(f Facts) string { return unless(f.Stages, "only the builds of pipelines have stages") }

func needsLines(f Facts) string {
	if !f.Lines {
		return "no lines are marked"
	}
	return needsCompose(f)
}

func needsFailure(f Facts) string {
	if !f.Why {
		return "the run has not failed"
	}
	return needsCompose(f)
}

func unless(met bool, why string) string {
	if met {
		return ""
	}
	return why
}
