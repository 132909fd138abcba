package env

import (
	"fmt"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// manyVariables returns an environment of n variables of all sorts.
func manyVariables(n int) env.Env {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("SERVICE_%d_ENDPOINT_URL", i),
			fmt.Sprintf("https://service-%d.internal.example.com:8443/api/v2/resource?instance=%d", i, i*7))
	}
	return env.Env{}.With(kittest.Vars(env.Received, pairs...))
}

func BenchmarkEnvFilter5000(b *testing.B) {
	p := New(&kit.Shared{Opts: &kit.Options{Pinned: []string{"SERVICE_7_ENDPOINT_URL"}}, Glyphs: &kit.UnicodeGlyphs, Styles: kittest.Styles(false)})
	p.read.run = kittest.EndedRun(1)
	p.read.env, p.read.loaded = manyVariables(5000), true
	p.Resize(120, 40)
	keys := []string{"s", "e", "r", "7", "u", "r", "l", "4", "2"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(keys) == 0 {
			p.Back()
			p.do(kit.IntentFilter)
		}
		p.Update(kittest.KeyPress(keys[i%len(keys)]))
		p.View(120, 40)
	}
}

func BenchmarkEnvView(b *testing.B) {
	p := New(&kit.Shared{Opts: &kit.Options{}, Glyphs: &kit.UnicodeGlyphs, Styles: kittest.Styles(false)})
	p.read.run = kittest.EndedRun(1)
	p.read.env, p.read.loaded = manyVariables(5000), true
	p.Resize(120, 40)
	b.ReportAllocs()
	for b.Loop() {
		p.View(120, 40)
	}
}
