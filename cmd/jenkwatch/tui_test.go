//go:build !windows

package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// session is the program on a terminal of its own.
type session struct {
	t      testing.TB
	cmd    *exec.Cmd
	tty    *os.File // the terminal's other end, kept open to look at its settings
	pty    *os.File
	before *term.State
	state  string // folder
	screen *emulator

	mu     sync.Mutex
	output bytes.Buffer
	more   chan struct{}
	ended  chan error
}

func startSession(t testing.TB, cols, rows uint16, args ...string) *session {
	t.Helper()
	return startSessionWith(t, nil, cols, rows, args...)
}

// startSessionWith adds to the environment of the program.
func startSessionWith(t testing.TB, env []string, cols, rows uint16, args ...string) *session {
	t.Helper()
	return startSessionIn(t, env, look{cols: cols, rows: rows}, args...)
}

// startSessionIn has a terminal emulator show what the program writes; a look without a theme has none.
func startSessionIn(t testing.TB, env []string, l look, args ...string) *session {
	t.Helper()
	p, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminal here: %v", err)
	}
	t.Cleanup(func() { p.Close(); tty.Close() })
	s := &session{t: t, pty: p, tty: tty, more: make(chan struct{}, 1), ended: make(chan error, 1), state: t.TempDir()}
	if l.theme != "" {
		s.screen = newEmulator(l, p)
		t.Cleanup(s.screen.close)
	}
	s.resize(l.cols, l.rows)
	if s.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	s.cmd = exec.CommandContext(t.Context(), "jenkwatch", args...)
	s.cmd.Stdin, s.cmd.Stdout, s.cmd.Stderr = tty, tty, tty
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	s.cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LANG=C.UTF-8", "JENKINS_URL=", "NO_COLOR=",
		"JENKWATCH_STATE="+s.state, "XDG_CONFIG_HOME="+t.TempDir())
	s.cmd.Env = append(s.cmd.Env, env...)
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { s.ended <- s.cmd.Wait() }()
	go s.read()
	return s
}

func (s *session) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := s.pty.Read(buf)
		s.mu.Lock()
		s.output.Write(buf[:n])
		s.mu.Unlock()
		if s.screen != nil {
			s.screen.write(buf[:n])
		}
		select {
		case s.more <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

func (s *session) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.output.String()
}

// until waits for a text on the screen.
func (s *session) until(text string) {
	s.t.Helper()
	s.untilTimes(text, 1)
}

// untilTimes waits until a text was written n times.
func (s *session) untilTimes(text string, n int) {
	s.t.Helper()
	deadline := time.After(30 * time.Second)
	for strings.Count(s.text(), text) < n {
		select {
		case <-s.more:
		case err := <-s.ended:
			s.t.Fatalf("ended (%v) before it showed %q:\n%q", err, text, s.text())
		case <-deadline:
			s.t.Fatalf("never showed %q:\n%q", text, s.text())
		}
	}
}

func (s *session) keys(keys string) {
	s.t.Helper()
	if _, err := s.pty.WriteString(keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *session) resize(cols, rows uint16) {
	s.t.Helper()
	if s.screen != nil {
		s.screen.resize(cols, rows)
	}
	if err := pty.Setsize(s.pty, &pty.Winsize{Cols: cols, Rows: rows}); err != nil {
		s.t.Fatal(err)
	}
}

// wantsEnd waits for the program to end with an exit code and to leave the terminal as it was.
func (s *session) wantsEnd(code int) {
	s.t.Helper()
	select {
	case err := <-s.ended:
		got := 0
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			got = exit.ExitCode()
		}
		if got != code {
			text := s.text()
			s.t.Errorf("exit code %d, want %d; its last words: %q", got, code, text[max(0, len(text)-800):])
		}
	case <-time.After(30 * time.Second):
		s.cmd.Process.Kill()
		s.t.Fatalf("it does not end:\n%q", s.text())
	}
	// A terminal keeps its order: when this is read, everything that the program wrote has been.
	const mark = "(the end)"
	if _, err := s.tty.WriteString(mark); err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.After(10 * time.Second); !strings.Contains(s.text(), mark); {
		select {
		case <-s.more:
		case <-deadline:
			s.t.Fatal("the terminal does not give what was written to it")
		}
	}
	after, err := term.GetState(int(s.tty.Fd()))
	if err != nil {
		s.t.Fatal(err)
	}
	if !reflect.DeepEqual(after, s.before) {
		s.t.Error("the terminal's settings are not as they were")
	}
	s.t.Log(len(s.text()), "bytes were written")
	for on, off := range map[string]string{"\x1b[?1049h": "\x1b[?1049l", "\x1b[?25l": "\x1b[?25h", "\x1b[?2004h": "\x1b[?2004l",
		"\x1b[?1004h": "\x1b[?1004l", "\x1b[?1002h": "\x1b[?1002l", "\x1b[?1006h": "\x1b[?1006l"} {
		if out := s.text(); strings.LastIndex(out, on) > strings.LastIndex(out, off) {
			s.t.Errorf("%q was switched on and never off", on)
		}
	}
}

