// Package command runs the commands of the config on a run.
package command

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Done is how a command of the config ended, with what it printed.
type Done struct {
	Name, Output string
	Terminal     bool
	Err          error
}

// mostOutput is how many bytes of a command's output are shown.
const mostOutput = 1 << 20

// Run runs a command with these variables, and answers with [Done].
func Run(ctx context.Context, c kit.Command, vars []string) tea.Cmd {
	if c.Terminal {
		return tea.ExecProcess(shellCommand(context.Background(), c.Command, vars), func(err error) tea.Msg {
			return Done{Name: c.Name, Terminal: true, Err: err}
		})
	}
	return func() tea.Msg {
		out := limitedOutput{most: mostOutput}
		cmd := shellCommand(ctx, c.Command, vars)
		cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &out, &out, time.Second
		err := cmd.Run()
		return Done{Name: c.Name, Output: out.String(), Err: err}
	}
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

// Vars returns the values of a run: NAME=value, empty where there is none. Of a nil run there are none.
func Vars(sh *kit.Shared, run *jenkins.Run) []string {
	if run == nil {
		run = &jenkins.Run{}
	}
	number, build, base, stage, node := "", run.Job, "", "", ""
	if run.Number > 0 {
		number = strconv.Itoa(run.Number)
		build += "#" + number
	}
	if c := sh.Client(run.Controller); c != nil {
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

// Title says which command it was, and what went wrong.
func (d *Done) Title() string {
	if d.Err != nil {
		return d.Name + ": " + d.Err.Error()
	}
	return d.Name
}

// Note says how it ended: nothing of one that had the terminal for itself and went well.
func (d *Done) Note() tea.Cmd {
	switch {
	case d.Err != nil:
		return kit.Send(kit.NoteMsg{Err: &kit.SaidError{What: d.Title(), Fix: "Run its command in a shell to see why."}})
	case d.Terminal:
		return nil
	}
	return kit.Note(d.Name + " is done")
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
