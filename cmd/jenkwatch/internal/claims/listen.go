package claims

import (
	"context"
	"regexp"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Forwarded returns a push as it is passed on. It keeps its build's order where that is known.
func (c *Checker) Forwarded(p sender.Push, endpoints []string) []sender.Notification {
	n := p.Notification()
	if on, ref := c.owner(p); on != nil {
		n.Controller, n.Job, n.Number = ref.Controller, ref.Job, ref.Number
	}
	ns := make([]sender.Notification, len(endpoints))
	for i, name := range endpoints {
		ns[i] = n
		ns[i].Endpoint = name
	}
	return ns
}

// Keep keeps the environment that was pushed among the copies. Of a build that the controller did not confirm nothing is
// kept.
func (h *Checked) Keep(ctx context.Context) {
	if h.On == nil || h.Run.Number == 0 || h.On.Env.Copies == nil {
		return
	}
	vars := make([]env.Variable, len(h.Variables))
	for i, v := range h.Variables {
		vars[i] = env.Variable{Name: v.Name, Value: v.Value, Password: v.Password, Secret: v.Secret}
	}
	_ = h.On.Env.Copies.Received(ctx, h.Run, vars) // it is stored as a push; a copy is a convenience
}

// EnvVariables returns the variables of a push as a screen shows them. They have been marked.
func (h *Checked) EnvVariables(own []*regexp.Regexp) []env.Variable {
	vars := make([]env.Variable, len(h.Variables))
	for i, v := range h.Variables {
		vars[i] = env.Variable{Name: v.Name, Value: v.Value, Source: env.Received, Known: true, Secret: v.Password,
			MaskWhole: v.Password, Password: v.Password}
	}
	for i := range vars { // Mark has found those that look like a secret, which are few
		if h.Variables[i].Secret {
			env.MarkSecrets(vars[i:i+1], own...)
		}
	}
	return vars
}