func TestScreenShowsBuildsAndLeavesTheTerminalAsItWas(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]struct {
		leave func(*session)
		code  int
	}{
		"q":       {func(s *session) { s.keys("q") }, 0},
		"ctrl+c":  {func(s *session) { s.keys("\x03") }, 0},
		"SIGTERM": {func(s *session) { s.cmd.Process.Signal(syscall.SIGTERM) }, 128 + 15},
		"SIGHUP":  {func(s *session) { s.cmd.Process.Signal(syscall.SIGHUP) }, 128 + 1},
		"SIGINT":  {func(s *session) { s.cmd.Process.Signal(syscall.SIGINT) }, 128 + 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := startSession(t, 120, 40, "demo")
			s.until("ship-it")
			end.leave(s)
			s.wantsEnd(end.code)
		})
	}
}

// TestScreenEndsWhenItsTerminalGoesAwayWithoutASignal: as with `docker exec`, or under nohup.
func TestScreenEndsWhenItsTerminalGoesAwayWithoutASignal(t *testing.T) {
	t.Parallel()
	p, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo terminal here: %v", err)
	}
	defer p.Close()
	cmd := exec.CommandContext(t.Context(), "jenkwatch", "demo")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty // not its controlling terminal: no SIGHUP comes from it
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LANG=C.UTF-8", "JENKWATCH_STATE="+t.TempDir())
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close()
	shown := ""
	for buf := make([]byte, 4096); !strings.Contains(shown, "ship-it"); {
		n, err := p.Read(buf)
		if err != nil {
			t.Fatalf("%v after %q", err, shown)
		}
		shown += string(buf[:n])
	}
	p.Close()
	kill := time.AfterFunc(30*time.Second, func() { cmd.Process.Kill() })
	defer kill.Stop()
	if ended, ok := errors.AsType[*exec.ExitError](cmd.Wait()); !ok || ended.ExitCode() != exit.CodeSignal+int(syscall.SIGHUP) {
		t.Errorf("it ended with %v", ended)
	}
}

func TestResizeStormAndATinyTerminalDoNoHarm(t *testing.T) {
	t.Parallel()
	s := startSession(t, 80, 24, "demo")
	s.until("ship-it")
	for i := range 200 {
		s.resize(uint16(1+i*7%300), uint16(1+i*5%100))
	}
	s.resize(1, 1)
	s.keys("jjk")
	s.resize(100, 30)
	s.keys("?")
	s.until(" Keys ")
	s.keys("\x03")
	s.wantsEnd(0)
}

func TestUnreachableControllerIsAStateAndNotAnExit(t *testing.T) {
	t.Parallel()
	s := startSession(t, 120, 40, "--url", "http://127.0.0.1:1/jenkins")
	s.until("unreachable")
	s.keys("q")
	s.wantsEnd(0)
}

