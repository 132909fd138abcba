package tui

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/footer"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// commandDoneMsg is how a command of the config ended, with what it printed.
type commandDoneMsg struct {
	name, output string
	terminal     bool
	err          error
}

// mostOutput is how many bytes of a command's output are shown.
const mostOutput = 1 << 20

// runCommand runs a command of the config on the selected run.
func (m *Model) runCommand(name string) tea.Cmd {
	for _, c := range m.opts.Commands {
		if c.Name != name {
			continue
		}
		vars := m.commandVars()
		if c.Terminal {
			return tea.ExecProcess(shellCommand(context.Background(), c.Command, vars), func(err error) tea.Msg {
				return commandDoneMsg{name: c.Name, terminal: true, err: err}
			})
		}
		m.note = footer.NewNote(kit.NoteMsg{Text: c.Name + " runs…", Busy: true})
		ctx := m.sh.Context()
		return func() tea.Msg {
			out := limitedOutput{most: mostOutput}
			cmd := shellCommand(ctx, c.Command, vars)
			cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
			err := cmd.Run()
			return commandDoneMsg{name: c.Name, output: out.String(), err: err}
		}
	}
	return nil
}

// shellCommand is a command line for the shell, whose environment has these variables, too. Values reach it as variables
// only: nothing that Jenkins says is ever a part of the line.
func shellCommand(ctx context.Context, line string, vars []string) *exec.Cmd {
	shell, flag := "/bin/sh", "-c"
	if runtime.GOOS == "windows" {
		shell, flag = "cmd", "/C"
	}
	cmd := exec.CommandContext(ctx, shell, flag, line)
	cmd.Env = append(os.Environ(), vars...)
	return cmd
}

// commandVars are the values of the selected run: NAME=value, empty where there is none.
func (m *Model) commandVars() []string {
	run := m.runs.Current()
	if run == nil {
		run = &jenkins.Run{}
	}
	number, build, base, stage, node := "", run.Job, "", "", ""
	if run.Number > 0 {
		number = strconv.Itoa(run.Number)
		build += "#" + number
	}
	if c := m.sh.Client(run.Controller); c != nil {
		base = c.Base() + "/" // without a password that the URL has
	}
	if len(run.Stages) > 0 {
		stage = run.Stages[0]
	}
	if len(run.Nodes) > 0 {
		node = run.Nodes[0]
	}
	var out []string
	for _, v := range [][2]string{
		{"JENKWATCH_BUILD", build}, {"JENKWATCH_CONTROLLER", run.Controller}, {"JENKINS_URL", base}, {"JENKWATCH_JOB", run.Job},
		{"JENKWATCH_NUMBER", number}, {"JENKWATCH_URL", run.URL}, {"JENKWATCH_STATUS", string(run.Status)}, {"JENKWATCH_STAGE", stage}, {"JENKWATCH_NODE", node},
	} {
		out = append(out, v[0]+"="+strings.ReplaceAll(v[1], "\x00", ""))
	}
	return out
}

// commandDone shows what a command printed, or that it is done.
func (m *Model) commandDone(msg commandDoneMsg) tea.Cmd {
	m.note = footer.Note{}
	title := msg.name
	if msg.err != nil {
		title += ": " + msg.err.Error()
	}
	switch {
	case strings.TrimSpace(msg.output) != "" && m.popup == nil:
		m.popup = popup.NewOutput(m.sh, title, msg.output)
		return nil
	case msg.err != nil:
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: fmt.Sprintf("%s: %v", msg.name, msg.err), Fix: "Run its command in a shell to see why."}})
	case msg.terminal:
		return nil
	}
	return kit.Note(msg.name + " is done")
}

// limitedOutput keeps the first bytes that are written.
type limitedOutput struct {
	bytes.Buffer
	most int
}

func (l *limitedOutput) Write(p []byte) (int, error) {
	l.Buffer.Write(p[:min(len(p), max(0, l.most-l.Len()))])
	return len(p), nil
}
