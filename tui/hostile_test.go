package tui

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/tui/keys"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// hostileText is appended to everything that a controller says: sequences that take over a terminal, text that runs
// backwards, wide and combining characters, more than a line.
const hostileText = "\x1b]0;owned\x07\x1b[2J\u009b31m\x1bP+q\x1b\\\u202e日本e\u0301ก็ नि\r\n\t\x00\u2028"

// hostileKeys are the keys of JSON whose values are free text.
var hostileKeys = []string{"displayName", "fullDisplayName", "fullName", "name", "description", "shortDescription", "userName", "why",
	"value", "message", "msg", "comment", "authorEmail", "errorDetails", "errorStackTrace", "className", "title", "ok", "caption",
	"offlineCauseReason", "assignedLabels", "submitter", "branch", "SHA1", "agent", "fileName", "relativePath", "skippedMessage", "cancel"}

// hostile is a controller whose every text is hostile.
type hostile struct{ next http.RoundTripper }

func (h hostile) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	plain := strings.ReplaceAll(r.URL.Path, hostileText, "")
	r.URL = &url.URL{Scheme: r.URL.Scheme, Host: r.URL.Host, Path: plain, RawQuery: r.URL.RawQuery}
	resp, err := h.next.RoundTrip(r)
	if err != nil || r.Method == http.MethodHead {
		return resp, err
	}
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	var v any
	if strings.Contains(resp.Header.Get("Content-Type"), "json") && json.Unmarshal(body, &v) == nil {
		body, _ = json.Marshal(spread(v))
	} else if strings.HasPrefix(resp.Header.Get("Content-Type"), "text/plain") && resp.StatusCode == http.StatusOK {
		for i := range body { // as long as before, since offsets count
			if body[i] == ' ' && i%7 == 0 {
				body[i] = "\x1b\x07\x9b\r\x08\x00"[i%6]
			}
		}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	resp.ContentLength = int64(len(body))
	resp.Header.Del("Content-Length")
	return resp, nil
}

// spread appends hostile text to the texts in v.
func spread(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for key, value := range v {
			if text, ok := value.(string); ok && slices.Contains(hostileKeys, key) {
				v[key] = text + hostileText
				continue
			}
			v[key] = spread(value)
		}
	case []any:
		for i := range v {
			v[i] = spread(v[i])
		}
	}
	return v
}

// TestHostileTextIsOnlyText walks through the whole screen of a hostile controller: nothing but text and styles is drawn,
// every line is as wide as the screen, and the window's title is plain.
func TestHostileTextIsOnlyText(t *testing.T) {
	t.Parallel()
	// These leave the screen, or write a file.
	left := []kit.Intent{kit.IntentQuit, kit.IntentSuspend, kit.IntentAbandon, kit.IntentEditor, kit.IntentPager, kit.IntentOpen,
		kit.IntentSaveLog, kit.IntentMouse}
	var all []string
	for _, b := range keys.New(nil).Bindings {
		if !slices.Contains(left, b.Intent) {
			all = append(all, b.Keys...)
		}
	}
	presses := 400
	if testing.Short() {
		presses = 100
	}
	all = append(all, "j", "j", "j", "enter", "enter", "esc", "esc", "tab", "tab")
	for seed, size := range [][2]int{{120, 40}, {80, 24}, {60, 20}, {200, 60}} {
		kittest.InBubble(t, func(t *testing.T) {
			time.Sleep(24 * time.Hour)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			o := played(demo.New())
			o.Controllers[0].Client.HTTP = &http.Client{Transport: hostile{o.Controllers[0].Client.HTTP.Transport}}
			p := newPump(ctx, t, o, size[0], size[1])
			p.pass(5 * time.Second)
			random := rand.New(rand.NewPCG(uint64(seed), 5))
			for range presses {
				key := all[random.IntN(len(all))]
				p.update(kittest.KeyPress(key))
				p.pass(time.Duration(random.IntN(1500)) * time.Millisecond)
				view := p.m.View()
				p.screen()
				if bad := foreign(view.Content); bad != "" {
					t.Errorf("after %q %q reaches the terminal:\n%s", key, bad, p.screen())
					return
				}
				if strings.ContainsFunc(view.WindowTitle, unicode.IsControl) {
					t.Errorf("the window's title is %q", view.WindowTitle)
					return
				}
			}
		})
	}
}

// foreign returns the first thing in a frame that is neither text nor a style.
func foreign(frame string) string {
	var state byte
	for len(frame) > 0 {
		seq, width, n, next := ansi.DecodeSequence(frame, state, nil)
		state = next
		style := strings.HasPrefix(seq, "\x1b[") && strings.HasSuffix(seq, "m")
		// A mark whose letter ends a style stands alone here; a terminal joins the two.
		text := (width > 0 || unicode.Is(unicode.Mn, []rune(seq)[0])) && !strings.ContainsFunc(seq, func(r rune) bool {
			return unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == '\u2028'
		})
		if !style && !text && seq != "\n" {
			return seq
		}
		frame = frame[n:]
	}
	return ""
}
