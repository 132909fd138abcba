package popup

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// screen is a popup over a simulated controller, and what it had the root do.
type screen struct {
	t    testing.TB
	sh   *kit.Shared
	c    *jenkinstest.Controller
	kept Kept
	top  Popup
	w, h int
	sent []tea.Msg
}

// sizes are those of the screens that frames are drawn for.
var sizes = [][2]int{{60, 20}, {80, 24}, {120, 40}, {200, 60}}

func over(t testing.TB, c *jenkinstest.Controller, w, h int) *screen {
	u, _ := url.Parse("http://ci.example.com/")
	client := &jenkins.Client{Name: "ci", URL: u, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: c.Transport()}}
	s := &screen{t: t, sh: kittest.Shared(), c: c, w: w, h: h}
	s.sh.Opts.Controllers = []kit.Controller{{Name: "ci", Client: client}}
	s.sh.Keys = map[kit.Intent][]string{kit.IntentUp: {"up"}, kit.IntentDown: {"down"}, kit.IntentPageDown: {"pgdown"}, kit.IntentBottom: {"G"}}
	return s
}

// build returns a build of the controller.
func (s *screen) build(job string, number int) jenkins.Run {
	s.t.Helper()
	run, err := s.sh.Client("ci").Build(s.t.Context(), jenkins.BuildSpec{Job: job, Number: number})
	if err != nil {
		s.t.Fatal(err)
	}
	return run
}

// show opens a popup.
func (s *screen) show(p Popup, cmd tea.Cmd) {
	s.top = p
	s.resize()
	s.exec(cmd)
}

func (s *screen) resize() {
	if s.top != nil {
		s.top.Resize(s.w-2, s.h-3)
	}
}

// exec runs a command and what comes of it. What is the root's is kept.
func (s *screen) exec(cmd tea.Cmd) {
	if cmd == nil {
		return
	}
	switch msg := cmd().(type) {
	case nil:
	case tea.BatchMsg:
		for _, c := range msg {
			s.exec(c)
		}
	case kit.NoteMsg, kit.CopyMsg, kit.GoneMsg, BuildMsg, JobMsg, kit.OpenLogMsg:
		s.sent = append(s.sent, msg)
	default:
		s.send(msg)
	}
}

func (s *screen) send(msg tea.Msg) {
	if s.top == nil {
		return
	}
	var cmd tea.Cmd
	s.top, cmd = s.top.Update(msg)
	s.resize()
	s.exec(cmd)
}

func (s *screen) press(keys ...string) {
	for _, k := range keys {
		s.send(kittest.KeyPress(k))
	}
}

// write types text.
func (s *screen) write(text string) {
	for _, r := range text {
		s.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// text returns the popup with its title and its keys.
func (s *screen) text() string {
	s.t.Helper()
	if s.top == nil {
		return ""
	}
	s.resize()
	w, h := s.top.Size()
	if w > s.w-2 || h > s.h-3 {
		s.t.Errorf("it is %dx%d on a screen of %dx%d", w, h, s.w, s.h)
	}
	frame := s.top.View(w, h)
	kittest.Fits(s.t, frame, w, h)
	var keys []string
	for _, k := range s.top.Footer() {
		keys = append(keys, k.Key+" "+k.Word)
	}
	return s.top.Title() + "  [" + s.top.Hint() + "]\n" + strings.TrimRight(kittest.Unstyled(frame), "\n") + "\n" + strings.Join(keys, "  ") + "\n"
}

// shows fails the test unless the popup contains these.
func (s *screen) shows(wants ...string) {
	s.t.Helper()
	text := s.text()
	for _, want := range wants {
		if !strings.Contains(text, want) {
			s.t.Errorf("no %q in\n%s", want, text)
		}
	}
}

// under returns the line under the cursor of a list.
func (s *screen) under() string {
	s.t.Helper()
	l, ok := s.top.(*List)
	if !ok || l.chosen() < 0 {
		return ""
	}
	return l.items[l.chosen()].Label
}
