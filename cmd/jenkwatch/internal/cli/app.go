package cli

import (
	"cmp"
	"context"
	"database/sql"
	"io"
	"os"
	"regexp"
	"slices"
	"sync"

	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
)

// App is one invocation of the program: its streams, its global flags and what was opened for it.
type App struct {
	In          io.Reader
	Out, ErrOut io.Writer
	Flags       GlobalFlags
	Ctx         context.Context // of the whole invocation: nil before execute

	NewConfig bool // the file that --config names need not be there yet
	LoadOnce  sync.Once
	Cfg       *config.Config
	cfgErr    error

	Only []*Controller // instead of those of flags, environment and config: the demo's

	ListenOn string // where the terminal UI receives pushes; empty: nowhere

	StateDir string // instead of the user's own: the demo's
	storeMu  sync.Mutex
	DB       *sql.DB
	leaving  bool // the database is no longer opened

	mu      sync.Mutex
	closers []func() error // the last one first
}

// OnExit has something closed when the command has ended.
func (a *App) OnExit(closer func() error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closers = append(a.closers, closer)
}

// GlobalFlags are the flags that every command takes.
type GlobalFlags struct {
	Config     string
	Controller string
	URL        string
	User       string
	TokenFile  string
	ReadOnly   bool
	Debug      string
}

func New(in io.Reader, out, errOut io.Writer) *App {
	return &App{In: in, Out: out, ErrOut: errOut}
}

// Close closes what was opened, the last first. A question that is still under way opens nothing any more.
func (a *App) Close() (err error) {
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

// Config reads the config file once.
func (a *App) Config() (*config.Config, error) {
	a.LoadOnce.Do(func() {
		a.Cfg, a.cfgErr = config.Load(cmp.Or(a.Ctx, context.Background()), a.Flags.Config, a.NewConfig)
	})
	return a.Cfg, a.cfgErr
}

// SecretPatterns returns the user's own patterns of what is a secret.
func (a *App) SecretPatterns() []*regexp.Regexp {
	cfg, err := a.Config()
	if err != nil {
		return nil // the command ends with it
	}
	return cfg.SecretPatterns
}

// OnTerminal reports whether stdout is a terminal, and how wide it is.
func (a *App) OnTerminal() (width int, ok bool) {
	width = output.TerminalWidth(a.Out)
	return width, width > 0
}

// AsksTerminal reports whether a person can answer on stdin.
func (a *App) AsksTerminal() bool {
	f, isFile := a.In.(*os.File)
	return isFile && term.IsTerminal(int(f.Fd()))
}

// SayEmpty prints, on a terminal only, that the list is empty.
func (a *App) SayEmpty(rows int, what string) {
	if _, tty := a.OnTerminal(); rows == 0 && tty && output.TerminalWidth(a.ErrOut) > 0 {
		output.Note(a.ErrOut, "%s", what)
	}
}

// CheckLimit is the one rule for --limit, wherever there is one.
func CheckLimit(n int) error {
	if n < 0 {
		return exit.Usage("0 lists all", "--limit %d is negative", n)
	}
	return nil
}
