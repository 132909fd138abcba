package tui

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/status"
)

// oddValues are what may stand where something else is expected, were it a plugin's doing or an attack.
var oddValues = []any{nil, true, -1, 0, 1.5, 1e30, "", "\x1b[31mred\x1b]0;title\x07", "two\nlines\ttab\r\x00\u009b", "\u202eright to left", "e\u0301👩‍👩‍👧日本",
	strings.Repeat("long ", 400), []any{}, map[string]any{}, []any{nil, map[string]any{"_class": 7}}, map[string]any{"name": []any{1}, "url": "job/a/1/"},
	"https://ci.corp/job/x%zz/1/", "job//", "/job/a/job/", json.Number("99999999999999999999")}

// spoil puts odd values into an answer, here and there.
func spoil(r *rand.Rand, v any) any {
	if r.IntN(25) == 0 {
		return oddValues[r.IntN(len(oddValues))]
	}
	switch v := v.(type) {
	case map[string]any:
		for key := range v {
			v[key] = spoil(r, v[key])
		}
	case []any:
		for i := range v {
			v[i] = spoil(r, v[i])
		}
	}
	return v
}

// TestOddAnswersMakeWholeFrames takes spoilt answers all the way from HTTP to the screen, which stays whole: every line
// fits, and nothing but text and colours reaches the terminal.
func TestOddAnswersMakeWholeFrames(t *testing.T) {
	t.Parallel()
	read := func(name string) []byte {
		b, err := os.ReadFile("../jenkins/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	answers := map[string][]byte{"computer/api/json": read("odd-running.json"), "queue/api/json": read("odd-queue.json"), "tree": read("../stages/testdata/newer-graph-view.json")}
	shown, paused := 0, 0
	kittest.InBubble(t, func(t *testing.T) {
		for seed := range uint64(150) {
			r := rand.New(rand.NewPCG(seed, 3))
			u, _ := url.Parse("http://ci.example")
			c := &jenkins.Client{Name: "ci", URL: u, HTTP: &http.Client{Transport: spoiler(func(path string) []byte {
				for suffix, body := range answers {
					if strings.HasSuffix(path, suffix) {
						var v any
						if err := json.Unmarshal(body, &v); err != nil {
							t.Error(err)
						}
						if seed > 0 {
							v = spoil(r, v)
						}
						out, _ := json.Marshal(v)
						return out
					}
				}
				return []byte("{}")
			})}}
			runs, nodes, _ := c.Running(t.Context())
			queue, _ := c.Queue(t.Context())
			shown += len(runs)
			d := drive(t, kit.Options{Controllers: []kit.Controller{{Name: "ci", Host: "ci.example", Client: c}}, ASCII: seed%2 == 1}, 60+r.IntN(140), 20+r.IntN(40))
			d.send(watch.Snapshot{Controller: "ci", At: time.Now(), Runs: runs, Queue: queue, Nodes: nodes})
			for range len(runs) + len(queue) {
				if run := d.m.runs.Current(); run != nil {
					tree, err := (&stages.Reader{Client: c}).Whole(t.Context(), *run)
					d.send(status.StagesMsg{Ref: run.Ref, Stages: tree, Err: err})
					if run.Status == jenkins.Paused {
						paused++
					}
				}
				text := ansi.Strip(d.frame())
				if i := strings.IndexFunc(text, func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || r == '\u202e') }); i >= 0 {
					t.Fatalf("seed %d: %q reaches the terminal", seed, text[max(0, i-20):min(len(text), i+20)])
				}
				d.press("j")
			}
		}
	})
	if shown < 500 || paused < 50 {
		t.Errorf("only %d runs were shown, %d of them paused", shown, paused)
	}
}

// spoiler answers every request with JSON.
type spoiler func(path string) []byte

func (s spoiler) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: -1,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Text-Size": {"0"}}, Body: io.NopCloser(strings.NewReader(string(s(req.URL.Path))))}, nil
}
