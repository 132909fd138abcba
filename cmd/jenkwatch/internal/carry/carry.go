// Package carry turns the environment of a run into what a notification carries: jenkins and sender know nothing of each
// other.
package carry

import (
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Env returns a run's environment as a notification carries it: what the plugin would push, with passwords and what looks
// like a secret marked, so that the endpoint's policy and every preview know them.
func Env(env jenkinsenv.Env) []sender.Variable { return Variables(env, env.AsPushed()) }

// Variables is variables of an environment as a notification carries them.
func Variables(env jenkinsenv.Env, vars []jenkinsenv.Variable) []sender.Variable {
	out := make([]sender.Variable, 0, len(vars))
	for _, v := range vars {
		full, _ := env.Lookup(v.Name)
		out = append(out, sender.Variable{Name: v.Name, Value: v.Value, Password: full.Password, Secret: full.Secret})
	}
	return out
}
