package kit

// Intent is what a key asks for. Keys, the mouse and the palette all end in intents, so that each action has one path. A
// focused pane receives the intents of its scope, and the common ones that move, as messages.
type Intent string

const (
	IntentUp       Intent = "up"
	IntentDown     Intent = "down"
	IntentPageUp   Intent = "page up"
	IntentPageDown Intent = "page down"
	IntentHalfUp   Intent = "half page up"
	IntentHalfDown Intent = "half page down"
	IntentTop      Intent = "top"
	IntentBottom   Intent = "bottom"
	IntentLeft     Intent = "left"
	IntentRight    Intent = "right"

	IntentNextPane  Intent = "next pane"
	IntentPrevPane  Intent = "previous pane"
	IntentNextLower Intent = "next lower pane"
	IntentPrevLower Intent = "previous lower pane"

	IntentEnter   Intent = "enter"
	IntentBack    Intent = "back"
	IntentZoom    Intent = "zoom"
	IntentCompact Intent = "compact"
	IntentTab     Intent = "tab" // its keys choose the tabs in their order
	IntentFilter  Intent = "filter"

	IntentPick    Intent = "pick job"
	IntentHistory Intent = "builds"
	IntentOpen    Intent = "open"

	IntentTests     Intent = "tests"
	IntentChanges   Intent = "changes"
	IntentArtifacts Intent = "artifacts"
	IntentRelated   Intent = "up and downstream"
	IntentNodes     Intent = "nodes"

	IntentCopyURL Intent = "copy url"
	IntentRefresh Intent = "refresh"
	IntentCompose Intent = "compose"
	IntentSent    Intent = "sent"
	IntentDiff    Intent = "diff"
	IntentFollow  Intent = "follow"

	IntentFollowRun  Intent = "follow run"
	IntentFollowNext Intent = "follow next build"
	IntentFollowMine Intent = "follow my runs"

	IntentSync    Intent = "sync"
	IntentMouse   Intent = "mouse"
	IntentPalette Intent = "palette"
	IntentHelp    Intent = "help"
	IntentQuit    Intent = "quit"
	IntentSuspend Intent = "suspend"
	IntentAbandon Intent = "quit at once"

	IntentSort   Intent = "sort"
	IntentStatus Intent = "status filter"
	IntentGroup  Intent = "group"

	IntentSaveList    Intent = "save list"
	IntentMarkRun     Intent = "mark run"
	IntentBuild       Intent = "build job"
	IntentStop        Intent = "stop build"
	IntentAnswer      Intent = "answer input"
	IntentAct         Intent = "act"
	IntentStarted     Intent = "go to started"
	IntentRerun       Intent = "rerun build"
	IntentRestart     Intent = "restart build"
	IntentReplay      Intent = "replay build"
	IntentKeep        Intent = "keep build"
	IntentDescribe    Intent = "describe build"
	IntentDelete      Intent = "delete build"
	IntentDisableJob  Intent = "disable job"
	IntentEnableJob   Intent = "enable job"
	IntentNodeOffline Intent = "take node offline"
	IntentNodeOnline  Intent = "bring node online"

	IntentNextStage Intent = "next stage"
	IntentPrevStage Intent = "previous stage"
	IntentSendWhy   Intent = "send why it failed"

	IntentSearchNext Intent = "next match"
	IntentSearchPrev Intent = "previous match"
	IntentNextError  Intent = "next error"
	IntentPrevError  Intent = "previous error"
	IntentWrap       Intent = "wrap"
	IntentTimes      Intent = "timestamps"

	IntentPipelineLines Intent = "pipeline lines"
	IntentMarkLines     Intent = "mark lines"
	IntentCopyLines     Intent = "copy lines"
	IntentSendLines     Intent = "send lines"
	IntentSaveLog       Intent = "save log"
	IntentPager         Intent = "pager"
	IntentPickStage     Intent = "log of a stage"
	IntentNextStageLog  Intent = "log of the next stage"
	IntentPrevStageLog  Intent = "log of the previous stage"

	IntentSend       Intent = "send"
	IntentEditor     Intent = "editor"
	IntentEarlier    Intent = "earlier messages"
	IntentEndpoint   Intent = "endpoint"
	IntentSendStatus Intent = "status to send"
	IntentWhole      Intent = "what is sent"
	IntentCurl       Intent = "copy as curl"
	IntentUndo       Intent = "undo"
	IntentRedo       Intent = "redo"

	IntentRetry Intent = "retry"
	IntentDrop  Intent = "drop"

	IntentCopyValue Intent = "copy value"
	IntentCopyAll   Intent = "copy variables"
	IntentMark      Intent = "mark"
	IntentReveal    Intent = "reveal"
	IntentPin       Intent = "pin"
	IntentUnfold    Intent = "unfold"
	IntentGroupEnv  Intent = "group variables"

	IntentPickVariable Intent = "choose variable"
	IntentStage        Intent = "stage"
	IntentNextStageEnv Intent = "environment of the next stage"
	IntentPrevStageEnv Intent = "environment of the previous stage"
	IntentConsoles     Intent = "read consoles"
)
