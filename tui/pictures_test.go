package tui

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

var writePictures = flag.String("write-pictures", "", "write the frames of the docs' pictures into this folder, as ANSI text")

// pictureSums has a line for each frame: its name and the SHA-256 of its text.
const pictureSums = "../docs/pictures/frames.sha256"

// picture is a frame of the demo: how to get there, and what it must show.
type picture struct {
	name  string
	w, h  int
	keys  []string
	write string
	shows []string
}

var pictures = []picture{
	{"watch-1", 120, 40, []string{"j", "j", "j"}, "", []string{"shop/checkout/main #412", "following"}},
	{"watch-2", 120, 40, []string{"3"}, "", []string{"shop/cart/main", "FAILURE", "voucher.test.ts", "new failure"}},
	{"watch-3", 120, 40, []string{"3", "enter", "enter"}, "", []string{"Log", "voucher"}},
	{"watch-4", 120, 40, []string{"3", "D", "enter"}, "", []string{"#1201"}},
	{"watch-5", 120, 40, []string{"3", "B"}, "", []string{"Restart from stage Test", "Replay"}},
	{"watch-6", 120, 40, []string{"3", "c"}, "Looking into it: cart.total() is off by a cent.", []string{"Compose", "Looking into it"}},

	{"why", 110, 34, []string{"3", "tab", "z"}, "", []string{"FAILURE"}},
	{"compose", 120, 40, []string{"j", "j", "j", "c"}, "Holding the deploy: e2e is flaky, restarting {{.JOB_NAME}}.",
		[]string{"Compose", "Holding the deploy", "POST /pipeline/status"}},
	{"compare", 100, 18, []string{"3", "D", "enter", "z"}, "", []string{"shop/cart/main"}},
	{"narrow", 80, 24, []string{"j", "j", "j", "tab", "tab"}, "", []string{"Env", "SOURCE"}},
}

// TestThePicturesAreFramesOfToday fails when a picture of the docs shows what the program no longer draws. `.ci/pictures`
// draws them anew.
func TestThePicturesAreFramesOfToday(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("it draws minutes of the demo")
	}
	sums := make([]string, len(pictures))
	t.Run("frames", func(t *testing.T) {
		for i, p := range pictures {
			t.Run(p.name, func(t *testing.T) {
				t.Parallel()
				frame := p.draw(t)
				sum := sha256.Sum256([]byte(frame))
				sums[i] = fmt.Sprintf("%s  %s\n", hex.EncodeToString(sum[:]), p.name)
				if *writePictures == "" {
					return
				}
				if err := os.WriteFile(filepath.Join(*writePictures, p.name+".ansi"), []byte(frame), 0o600); err != nil {
					t.Fatal(err)
				}
			})
		}
	})
	want := strings.Join(sums, "")
	if *writePictures != "" {
		if err := os.WriteFile(pictureSums, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(pictureSums)
	if err != nil || string(got) != want {
		t.Errorf("the docs' pictures are old (%v): draw them anew with .ci/pictures", err)
	}
}

// draw returns the picture's frame.
func (p picture) draw(t *testing.T) (frame string) {
	kittest.InBubble(t, func(t *testing.T) {
		time.Sleep(24 * time.Hour) // a bubble begins at midnight: the demo's past lies before it
		o := played(demo.New())
		o.Endpoints = []sender.Endpoint{{Name: "default", Method: "POST", URL: sender.Literal("https://api.example.com/pipeline/status")}}
		o.Outbox = func(context.Context) (*outbox.Outbox, error) { return nil, context.Canceled }
		o.Variables = kittest.Shared().Opts.Variables
		d := drive(t, o, p.w, p.h)
		d.watch(time.Second)
		for _, k := range p.keys {
			d.press(k)
			d.send(settleMsg{d.m.panes.settle}) // the selection rests, so the panes follow it
			d.watch(3 * time.Second)
		}
		d.write(p.write)
		for _, want := range p.shows {
			if !strings.Contains(d.screen(), want) {
				t.Errorf("the picture lacks %q:\n%s", want, d.screen())
			}
		}
		frame = d.frame()
	})
	return frame
}
