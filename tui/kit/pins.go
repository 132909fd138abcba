package kit

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
	Looked map[BuildKey]map[string]string // of environments that were looked at, or lie among the local copies
	known  map[BuildKey]knownPins         // what follows from the run itself
	Sought map[BuildKey]bool              // runs whose local copy was looked for
}

type knownPins struct {
	by     pinsFrom
	values map[string]string
}

// pinsFrom is compared to see whether more is known of a run now.
type pinsFrom struct {
	status                               jenkins.Status
	parameters, causes, nodes, revisions int
}

// pinsKept bounds each of the maps; what is let go is made again.
const pinsKept = 4000

// PinnedText returns the value of a pinned variable for the list of runs: what the pipeline assigned, else that of an environment
// that was looked at or kept, else a parameter, else what follows from the run.
func (s *Shared) PinnedText(r *jenkins.Run, name string) string {
	for assigned, value := range r.Environment {
		if strings.EqualFold(assigned, name) {
			return Clean(s.Shown(r.Controller, s.withPassword(r, env.Variable{Name: name, Value: value, Known: true})))
		}
	}
	if value, ok := s.Pins.Looked[KeyOf(r)][Fold(name)]; ok {
		return value
	}
	return s.knownPins(r)[Fold(name)]
}

// withPassword returns a variable that is a password if the run has a password parameter of its name.
func (s *Shared) withPassword(r *jenkins.Run, v env.Variable) env.Variable {
	for _, p := range r.Parameters {
		if p.Secret && strings.EqualFold(p.Name, v.Name) {
			v.Secret, v.MaskWhole, v.Password = true, true, true
		}
	}
	return v
}

// knownPins returns the pinned variables as far as they follow from the refresh, computed again when more is known.
func (s *Shared) knownPins(r *jenkins.Run) map[string]string {
	by := pinsFrom{r.Status, len(r.Parameters), len(r.Causes), len(r.Nodes), len(r.Revisions)}
	if t, ok := s.Pins.known[KeyOf(r)]; ok && t.by == by {
		return t.values
	}
	env := RefreshEnv(*r, s.Own(r.Controller))
	if c := s.EnvOf(r.Controller); c != nil && r.Number > 0 {
		env = c.Known(*r)
	}
	if s.Pins.known == nil || len(s.Pins.known) > pinsKept {
		s.Pins.known = map[BuildKey]knownPins{}
	}
	t := knownPins{by, s.pinnedOf(env)}
	s.Pins.known[KeyOf(r)] = t
	return t.values
}

// pinnedOf returns the pinned variables of an environment as they are drawn, by folded name.
func (s *Shared) pinnedOf(e env.Env) map[string]string {
	values := map[string]string{}
	for _, name := range s.Opts.Pinned {
		if v, ok := e.Lookup(name); ok && (v.Known || v.Secret) {
			values[Fold(name)] = Clean(s.Shown(e.Ref.Controller, v))
		}
	}
	return values
}

// LookedAt remembers the pinned variables of an environment.
func (s *Shared) LookedAt(e env.Env) {
	if len(s.Opts.Pinned) == 0 || e.Ref.Number == 0 {
		return
	}
	if s.Pins.Looked == nil || len(s.Pins.Looked) > pinsKept {
		s.Pins.Looked, s.Pins.Sought = map[BuildKey]map[string]string{}, map[BuildKey]bool{}
	}
	s.Pins.Looked[KeyOf(&e.Run)] = s.pinnedOf(e)
}

// KeptMsg is environments that were found among the local copies.
type KeptMsg []env.Env

// SeekPinned looks for the local copies of runs that came into the list, if there are pinned variables to show.
func (s *Shared) SeekPinned(snap *watch.Snapshot) tea.Cmd {
	c := s.EnvOf(snap.Controller)
	if len(s.Opts.Pinned) == 0 || c == nil || c.Copies == nil {
		return nil
	}
	p := &s.Pins
	if p.Sought == nil {
		p.Sought = map[BuildKey]bool{}
	}
	var unknown []jenkins.Run
	for _, runs := range [][]jenkins.Run{snap.Runs, snap.Recent} {
		for i := range runs {
			if key := KeyOf(&runs[i]); !p.Sought[key] && p.Looked[key] == nil {
				p.Sought[key] = true
				unknown = append(unknown, runs[i])
			}
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return func() tea.Msg {
		var found KeptMsg
		for _, run := range unknown {
			if e, err := c.Copies.Peek(s.Context(), run); err == nil {
				found = append(found, e)
			}
		}
		return found
	}
}

// KeepFound remembers the pinned variables of local copies.
func (s *Shared) KeepFound(found KeptMsg) {
	for _, e := range found {
		if s.Pins.Looked[KeyOf(&e.Run)] == nil {
			s.LookedAt(e)
		}
	}
}
