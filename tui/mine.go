package tui

import (
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/runs"
)

// learnCauses has the watchers ask who started what had ended before they watched: the tree of all jobs does not tell.
func (m *Model) learnCauses() {
	for i := range m.opts.Controllers {
		c := &m.opts.Controllers[i]
		s := m.snaps[c.Name]
		if c.Watcher == nil || s == nil || s.RecentAt.IsZero() {
			continue
		}
		looks := m.runs.Tabs[m.runs.Tab].Mine
		at, asked := m.explained[c.Name]
		if asked && looks && !s.CausesAt.IsZero() && time.Since(at) > runs.AgainAfter {
			m.explained[c.Name] = time.Now()
			asked = !slices.ContainsFunc(s.Recent, func(r jenkins.Run) bool { return r.Causes == nil })
		}
		if !asked && (looks || len(s.Recent) <= runs.FewEnded) {
			m.explained[c.Name] = time.Now()
			c.Watcher.WantCauses()
		}
	}
}

// unexplained tells of a list of one's own builds that it may lack some: it is not known who started what has ended.
func (m *Model) unexplained(f *kit.Filter) bool {
	return f.Mine && slices.ContainsFunc(m.runs.Snaps, func(s *watch.Snapshot) bool {
		return s != nil && len(s.Recent) > 0 && s.CausesAt.IsZero() && (f.Controller == "" || f.Controller == s.Controller)
	})
}

// nothingMine says why a list of one's own builds is empty, and what can be done.
func (m *Model) nothingMine(w int, f *kit.Filter) []string {
	next := m.keys.key(kit.IntentTab) + " shows all, " + m.keys.key(kit.IntentPick) + " finds any job."
	if m.unexplained(f) {
		for _, s := range m.runs.Snaps {
			if s != nil && s.CausesErr != nil {
				return say(w, "Nothing of what runs is yours. Who started what has ended is not known: "+kit.WhatOf(s.CausesErr)+".", next)
			}
		}
		return say(w, "Nothing of what runs is yours. Asking who started what has ended"+m.sh.Glyphs.More, next)
	}
	var names []string
	for i := range m.opts.Controllers {
		for _, name := range m.runs.Me[m.opts.Controllers[i].Name] {
			if !slices.Contains(names, kit.Clean(name)) {
				names = append(names, kit.Clean(name))
			}
		}
	}
	if names == nil {
		return say(w, "Nothing in "+kit.Clean(f.Name)+": it is not known who you are.",
			"JENKINS_USER_ID or a user in the config says so, and me = [...] there more names. "+next)
	}
	return say(w, "Nothing in "+kit.Clean(f.Name)+", which is what "+strings.Join(names, ", ")+" started, by hand or upstream.",
		"me = [...] in the config adds names. "+next)
}
