package act

import (
	"errors"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// denial is a right that Jenkins refused in this session.
type denial struct{ controller, job, permission string }

// rights are those that Jenkins refused, in its words.
type rights map[denial]string

// learn remembers which right is missing.
func (r rights) learn(what *action.Action, err error) {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok || e.Kind != jenkins.NotAllowed {
		return
	}
	words := kit.WhatOf(err)
	if own, ok := errors.AsType[*action.Error](err); ok {
		words = kit.Clean(own.What)
	}
	r[denialOf(what)] = words
}

func denialOf(what *action.Action) denial {
	return denial{what.Target.Controller, what.Target.Job + what.Target.Node, what.Permission}
}

// warnings is what speaks against an action.
func (r rights) warnings(what action.Action) []string {
	if words := r[denialOf(&what)]; words != "" {
		return []string{"Jenkins refused this in this session: " + strings.TrimRight(words, ".") + "."}
	}
	return nil
}

// lacks is the note of a choice that Jenkins refused before, empty where it did not.
func (r rights) lacks(what action.Action) string {
	if r[denialOf(&what)] != "" {
		return "not allowed: " + what.Permission + " is missing"
	}
	return ""
}
