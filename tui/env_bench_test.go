package tui

import (
	"fmt"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// manyVariables is an environment of n variables of all sorts.
func manyVariables(n int) env.Env {
	var pairs []string
	for i := range n {
		pairs = append(pairs, fmt.Sprintf("SERVICE_%d_ENDPOINT_URL", i),
			fmt.Sprintf("https://service-%d.internal.example.com:8443/api/v2/resource?instance=%d", i, i*7))
	}
	return env.Env{}.With(vars(env.Received, pairs...))
}

func BenchmarkEnvFilter5000(b *testing.B) {
	p := newEnvPane(&shared{opts: &Options{Pinned: []string{"SERVICE_7_ENDPOINT_URL"}}, glyphs: &unicodeGlyphs}).(*envPane)
	p.run = endedRun(1)
	p.env, p.heard = manyVariables(5000), true
	p.resize(120, 40)
	st := testStyles(false)
	keys := []string{"s", "e", "r", "7", "u", "r", "l", "4", "2"}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if i%len(keys) == 0 {
			p.back()
			p.do(intentFilter)
		}
		p.update(keyPress(keys[i%len(keys)]))
		p.view(120, 40, st)
	}
}

func BenchmarkEnvView(b *testing.B) {
	p := newEnvPane(&shared{opts: &Options{}, glyphs: &unicodeGlyphs}).(*envPane)
	p.run = endedRun(1)
	p.env, p.heard = manyVariables(5000), true
	p.resize(120, 40)
	st := testStyles(false)
	b.ReportAllocs()
	for b.Loop() {
		p.view(120, 40, st)
	}
}
