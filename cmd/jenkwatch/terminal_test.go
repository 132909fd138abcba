//go:build !windows

package main

import (
	"image/color"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	demoworld "github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

// look is a terminal as somebody has it.
type look struct {
	cols, rows uint16
	theme      string // "dark", "light", "NO_COLOR" or "ASCII"
}

func (l look) String() string {
	size := map[uint16]string{60: "60x20", 80: "80x24", 120: "120x40", 200: "200x60"}[l.cols]
	return size + " " + l.theme
}

// looks are the terminals that the tasks are done in, each in some of them.
var looks = []look{
	{80, 24, "dark"}, {120, 40, "light"}, {60, 20, "NO_COLOR"}, {200, 60, "ASCII"},
	{60, 20, "light"}, {80, 24, "ASCII"}, {120, 40, "NO_COLOR"}, {200, 60, "dark"},
}

// inLooks does a task in a quarter of the looks, which differ in size: those from turn on.
func inLooks(t *testing.T, turn int, task func(t *testing.T, l look)) {
	t.Parallel()
	if testing.Short() {
		t.Skip("builds go on while the screen is waited for, which the race detector slows down")
	}
	for i := range 2 {
		l := looks[(turn+i*5)%len(looks)]
		t.Run(l.String(), func(t *testing.T) {
			t.Parallel()
			task(t, l)
		})
	}
}

// emulator is a terminal that shows what is written to it, and answers what a program asks it.
type emulator struct {
	mu sync.Mutex
	vt *vt.Emulator
}

func newEmulator(l look, replies io.Writer) *emulator {
	e := &emulator{vt: vt.NewEmulator(int(l.cols), int(l.rows))}
	if l.theme == "light" {
		e.vt.SetDefaultForegroundColor(color.Black)
		e.vt.SetDefaultBackgroundColor(color.White)
	}
	go io.Copy(replies, e.vt)
	return e
}

func (e *emulator) write(p []byte) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.vt.Write(p)
}

func (e *emulator) resize(cols, rows uint16) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.vt.Resize(int(cols), int(rows))
}

// close ends the answers.
func (e *emulator) close() { e.vt.InputPipe().(io.Closer).Close() }

// lines returns what the screen shows.
func (e *emulator) lines() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	lines := make([]string, e.vt.Height())
	for y := range lines {
		var b strings.Builder
		for x := 0; x < e.vt.Width(); {
			cell := e.vt.CellAt(x, y)
			if cell == nil || cell.Content == "" {
				b.WriteByte(' ')
				x++
				continue
			}
			b.WriteString(cell.Content)
			x += max(1, cell.Width)
		}
		lines[y] = strings.TrimRight(b.String(), " ")
	}
	return lines
}

// faint returns the text with the least contrast to what is behind it, and that contrast as WCAG counts it: 1 to 21.
func (e *emulator) faint() (text string, contrast float64) {
	e.mu.Lock()
	defer e.mu.Unlock()
	contrast = 21
	for y := range e.vt.Height() {
		for x := range e.vt.Width() {
			cell := e.vt.CellAt(x, y)
			if cell == nil || !strings.ContainsFunc(cell.Content, unicode.IsLetter) {
				continue // lines may be fainter
			}
			fg, bg := cell.Style.Fg, cell.Style.Bg
			if _, theirs := fg.(ansi.BasicColor); theirs {
				continue // of a log, as the terminal has it
			}
			if fg == nil {
				fg = e.vt.ForegroundColor()
			}
			if bg == nil {
				bg = e.vt.BackgroundColor()
			}
			a, b := luminance(fg), luminance(bg)
			if c := (max(a, b) + 0.05) / (min(a, b) + 0.05); c < contrast {
				text, contrast = cell.Content, c
			}
		}
	}
	return text, contrast
}

