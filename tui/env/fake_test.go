package env

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// doAll is Do with two deeds more: "on:NAME" moves to a variable, "choose:LABEL" takes an entry of the menu.
func doAll(t *testing.T, d *kittest.Driver, p *Pane, keys []string) {
	t.Helper()
	for _, k := range keys {
		if name, ok := strings.CutPrefix(k, "on:"); ok {
			p.on(t, name)
		} else if label, ok := strings.CutPrefix(k, "choose:"); ok {
			d.Choose(label)
		} else {
			d.Do(k)
		}
	}
}

func envScene(t *testing.T, f *kittest.Envs, run jenkins.Run, do func(*testing.T, *kittest.Driver, *Pane)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		sh := kittest.Shared()
		sh.Opts.Pinned = []string{"TARGET", "git_commit"}
		p := New(sh)
		p.Reader = func(string) *kit.EnvReader { return f.Reader() }
		p.Resize(80, 24)
		d := kittest.NewDriver(p)
		d.Show(run)
		do(t, d, p)
		p.Hide()
	})
}

// on puts the cursor on a variable.
func (p *Pane) on(t *testing.T, name string) {
	t.Helper()
	for i, l := range p.list.lines {
		if l.v != nil && l.v.Name == name {
			p.list.moveTo(i)
			return
		}
	}
	t.Fatalf("no line for %s", name)
}