func TestLayoutComesBackAtTheNextStart(t *testing.T) {
	t.Parallel()
	s := startSession(t, 120, 40, "--url", "http://127.0.0.1:1/jenkins")
	s.until("unreachable")
	s.keys("2")
	prefs := filepath.Join(s.state, "prefs.json")
	for deadline := time.Now().Add(20 * time.Second); ; {
		if b, err := os.ReadFile(prefs); err == nil && bytes.Contains(b, []byte(`"tab":1`)) {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the layout was never written")
		}
		<-time.After(20 * time.Millisecond)
	}
	s.keys("q")
	s.wantsEnd(0)
}

func TestInitAsksAgainWhenTheAnswersDoNotWork(t *testing.T) {
	t.Parallel()
	// One question a page, so that each answer waits for its question: a form throws away what was typed before it began,
	// and ctrl+c between two forms would be a signal.
	s := startSession(t, 80, 24, "init", "--url", "http://127.0.0.1:1", "--user", "alice")
	s.until("API token")
	if strings.Contains(s.text(), "Address of the Jenkins controller") {
		t.Error("it asks for what was given")
	}
	s.keys("\r")
	s.until("URL that receives notifications")
	s.keys("\r")
	s.until("cannot be reached")
	s.until("Address of the Jenkins controller") // this time all of it can be corrected
	s.keys("\x03")
	s.wantsEnd(exit.CodeFailed)
}

// TestPanicOfAHelperRestoresTheTerminalAndLosesNothing: the relay's workers are goroutines of their own. What broke is
// said, and what was accepted is delivered by the next process.
func TestPanicOfAHelperRestoresTheTerminalAndLosesNothing(t *testing.T) {
	t.Parallel()
	var requests atomic.Int32
	hook := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { requests.Add(1) }))
	defer hook.Close()
	state := []string{"JENKWATCH_STATE=" + t.TempDir(), "XDG_CONFIG_HOME=" + t.TempDir()}
	run := func(args ...string) {
		cmd := exec.CommandContext(t.Context(), "jenkwatch", args...)
		cmd.Env = append(os.Environ(), state...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	run("send", "--to", hook.URL+"/breaks", "--body", "x", "--no-wait")
	s := startSessionWith(t, append(state, breaksEnv+"=/breaks"), 120, 40, "--url", "http://127.0.0.1:1/jenkins")
	s.wantsEnd(exit.CodeFailed)
	for _, words := range []string{"a loop broke: as ordered by the test", "outbox.(*session).attempt", "this is a fault of jenkwatch"} {
		if !strings.Contains(s.text(), words) {
			t.Errorf("it does not say %q:\n%s", words, s.text())
		}
	}
	if requests.Load() > 0 {
		t.Error("it was sent although the relay broke")
	}
	run("outbox", "flush")
	if requests.Load() != 1 {
		t.Errorf("after the next flush the receiver got %d requests", requests.Load())
	}
}

func TestJobThatIsMistypedIsNotOpenedButFound(t *testing.T) {
	t.Parallel()
	w := newWorld(t.Cleanup)
	s := startSessionWith(t, []string{"JENKINS_USER_ID=" + jenkinstest.Admin.Name, "JENKINS_API_TOKEN=" + jenkinstest.Admin.Token},
		120, 40, "--url", w.jenkins.URL, "shop/mian")
	s.until("Did you mean shop/main?")
	s.keys("\x03")
	s.wantsEnd(0)
}

// TestTheScreenSaysHowMuchOfTheConfigIsWrong, not only the first of it.
func TestTheScreenSaysHowMuchOfTheConfigIsWrong(t *testing.T) {
	t.Parallel()
	w := newDemoWorld(t, "")
	f, err := os.OpenFile(w.config, os.O_APPEND|os.O_WRONLY, 0)
	if err == nil {
		_, err = f.WriteString("[ui]\ntheme = \"drak\"\n[ui.keys]\nrefersh = [\"f5\"]\n")
		err = errors.Join(err, f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	u := w.open(looks[0])
	u.wantsEnd(2)
	// A terminal of 80 columns wraps it.
	if got := strings.Join(strings.Fields(u.text()), " "); !strings.Contains(got, `there is no "refersh" (and 1 more: jenkwatch doctor lists them)`) {
		t.Errorf("it says %q", got)
	}
}
