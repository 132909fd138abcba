// Package browser opens pages of Jenkins in the browser of the user.
package browser

import (
	"errors"
	"fmt"
	"net/url"
	"os/exec"
	"runtime"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Open opens a URL of one of our controllers in the browser. Where there is none to be seen (over SSH, on a console)
// the URL goes to the terminal's clipboard instead.
func Open(cs []kit.Controller, env tea.EnvMsg, raw string) tea.Cmd {
	if err := ours(cs, raw); err != nil {
		return kit.Send(kit.NoteMsg{Err: err})
	}
	if !hasBrowser(runtime.GOOS, env.Getenv) {
		return tea.Sequence(tea.SetClipboard(raw), kit.Note("no browser here: copied "+raw))
	}
	return func() tea.Msg {
		name, args := browserCommand(runtime.GOOS, env.Getenv, raw)
		cmd := exec.Command(name, args...)
		if err := cmd.Start(); err != nil {
			return kit.CopyMsg{Text: raw, What: "the URL: no program opens it here (" + name + ")"}
		}
		go func() { _ = cmd.Wait() }() // reaps the child; its exit status says nothing
		return kit.NoteMsg{Text: "opened " + raw}
	}
}

// ErrForeign is the answer to a URL that no controller of the config has.
var ErrForeign = errors.New("not opened: the URL does not belong to a configured controller")

// ours returns an error unless raw is an http(s) URL of one of the controllers: nothing else is handed to another program.
func ours(cs []kit.Controller, raw string) error {
	u, err := url.Parse(raw)
	if err != nil {
		return fmt.Errorf("read the URL: %w", err)
	}
	if u.Scheme != "http" && u.Scheme != "https" {
		return ErrForeign
	}
	for _, c := range cs {
		if c.Client != nil && c.Client.URL != nil && c.Client.URL.Host == u.Host {
			return nil
		}
	}
	return ErrForeign
}

// hasBrowser reports whether a browser would be visible to the user: on Linux and the BSDs that takes a display, and over
// SSH a display is not the user's. BROWSER says that there is one: remote sessions of editors set it.
func hasBrowser(goos string, env func(string) string) bool {
	if ownBrowser(goos, env) != nil {
		return true
	}
	if goos == "windows" || goos == "darwin" {
		return env("SSH_CONNECTION") == ""
	}
	return env("DISPLAY") != "" || env("WAYLAND_DISPLAY") != ""
}

// browserCommand returns the program that opens a URL. The URL is one argument and begins with http, so it is never an option.
func browserCommand(goos string, env func(string) string, raw string) (string, []string) {
	if own := ownBrowser(goos, env); own != nil {
		return own[0], append(own[1:], raw)
	}
	switch goos {
	case "darwin":
		return "open", []string{raw}
	case "windows":
		return "rundll32", []string{"url.dll,FileProtocolHandler", raw}
	}
	return "xdg-open", []string{raw}
}

// ownBrowser returns the command in BROWSER, the first where it lists several; nil where it says nothing.
func ownBrowser(goos string, env func(string) string) []string {
	if goos == "windows" {
		return nil
	}
	first, _, _ := strings.Cut(env("BROWSER"), ":")
	words := strings.Fields(strings.ReplaceAll(first, "%s", "")) // the URL comes last, as nearly all have it
	if len(words) == 0 {
		return nil
	}
	return words
}