// luminance is how bright a color is, as WCAG defines it.
func luminance(c color.Color) float64 {
	r, g, b, _ := c.RGBA()
	part := func(v uint32) float64 {
		f := float64(v) / 0xffff
		if f <= 0.03928 {
			return f / 12.92
		}
		return math.Pow((f+0.055)/1.055, 2.4)
	}
	return 0.2126*part(r) + 0.7152*part(g) + 0.0722*part(b)
}

// demoWorld is the demo's controller, a receiver, and a home folder of the user.
type demoWorld struct {
	*world
	t      *testing.T
	config string // file
	env    []string
}

// newDemoWorld has the config send to endpoint, or to the world's receiver.
func newDemoWorld(t *testing.T, endpoint string) *demoWorld {
	t.Helper()
	w := &demoWorld{world: newWorld(t.Cleanup), t: t, config: filepath.Join(t.TempDir(), "config.toml")}
	w.plays(demoworld.New())
	w.controller.SetRootURL(w.jenkins.URL + "/")
	if endpoint == "" {
		endpoint = w.hook.URL
	}
	config := "[[controllers]]\nname = \"ci\"\nurl = \"" + w.jenkins.URL + "\"\nuser = \"" + jenkinstest.Admin.Name +
		"\"\ntoken = \"env:TASK_TOKEN\"\ninterval = \"1s\"\n[[endpoints]]\nname = \"chat\"\nurl = \"" + endpoint + "\"\n"
	if err := os.WriteFile(w.config, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	w.env = []string{"JENKWATCH_STATE=" + t.TempDir(), "TASK_TOKEN=" + jenkinstest.Admin.Token, "HOME=" + t.TempDir()}
	return w
}

// start starts a build of a job now, or as if it had run for a while.
func (w *demoWorld) start(job, user string, ago time.Duration) *jenkinstest.Build {
	return w.controller.StartAt(w.controller.Job(job), time.Now().Add(-ago), []jenkinstest.Cause{{User: user}})
}

// received returns what the receiver got.
func (w *demoWorld) received() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]string(nil), w.pushes...)
}

// person is somebody at a terminal.
type person struct {
	*session
	t    *testing.T
	look look
}

// open starts the program in a terminal of this look.
func (w *demoWorld) open(l look, args ...string) *person {
	w.t.Helper()
	env := append([]string{"COLORTERM=truecolor"}, w.env...)
	switch l.theme {
	case "NO_COLOR":
		env = append(env, "NO_COLOR=1")
	case "ASCII":
		env = append(env, "LANG=C", "LC_ALL=C", "LC_CTYPE=C")
	}
	s := startSessionIn(w.t, env, l, append(args, "--config", w.config)...)
	return &person{session: s, t: w.t, look: l}
}

// wait waits until ok holds of the screen.
func (u *person) wait(what string, ok func(screen string) bool) {
	u.t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		screen := strings.Join(u.screen.lines(), "\n")
		if ok(screen) {
			return
		}
		select {
		case <-u.more:
		case err := <-u.ended:
			u.t.Fatalf("it ended (%v) before there was %s:\n%s", err, what, screen)
		case <-deadline:
			u.t.Fatalf("there never was %s:\n%s", what, screen)
		}
	}
}

// sees waits until the screen shows all the texts at once. They are given as they are drawn with Unicode.
func (u *person) sees(texts ...string) {
	u.t.Helper()
	u.wait(strings.Join(texts, ", "), func(screen string) bool {
		for _, text := range texts {
			if !strings.Contains(screen, u.drawn(text)) {
				return false
			}
		}
		return true
	})
}

// drawn returns a text as it is drawn in this look.
func (u *person) drawn(text string) string {
	if u.look.theme == "ASCII" {
		text = strings.NewReplacer("›", ">", "▸", ">", "✗", "x", "✓", "+", "◐", "~", "·", "-").Replace(text)
	}
	return text
}

// misses waits until the screen does not show a text any more.
func (u *person) misses(text string) {
	u.t.Helper()
	u.wait("no "+text, func(screen string) bool { return !strings.Contains(screen, u.drawn(text)) })
}

