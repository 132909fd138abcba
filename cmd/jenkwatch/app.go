package main

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// app is one invocation of the program: its streams, its global flags and what was opened for it.
type app struct {
	in          io.Reader
	out, errOut io.Writer
	flags       globalFlags
	ctx         context.Context // of the whole invocation: nil before execute

	newConfig bool // the file that --config names need not be there yet
	loadOnce  sync.Once
	cfg       *config
	cfgErr    error

	listenOn string // where the terminal UI receives pushes; empty: nowhere

	stateDir string // instead of the user's own: the demo's
	storeMu  sync.Mutex
	db       *sql.DB
	leaving  bool // the database is not opened any more

	mu      sync.Mutex
	closers []func() error // the last one first
}

// onExit has something closed when the command has ended.
func (a *app) onExit(closer func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closers = append(a.closers, closer)
}

// globalFlags are the flags that every command takes.
type globalFlags struct {
	config     string
	controller string
	url        string
	user       string
	tokenFile  string
	readOnly   bool
	debug      string
}

func newApp(in io.Reader, out, errOut io.Writer) *app {
	return &app{in: in, out: out, errOut: errOut}
}

// execute runs the command that args name and returns the exit code.
func (a *app) execute(ctx context.Context, args []string) int {
	a.ctx = ctx
	root := a.rootCommand()
	root.SetArgs(args)
	root.SetIn(a.in)
	root.SetOut(a.out)
	root.SetErr(a.errOut)
	if slices.Contains(args, "completion") { // which cobra adds late, so that no help but its own names it
		mendCompletion(root)
	}
	var unwritten error
	root.SetHelpFunc(func(cmd *cobra.Command, _ []string) { unwritten = showHelp(ctx, root, cmd, a.out) })
	cmd, err := root.ExecuteContextC(ctx)
	err = cmp.Or(err, unwritten)
	if cause, ok := errors.AsType[signalled](context.Cause(ctx)); ok && errors.Is(err, context.Canceled) {
		err = cause
	}
	if cerr := a.close(); err == nil {
		err = cerr
	}
	return a.report(cmd, err)
}

// close closes what was opened, the last first. A question that is still under way opens nothing any more.
func (a *app) close() (err error) {
	a.storeMu.Lock()
	a.leaving = true
	a.storeMu.Unlock()
	a.mu.Lock()
	closers := a.closers
	a.mu.Unlock()
	for _, c := range slices.Backward(closers) {
		if cerr := c(); err == nil {
			err = cerr
		}
	}
	return err
}

// config reads the config file once.
func (a *app) config() (*config, error) {
	a.loadOnce.Do(func() {
		a.cfg, a.cfgErr = loadConfig(cmp.Or(a.ctx, context.Background()), a.flags.config, a.newConfig)
	})
	return a.cfg, a.cfgErr
}

// secretPatterns are the user's own patterns of what is a secret.
func (a *app) secretPatterns() []*regexp.Regexp {
	cfg, err := a.config()
	if err != nil {
		return nil // the command ends with it
	}
	return cfg.secrets
}

// onTerminal reports whether stdout is a terminal, and how wide it is.
func (a *app) onTerminal() (width int, ok bool) {
	width = terminalWidth(a.out)
	return width, width > 0
}

// terminalWidth is how wide the terminal is that w writes to, 0 when it is none.
func terminalWidth(w io.Writer) int {
	f, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(f.Fd())) {
		return 0
	}
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil || width <= 0 {
		return 80
	}
	return width
}

// note says something beside a command's output: one line, on a terminal broken between words.
func note(w io.Writer, format string, args ...any) {
	fmt.Fprintln(w, wrap(jenkins.CleanLine(fmt.Sprintf(format, args...)), terminalWidth(w), ""))
}

// asksTerminal reports whether a person can answer on stdin.
func (a *app) asksTerminal() bool {
	f, isFile := a.in.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// sayEmpty tells a person that an empty list is the answer. A pipe gets nothing.
func (a *app) sayEmpty(rows int, what string) {
	if _, tty := a.onTerminal(); rows == 0 && tty && terminalWidth(a.errOut) > 0 {
		note(a.errOut, "%s", what)
	}
}
