package tui

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

var writePictures = flag.String("write-pictures", "", "write the frames of the docs' pictures into this folder, as ANSI text")

// The docs' pictures are frames of the demo. They are drawn anew with
//
//	go test ./tui -run Pictures -write-pictures DIR
//
// and freeze (github.com/charmbracelet/freeze), which makes a picture of each:
//
//	freeze DIR/NAME.ansi -o docs/pictures/NAME.svg --padding 16 --font.family "DejaVu Sans Mono, Menlo, Consolas, monospace"
func TestPicturesOfTheDocs(t *testing.T) {
	t.Parallel()
	for _, p := range []struct {
		name  string
		w, h  int
		keys  []string
		write string
		shows []string
	}{
		{"watch", 120, 40, []string{"j", "j", "j"}, "", []string{"shop/checkout/main #412", "APP_VERSION", "following"}},
		{"compose", 120, 40, []string{"j", "j", "j", "c"}, "Holding the deploy: e2e is flaky, restarting {{.JOB_NAME}}.",
			[]string{"Compose", "Holding the deploy", "POST /pipeline/status"}},
		{"narrow", 80, 24, []string{"j", "j", "j", "tab", "tab"}, "", []string{"Env", "SOURCE"}},
	} {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			kittest.InBubble(t, func(t *testing.T) {
				time.Sleep(24 * time.Hour) // a bubble begins at midnight: the demo's past lies before it
				o := played(jenkinstest.Demo())
				o.Endpoints = []sender.Endpoint{{Name: "default", Method: "POST", URL: sender.Literal("https://api.example.com/pipeline/status")}}
				o.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, context.Canceled }
				o.Variables = kittest.Shared().Opts.Variables
				d := drive(t, o, p.w, p.h)
				d.watch(time.Second)
				for _, k := range p.keys {
					d.press(k)
					d.send(settleMsg{d.m.settle}) // the selection rests, so the panes follow it
				}
				d.watch(3 * time.Second)
				d.write(p.write)
				for _, want := range p.shows {
					if !strings.Contains(d.screen(), want) {
						t.Errorf("the picture lacks %q:\n%s", want, d.screen())
					}
				}
				if *writePictures == "" {
					return
				}
				if err := os.WriteFile(filepath.Join(*writePictures, p.name+".ansi"), []byte(d.frame()), 0o644); err != nil {
					t.Fatal(err)
				}
			})
		})
	}
}
