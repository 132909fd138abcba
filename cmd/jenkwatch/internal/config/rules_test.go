package config

import (
	"errors"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

func TestRulesThatCannotBeFollowedAreRefused(t *testing.T) {
	t.Parallel()
	const head = "[[endpoints]]\nname = \"chat\"\nurl = \"http://h/x\"\n[[rules]]\nname = \"r\"\n"
	for text, want := range map[string]string{
		`on = ["broken"]` + "\nbell = true":                                                 "",
		`on = ["broken"]` + "\nendpoint = \"chat\"":                                         "",
		`on = ["broken"]` + "\ncommand = [\"notify-send\", \"{text}\"]":                     "",
		`on = ["broken"]` + "\ncommand = [\"sh\", \"script.sh\", \"{job}\"]":                "",
		`on = ["broken"]` + "\ncommand = [\"sh\", \"-c\", \"echo \\\"$JENKWATCH_JOB\\\"\"]": "",
		`bell = true`:                            `rules: "r": it has no transitions|say when, such as on = ["broken", "fixed"]`,
		`on = ["broken"]`:                        `rules: "r": it does nothing|say what, with bell, desktop, endpoint or command`,
		`on = ["broke"]` + "\nbell = true":       `rules: "r": there is no transition "broke"|one of started, finished, broken, still_failing, fixed, input, slow`,
		`on = ["broken"]` + "\nendpoint = \"x\"": `rules: "r": there is no endpoint "x"|one of chat`,
		`on = ["broken"]` + "\ncommand = [\"\"]": `rules: "r": its command names no program|write command = ["program", "argument"]`,
		`on = ["broken"]` + "\ncommand = [\"x\", \"{jobs}\"]": `rules: "r": its command has an unknown placeholder {jobs}|` +
			`one of {controller}, {job}, {number}, {status}, {transition}, {url}, {text}`,
		`on = ["broken"]` + "\ncommand = [\"/usr/bin/env\", \"bash\", \"-lc\", \"echo {job}\"]": `rules: "r": a shell would run what {job} holds|` +
			`write "$JENKWATCH_JOB", with the quotes, in its place`,
		`on = ["broken"]` + "\ncommand = [\"ssh\", \"host\", \"say {text}\"]": `rules: "r": a shell would run what {text} holds|` +
			`write "$JENKWATCH_TEXT", with the quotes, in its place`,
		`on = ["broken"]` + "\nbell = true\n[[rules]]\nname = \"r\"\non = [\"fixed\"]\nbell = true": `two rules are called "r"|give one of them another name`,
		`on = ["broken"]` + "\nbell = true\n[notify]\ndesktop = \"loud\"":                           `notify.desktop: there is no "loud"|one of auto, off, osc9, osc99, osc777`,
		`on = ["broken"]` + "\nbell = true\n[notify]\non = [\"never\"]": `notify.on: there is no transition "never"|` +
			`one of started, finished, broken, still_failing, fixed, input, slow`,
	} {
		_, err := ParseConfig([]byte(head+text), "c")
		got := ""
		if err != nil {
			got = strings.TrimPrefix(err.Error(), "c: ") + "|" + exit.HintOf(err)
		}
		if got != want {
			t.Errorf("%s:\n%s\nwant %s", text, got, want)
		}
	}
}

// TestAllMistakesOfARuleAreListed, not one after the other was mended.
func TestAllMistakesOfARuleAreListed(t *testing.T) {
	t.Parallel()
	_, err := ParseConfig([]byte("[[rules]]\nname = \"r\"\non = [\"brokn\"]\nendpoint = \"x\"\ncommand = [\"a\", \"{jobb}\"]\n"), "config.toml")
	if m, ok := errors.AsType[*Mistakes](err); !ok || len(m.All) != 3 {
		t.Errorf("it lists %v", err)
	}
}
