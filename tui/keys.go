package tui

import (
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// scope is where a binding holds. A key is looked up in the focused pane's scope first, then everywhere.
type scope string

const (
	everywhere  scope = "everywhere"
	scopeRuns   scope = "runs"
	scopeStatus scope = "status"
	scopeEnv    scope = "env"
	scopeLog    scope = "log"
	scopeSent   scope = "sent"

	scopeCompose scope = "compose"
)

// binding ties keys to an intent.
type binding struct {
	intent  kit.Intent
	scope   scope
	keys    []string
	short   string           // its word in the footer; empty: not in the footer
	desc    string           // for help, palette and README
	enabled func(facts) bool // nil: always
	shown   func(facts) bool // in the footer, besides; nil: always
	fixed   bool             // not to be remapped
}

// facts is what is possible now.
type facts struct {
	change  bool // the program may change things
	compose bool // there is an outbox to write to
	sent    bool // there is an outbox to look into
	sync    bool
	zoom    bool // there is more than one pane on the screen
	turn    bool // of the panes beside the runs one is shown at most
	line    bool // a line of the log was found or marked
	lines   bool // lines of the log are marked
	stages  bool // the log is of a run that has stages
	why     bool // it is known why the run failed
	run     bool // a build is selected, not a queue item
	build   bool // the selected run is one of a job that can be built
	stop    bool // there is something to stop or to cancel
	answer  bool // the selected build waits for input
	started bool // a build came of an action, and is not selected
	follow  bool // the selected run has not ended
	any     bool // a run is selected
}

func canBuild(f facts) bool   { return f.change && f.build }
func canStop(f facts) bool    { return f.change && f.stop }
func canAnswer(f facts) bool  { return f.change && f.answer }
func canFollow(f facts) bool  { return f.follow }
func canStarted(f facts) bool { return f.started }
func hasAny(f facts) bool     { return f.any }

func canChange(f facts) bool  { return f.change }
func canCompose(f facts) bool { return f.compose }
func canSee(f facts) bool     { return f.sent }
func canSync(f facts) bool    { return f.sync }
func canZoom(f facts) bool    { return f.zoom }
func canTurn(f facts) bool    { return f.turn }

func canCopyLines(f facts) bool { return f.line }
func canSendLines(f facts) bool { return f.lines && f.compose }

func hasRun(f facts) bool { return f.run }

func canPickStage(f facts) bool { return f.stages }
func canSendWhy(f facts) bool   { return f.why && f.compose }

func (b *binding) on(f facts) bool { return b.enabled == nil || b.enabled(f) }

// label returns the first key as it is written for people.
func (b *binding) label() string {
	if len(b.keys) == 0 {
		return ""
	}
	return kit.KeyLabel(b.keys[0])
}

// defaultBindings returns the one key map: it feeds the footer, the help, the palette, the README's table and the lookup.
// The order is the footer's.
func defaultBindings() []binding {
	return []binding{
		{intent: kit.IntentUp, keys: []string{"up", "k"}, desc: "one line up"},
		{intent: kit.IntentDown, keys: []string{"down", "j"}, short: "select", desc: "one line down"},
		{intent: kit.IntentPageUp, keys: []string{"pgup"}, desc: "one page up"},
		{intent: kit.IntentPageDown, keys: []string{"pgdown"}, desc: "one page down"},
		{intent: kit.IntentHalfUp, keys: []string{"ctrl+u"}, desc: "half a page up"},
		{intent: kit.IntentHalfDown, keys: []string{"ctrl+d"}, desc: "half a page down"},
		{intent: kit.IntentTop, keys: []string{"g", "home"}, desc: "to the first line"},
		{intent: kit.IntentBottom, keys: []string{"G", "end"}, desc: "to the last line"},
		{intent: kit.IntentLeft, keys: []string{"left"}, desc: "to the left; folds a stage"},
		{intent: kit.IntentRight, keys: []string{"right"}, desc: "to the right; unfolds a stage"},
		{intent: kit.IntentNextPane, keys: []string{"tab"}, short: "pane", desc: "next pane"},
		{intent: kit.IntentPrevPane, keys: []string{"shift+tab"}, desc: "previous pane"},
		{intent: kit.IntentNextLower, keys: []string{"]"}, desc: "next of the panes below the runs", enabled: canTurn},
		{intent: kit.IntentPrevLower, keys: []string{"["}, desc: "previous of the panes below the runs", enabled: canTurn},
		{intent: kit.IntentEnter, keys: []string{"enter"}, desc: "one step deeper: the run's panes, then its log"},
		{intent: kit.IntentBack, keys: []string{"esc"}, short: "back", desc: "one step back"},
		{intent: kit.IntentZoom, keys: []string{"z"}, short: "zoom", desc: "zoom: the focused pane alone, and back", enabled: canZoom},
		{intent: kit.IntentCompact, keys: []string{"Z"}, desc: "compact: the runs in ten lines, and back"},
		{intent: kit.IntentTab, keys: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, desc: "choose a list (a saved filter)"},

		{intent: kit.IntentFilter, keys: []string{"/"}, short: "filter", desc: "filter the pane, or search the log"},

		{intent: kit.IntentSort, scope: scopeRuns, keys: []string{"s"}, desc: "sort the runs another way"},
		{intent: kit.IntentStatus, scope: scopeRuns, keys: []string{"S"}, desc: "show only runs of one status"},
		{intent: kit.IntentGroup, scope: scopeRuns, keys: []string{"F"}, desc: "group the runs by folder, and back"},
		{intent: kit.IntentSaveList, scope: scopeRuns, keys: []string{"L"}, desc: "save the filter as a list, or remove a saved one"},

		{intent: kit.IntentMarkRun, scope: scopeRuns, keys: []string{"space"}, desc: "mark the run, to stop it with others"},

		{intent: kit.IntentNextStage, scope: scopeStatus, keys: []string{"n", ">"}, short: "stage", desc: "next stage"},
		{intent: kit.IntentPrevStage, scope: scopeStatus, keys: []string{"N", "<"}, desc: "previous stage"},
		{intent: kit.IntentSendWhy, scope: scopeStatus, keys: []string{"W"}, short: "send why", desc: "write a notification that says why it failed", enabled: canSendWhy},

		{intent: kit.IntentSearchNext, scope: scopeLog, keys: []string{"n"}, short: "match", desc: "next match"},
		{intent: kit.IntentSearchPrev, scope: scopeLog, keys: []string{"N"}, desc: "previous match"},
		{intent: kit.IntentNextError, scope: scopeLog, keys: []string{"e"}, short: "error", desc: "next error"},
		{intent: kit.IntentPrevError, scope: scopeLog, keys: []string{"E"}, desc: "previous error"},
		{intent: kit.IntentPickStage, scope: scopeLog, keys: []string{"S"}, short: "stages", desc: "show the log of one stage or branch", enabled: canPickStage},
		{intent: kit.IntentNextStageLog, scope: scopeLog, keys: []string{">"}, desc: "show the log of the next stage", enabled: canPickStage},
		{intent: kit.IntentPrevStageLog, scope: scopeLog, keys: []string{"<"}, desc: "show the log of the previous stage", enabled: canPickStage},
		{intent: kit.IntentFollow, scope: scopeLog, keys: []string{"f"}, short: "follow", desc: "follow the log, or stop"},
		{intent: kit.IntentWrap, scope: scopeLog, keys: []string{"w"}, desc: "wrap long lines, or cut them"},
		{intent: kit.IntentTimes, scope: scopeLog, keys: []string{"t"}, desc: "show or hide timestamps"},
		{intent: kit.IntentPipelineLines, scope: scopeLog, keys: []string{"h"}, desc: "hide or show the lines of [Pipeline]"},
		{intent: kit.IntentMarkLines, scope: scopeLog, keys: []string{"m"}, short: "mark", desc: "mark lines, to copy or send them"},
		{intent: kit.IntentCopyLines, scope: scopeLog, keys: []string{"y"}, short: "copy", desc: "copy the line found, or the marked ones", enabled: canCopyLines},
		{intent: kit.IntentSendLines, scope: scopeLog, keys: []string{"c"}, short: "send", desc: "write a notification with the marked lines", enabled: canSendLines},
		{intent: kit.IntentSaveLog, scope: scopeLog, keys: []string{"s"}, desc: "save the whole log to a file"},
		{intent: kit.IntentPager, scope: scopeLog, keys: []string{"P"}, desc: "read the whole log in $PAGER"},

		{intent: kit.IntentCopyValue, scope: scopeEnv, keys: []string{"y"}, short: "copy", desc: "copy the variable's value"},
		{intent: kit.IntentCopyAll, scope: scopeEnv, keys: []string{"Y"}, desc: "copy the variables: dotenv, JSON, shell"},
		{intent: kit.IntentPickVariable, scope: scopeEnv, keys: []string{"space"}, desc: "choose the variable, to copy it with others"},
		{intent: kit.IntentStage, scope: scopeEnv, keys: []string{"S"}, short: "stage", desc: "show what a stage adds to the environment"},
		{intent: kit.IntentNextStageEnv, scope: scopeEnv, keys: []string{">"}, desc: "show what the next stage adds"},
		{intent: kit.IntentPrevStageEnv, scope: scopeEnv, keys: []string{"<"}, desc: "show what the previous stage adds"},
		{intent: kit.IntentConsoles, scope: scopeEnv, keys: []string{"l"}, desc: "read what the console printed; in a diff, both consoles"},
		{intent: kit.IntentMark, scope: scopeEnv, keys: []string{"m"}, desc: "mark the run, to compare others with it"},
		{intent: kit.IntentReveal, scope: scopeEnv, keys: []string{"v"}, short: "reveal", desc: "reveal or mask the variable under the cursor"},
		{intent: kit.IntentPin, scope: scopeEnv, keys: []string{"*"}, desc: "pin the variable to the top, or unpin it"},
		{intent: kit.IntentUnfold, scope: scopeEnv, keys: []string{"u"}, desc: "show what is folded: derived variables, noise"},
		{intent: kit.IntentGroupEnv, scope: scopeEnv, keys: []string{"F"}, short: "group", desc: "group variables by use, name, source or prefix"},

		{intent: kit.IntentSend, scope: scopeCompose, keys: []string{"ctrl+s"}, short: "send", desc: "put the notification into the outbox"},
		{intent: kit.IntentEditor, scope: scopeCompose, keys: []string{"ctrl+e"}, short: "editor", desc: "write in $VISUAL or $EDITOR"},
		{intent: kit.IntentEarlier, scope: scopeCompose, keys: []string{"ctrl+p"}, short: "earlier", desc: "reuse an earlier message"},
		{intent: kit.IntentEndpoint, scope: scopeCompose, keys: []string{"ctrl+t"}, short: "to", desc: "choose the endpoint"},
		{intent: kit.IntentSendStatus, scope: scopeCompose, keys: []string{"ctrl+r"}, short: "status", desc: "choose the status that is sent"},
		{intent: kit.IntentWhole, scope: scopeCompose, keys: []string{"ctrl+v"}, short: "what is sent", desc: "show the whole request, and back to the text"},
		{intent: kit.IntentCurl, scope: scopeCompose, keys: []string{"ctrl+y"}, short: "curl", desc: "copy the request as curl"},
		{intent: kit.IntentUndo, scope: scopeCompose, keys: []string{"ctrl+_", "ctrl+/", "alt+z"}, short: "undo", desc: "undo the last change"},
		{intent: kit.IntentRedo, scope: scopeCompose, keys: []string{"alt+r", "ctrl+shift+z"}, desc: "redo the last undone change"},

		{intent: kit.IntentRetry, scope: scopeSent, keys: []string{"R"}, short: "retry", desc: "send again, now", enabled: canChange},
		{intent: kit.IntentDrop, scope: scopeSent, keys: []string{"X"}, short: "drop", desc: "give up the delivery", enabled: canChange},

		{intent: kit.IntentAnswer, keys: []string{"i"}, short: "answer", desc: "answer input: what a paused pipeline asks", shown: canAnswer},
		{intent: kit.IntentStop, keys: []string{"X"}, short: "stop", desc: "stop build (the marked ones), or cancel in the queue", shown: canStop},
		{intent: kit.IntentBuild, keys: []string{"B"}, short: "build", desc: "build job; a red build: restart, rerun, replay, build", shown: canBuild},
		{intent: kit.IntentAct, keys: []string{"!"}, short: "act", desc: "act on the run: everything that can be done to it", shown: canBuild},
		{intent: kit.IntentStarted, keys: []string{"."}, short: "started", desc: "go to started: the build that came of what was done", shown: canStarted},
		{intent: kit.IntentRestart, desc: "restart build from one of its stages"},
		{intent: kit.IntentRerun, desc: "rerun build: the same script, commit and parameters"},
		{intent: kit.IntentReplay, desc: "replay build with its script edited"},
		{intent: kit.IntentKeep, desc: "keep build forever, or let it be discarded again"},
		{intent: kit.IntentDescribe, desc: "describe build: set its description"},
		{intent: kit.IntentDelete, desc: "delete build"},
		{intent: kit.IntentDisableJob, desc: "disable job: nothing starts a build of it"},
		{intent: kit.IntentEnableJob, desc: "enable job again"},
		{intent: kit.IntentNodeOffline, desc: "take node offline, with a reason"},
		{intent: kit.IntentNodeOnline, desc: "bring node online again"},
		{intent: kit.IntentCompose, keys: []string{"c"}, short: "compose", desc: "write a notification", enabled: canCompose},
		{intent: kit.IntentDiff, keys: []string{"D"}, short: "diff", desc: "compare environment: a diff with that of another run", shown: hasAny},
		{intent: kit.IntentFollowRun, keys: []string{"f"}, short: "follow", desc: "follow the run: be notified when something happens to it", shown: canFollow},
		{intent: kit.IntentFollowNext, desc: "follow my next build of this job, or stop"},
		{intent: kit.IntentFollowMine, desc: "follow all runs of mine, or stop"},
		{intent: kit.IntentPick, keys: []string{"p", "ctrl+p"}, short: "jobs", desc: "choose any job"},
		{intent: kit.IntentHistory, keys: []string{"b", "H"}, short: "builds", desc: "show the builds of this job, page by page", shown: hasAny},
		{intent: kit.IntentTests, keys: []string{"T"}, desc: "show the tests of the build, failing ones first", enabled: hasRun},
		{intent: kit.IntentChanges, keys: []string{"d"}, desc: "show the commits of the build, and since the last good one", enabled: hasRun},
		{intent: kit.IntentArtifacts, keys: []string{"a"}, desc: "show the files that the build keeps, to read or save", enabled: hasRun},
		{intent: kit.IntentRelated, keys: []string{"U"}, desc: "show related builds, upstream and downstream", enabled: hasRun},
		{intent: kit.IntentNodes, keys: []string{"C"}, desc: "show nodes: what runs on them, and which are offline"},
		{intent: kit.IntentOpen, keys: []string{"o"}, short: "browser", desc: "open the build in the browser", shown: hasAny},
		{intent: kit.IntentCopyURL, keys: []string{"y"}, short: "copy", desc: "copy the build's URL", shown: hasAny},
		{intent: kit.IntentRefresh, keys: []string{"r"}, desc: "ask Jenkins now"},
		{intent: kit.IntentSent, keys: []string{"x"}, short: "sent", desc: "show notifications: what was sent, and what waits", enabled: canSee},
		{intent: kit.IntentSync, keys: []string{"A"}, desc: "start sync: announce builds in this session, or stop it", enabled: canSync},
		{intent: kit.IntentMouse, keys: []string{"M"}, desc: "switch the mouse on or off (off: the terminal selects text)"},
		{intent: kit.IntentPalette, keys: []string{":"}, desc: "find a command by name: everything that can be done"},
		{intent: kit.IntentHelp, keys: []string{"?", "f1"}, short: "help", desc: "show the keys"},
		{intent: kit.IntentQuit, keys: []string{"q"}, short: "quit", desc: "quit"},
		{intent: kit.IntentSuspend, keys: []string{"ctrl+z"}, desc: "suspend", fixed: true},
		{intent: kit.IntentAbandon, keys: []string{"ctrl+c"}, desc: "quit at once, even while typing", fixed: true},
	}
}

// keyMap looks intents up by scope and key.
type keyMap struct {
	bindings []binding
	byKey    map[scope]map[string][]int // indices into bindings
}

func newKeyMap(own map[string][]string, commands ...kit.Command) *keyMap {
	k := &keyMap{bindings: append(defaultBindings(), commandBindings(commands)...), byKey: map[scope]map[string][]int{}}
	for i := range k.bindings {
		b := &k.bindings[i]
		if b.scope == "" {
			b.scope = everywhere
		}
		if keys, ok := own[string(b.intent)]; ok && !b.fixed {
			b.keys = keys
		}
		if k.byKey[b.scope] == nil {
			k.byKey[b.scope] = map[string][]int{}
		}
		for _, key := range b.keys {
			k.byKey[b.scope][key] = append(k.byKey[b.scope][key], i)
		}
	}
	return k
}

// find returns the enabled binding of a key, the focused scope's before the one that holds everywhere.
func (k *keyMap) find(f facts, s scope, key string) *binding {
	if b := k.findIn(f, s, key); b != nil {
		return b
	}
	return k.findIn(f, everywhere, key)
}

// findIn returns the enabled binding of a key in one scope.
func (k *keyMap) findIn(f facts, s scope, key string) *binding {
	for _, i := range k.byKey[s][key] {
		if b := &k.bindings[i]; b.on(f) {
			return b
		}
	}
	return nil
}

// of returns the binding of an intent.
func (k *keyMap) of(in kit.Intent) *binding {
	for i := range k.bindings {
		if b := &k.bindings[i]; b.intent == in {
			return b
		}
	}
	panic("no binding for " + in)
}

// byIntent returns the keys of each intent.
func (k *keyMap) byIntent() map[kit.Intent][]string {
	keys := map[kit.Intent][]string{}
	for i := range k.bindings {
		keys[k.bindings[i].intent] = k.bindings[i].keys
	}
	return keys
}

// keyLabels writes all keys of a binding; a run of digits is shortened.
func keyLabels(keys []string) string {
	if len(keys) == 9 && keys[0] == "1" && keys[8] == "9" {
		return "1-9"
	}
	labels := make([]string, len(keys))
	for i, k := range keys {
		labels[i] = kit.KeyLabel(k)
	}
	return strings.Join(labels, " ")
}

// KeyTable returns the key map as a Markdown table, for the README.
func KeyTable() string {
	k := newKeyMap(nil)
	var b strings.Builder
	b.WriteString("| key | where | does | name in the config |\n|---|---|---|---|\n")
	for i := range k.bindings {
		x := &k.bindings[i]
		name := "`" + string(x.intent) + "`"
		if x.fixed {
			name = "(fixed)"
		}
		keys := markdownKeys(x.keys)
		if keys == "" {
			keys = "in " + markdownKeys(k.of(kit.IntentPalette).keys)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", keys, x.scope, x.desc, name)
	}
	return b.String()
}

func markdownKeys(keys []string) string {
	quoted := make([]string, 0, len(keys))
	for _, k := range strings.Fields(keyLabels(keys)) {
		quoted = append(quoted, "`"+k+"`")
	}
	return strings.Join(quoted, " ")
}
