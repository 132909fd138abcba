package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/watch"
)

// pins is what is known of the pinned variables of the runs in the list beyond what a refresh names outright. Nothing is
// asked of Jenkins for it. Values are kept as they are drawn, secrets masked.
type pins struct {
	looked map[buildKey]map[string]string // of environments that were looked at, or lie among the local copies
	told   map[buildKey]toldPins          // what follows from the run itself
	sought map[buildKey]bool              // runs whose local copy was looked for
}

type toldPins struct {
	by     toldBy
	values map[string]string
}

// toldBy is what of a run tells whether more is told of it now.
type toldBy struct {
	status                               jenkins.Status
	parameters, causes, nodes, revisions int
}

// pinsKept bounds each of the maps; what is let go is made again.
const pinsKept = 4000

// pinnedText is the value of a pinned variable for the list of runs: what the pipeline assigned, else what an environment
// that was looked at or kept told, else a parameter, else what follows from the run.
func (s *shared) pinnedText(r *jenkins.Run, name string) string {
	for assigned, value := range r.Environment {
		if strings.EqualFold(assigned, name) {
			return clean(s.shown(r.Controller, s.withPassword(r, env.Variable{Name: name, Value: value, Known: true})))
		}
	}
	if value, ok := s.pins.looked[keyOf(r)][fold(name)]; ok {
		return value
	}
	return s.toldPins(r)[fold(name)]
}

// withPassword is a variable that is a password if the run has a password parameter of its name.
func (s *shared) withPassword(r *jenkins.Run, v env.Variable) env.Variable {
	for _, p := range r.Parameters {
		if p.Secret && strings.EqualFold(p.Name, v.Name) {
			v.Secret, v.Whole, v.Password = true, true, true
		}
	}
	return v
}

// toldPins are the pinned variables as far as they follow from what the refresh tells of a run: made once, and again when
// more is told.
func (s *shared) toldPins(r *jenkins.Run) map[string]string {
	by := toldBy{r.Status, len(r.Parameters), len(r.Causes), len(r.Nodes), len(r.Revisions)}
	if t, ok := s.pins.told[keyOf(r)]; ok && t.by == by {
		return t.values
	}
	env := toldEnv(*r, s.own(r.Controller))
	if c := s.envOf(r.Controller); c != nil && r.Number > 0 {
		env = c.EnvTold(*r)
	}
	if s.pins.told == nil || len(s.pins.told) > pinsKept {
		s.pins.told = map[buildKey]toldPins{}
	}
	t := toldPins{by, s.pinnedOf(env)}
	s.pins.told[keyOf(r)] = t
	return t.values
}

// pinnedOf are the pinned variables of an environment as they are drawn, by folded name.
func (s *shared) pinnedOf(e env.Env) map[string]string {
	values := map[string]string{}
	for _, name := range s.opts.Pinned {
		if v, ok := e.Lookup(name); ok && (v.Known || v.Secret) {
			values[fold(name)] = clean(s.shown(e.Ref.Controller, v))
		}
	}
	return values
}

// lookedAt remembers the pinned variables of an environment.
func (s *shared) lookedAt(e env.Env) {
	if len(s.opts.Pinned) == 0 || e.Ref.Number == 0 {
		return
	}
	if s.pins.looked == nil || len(s.pins.looked) > pinsKept {
		s.pins.looked, s.pins.sought = map[buildKey]map[string]string{}, map[buildKey]bool{}
	}
	s.pins.looked[keyOf(&e.Run)] = s.pinnedOf(e)
}

// keptMsg is environments that were found among the local copies.
type keptMsg []env.Env

// seekPinned looks for the local copies of runs that came into the list, if there are pinned variables to show.
func (m *Model) seekPinned(s *watch.Snapshot) tea.Cmd {
	c := m.sh.envOf(s.Controller)
	if len(m.sh.opts.Pinned) == 0 || c == nil || c.Copies == nil {
		return nil
	}
	p := &m.sh.pins
	if p.sought == nil {
		p.sought = map[buildKey]bool{}
	}
	var unknown []jenkins.Run
	for _, runs := range [][]jenkins.Run{s.Runs, s.Recent} {
		for i := range runs {
			if key := keyOf(&runs[i]); !p.sought[key] && p.looked[key] == nil {
				p.sought[key] = true
				unknown = append(unknown, runs[i])
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return func() tea.Msg {
		var found keptMsg
		for _, run := range unknown {
			if e, err := c.Copies.Peek(m.sh.context(), run); err == nil {
				found = append(found, e)
			}
		}
		return found
	}
}

func (m *Model) keptPinned(found keptMsg) {
	for _, e := range found {
		if m.sh.pins.looked[keyOf(&e.Run)] == nil {
			m.sh.lookedAt(e)
		}
	}
}
