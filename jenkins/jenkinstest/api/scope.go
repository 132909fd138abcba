// Package api shows a simulated world as Jenkins' REST API and the two stage plugins do: the classes of its exported objects
// with their properties, and the objects of wfapi and pipeline-graph-view.
package api

import (
	"cmp"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// Scope is what an answer depends on beside its object.
type Scope struct {
	World  *world.World
	Prefix string    // the path below which the controller is served
	User   string    // who asks; empty: anonymous
	Reader bool      // hidden jobs are kept from who asks
	Now    time.Time // the moment that the answer shows
	// Asked is the job that the request named and Spelled how it named it: its URLs repeat that spelling.
	Asked   *world.Job
	Spelled string
	// GraphViewAt is where pipeline-graph-view has its pages; with TextTimes it sends text in place of times.
	GraphViewAt string
	TextTimes   bool
}

// Object is an exported object, or a list's element.
type Object = tree.Object[*Scope]

type (
	object = Object
	class  = tree.Class[*Scope]
	prop   = tree.Prop[*Scope]
	list   = tree.List[*Scope]
)

// get declares a property of objects of type T.
func get[T any](name string, read func(x *Scope, of T) any) prop { return tree.Get(name, read) }

// k declares a property that always has the same value.
func k(name string, v any) prop { return tree.Const[*Scope](name, v) }

// join puts the properties of a class behind those of its superclasses.
func join(lists ...[]prop) []prop { return slices.Concat(lists...) }

// objects returns the elements of a list as objects of a class.
func objects[T any](c *class, list []T) []object {
	all := make([]object, len(list))
	for i, o := range list {
		all[i] = object{Class: c, Of: o}
	}
	return all
}

// Root is the controller itself.
func Root(w *world.World) Object { return object{Class: hudson, Of: w} }

var hudson = &class{Name: "hudson.model.Hudson", Make: func() []prop {
	return []prop{
		get("jobs", func(x *Scope, w *world.World) any { return jobs(x.visible(w.Root)) }),
		get("primaryView", func(_ *Scope, w *world.World) any { return view(w.Root) }),
		get("url", func(_ *Scope, w *world.World) any { return w.RootURL }),
	}
}}

// WhoAmI is who asks.
func WhoAmI() Object {
	return object{Class: &class{Name: "hudson.security.WhoAmI", Props: []prop{
		get("anonymous", func(x *Scope, _ struct{}) any { return x.User == "" }),
		get("name", func(x *Scope, _ struct{}) any { return cmp.Or(x.User, "anonymous") }),
	}}, Of: struct{}{}}
}

// Crumb is what a POST after a login by password needs.
func Crumb(crumb string) Object {
	return object{Class: &class{Name: "hudson.security.csrf.DefaultCrumbIssuer", Props: []prop{
		k("crumb", crumb), k("crumbRequestField", "Jenkins-Crumb"),
	}}}
}

// InjectedEnvVars is EnvInject's page of a build.
func InjectedEnvVars(env []tree.Entry) Object {
	return object{Class: &class{Name: "org.jenkinsci.plugins.envinject.EnvInjectVarList", Props: []prop{k("envMap", env)}}}
}