// keyBytes are what keys send. Escape is written so that no key after it makes it another one.
var keyBytes = map[string]string{"enter": "\r", "esc": "\x1b[27u", "tab": "\t", "down": "\x1b[B", "ctrl+s": "\x13", "ctrl+c": "\x03"}

// press presses keys, one after the other.
func (u *person) press(keys ...string) {
	u.t.Helper()
	for _, k := range keys {
		if b, ok := keyBytes[k]; ok {
			k = b
		}
		u.keys(k)
	}
}

// confirms presses a key that answers what was read: a dialog takes none that comes right after another, and news none that comes at once.
func (u *person) confirms(key string) {
	u.t.Helper()
	<-time.After(600 * time.Millisecond)
	u.press(key)
}

// filters narrows the list of runs to a text, and waits until a run is selected in it.
func (u *person) filters(text, run string) {
	u.t.Helper()
	u.press("/")
	u.sees("enter keep")
	u.press(text)
	u.sees("/" + text)
	u.press("enter")
	u.misses("enter keep")
	u.sees(run)
}

// unfilters drops the filter of the list.
func (u *person) unfilters() {
	u.t.Helper()
	u.press("esc")
	u.wait("all runs", func(screen string) bool {
		return strings.Contains(screen, "3 Failing") && !strings.Contains(screen, "filtered by")
	})
}

// underWay matches a delivery that has not ended, in the list of what was sent.
var underWay = regexp.MustCompile(`queued +\d+s|queued;|delivering,|retries `)

// stopsSync ends the announcing of builds and waits until nothing is on its way: leaving asks about what is.
func (u *person) stopsSync() {
	u.t.Helper()
	u.press("A")
	u.sees("sync off")
	u.press("x") // what was sent, and what waits
	u.wait("nothing that waits", func(screen string) bool {
		return strings.Contains(screen, "200 in") && !underWay.MatchString(screen)
	})
	u.press("esc")
}

// leaves quits, and wants the terminal as it was and nothing written to it but what a terminal UI writes.
func (u *person) leaves() {
	u.t.Helper()
	if text, contrast := u.screen.faint(); contrast < 3 {
		u.t.Errorf("%q is hard to read: its contrast is %.1f", text, contrast)
	}
	u.press("q")
	u.wantsEnd(0)
	wantOwnSequences(u.t, u.text())
	wantLook(u.t, u.look, u.text())
}

// setEndpoint has the config send elsewhere.
func (w *demoWorld) setEndpoint(url string) {
	w.t.Helper()
	config, err := os.ReadFile(w.config)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := os.WriteFile(w.config, []byte(strings.Replace(string(config), w.hook.URL, url, 1)), 0o600); err != nil {
		w.t.Fatal(err)
	}
}

// receiver closes every connection until it goes up.
type receiver struct {
	URL string
	up  atomic.Bool
}

// downUntil puts a receiver before another that is down at first.
func downUntil(t *testing.T, to *httptest.Server) *receiver {
	t.Helper()
	r := &receiver{}
	s := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, req *http.Request) {
		if !r.up.Load() {
			panic(http.ErrAbortHandler)
		}
		to.Config.Handler.ServeHTTP(rw, req)
	}))
	t.Cleanup(s.Close)
	r.URL = s.URL
	return r
}

func (r *receiver) goUp() { r.up.Store(true) }

// wantPosts wants the controller to have been asked to do these things, in this order, each once.
func (w *demoWorld) wantPosts(t *testing.T, paths ...string) {
	t.Helper()
	var posts []string
	for _, r := range w.controller.Requests() {
		if r.Method == http.MethodPost {
			posts = append(posts, r.URI)
		}
	}
	for _, path := range paths {
		i := slices.IndexFunc(posts, func(p string) bool { return strings.Contains(p, path) })
		if i < 0 {
			t.Fatalf("no %s, or too late: %q", path, posts)
		}
		posts = posts[i+1:]
	}
}
