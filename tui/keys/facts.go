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

func canChange(f Facts) bool  { return f.Change }
func canCompose(f Facts) bool { return f.Compose }
func canSee(f Facts) bool     { return f.Sent }
func canSync(f Facts) bool    { return f.Sync }
func canZoom(f Facts) bool    { return f.Zoom }
func canTurn(f Facts) bool    { return f.Turn }

func canCopyLines(f Facts) bool { return f.Line }
func canSendLines(f Facts) bool { return f.Lines && f.Compose }

func hasRun(f Facts) bool { return f.Run }

func canPickStage(f Facts) bool { return f.Stages }
func canSendWhy(f Facts) bool   { return f.Why && f.Compose }
