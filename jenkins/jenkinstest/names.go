package jenkinstest

import "github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"

// What a controller is told to play.
type (
	Artifact = world.Artifact
	Build    = world.Build
	Cause    = world.Cause
	Commit   = world.Commit
	Input    = world.Input
	Job      = world.Job
	Node     = world.Node
	Param    = world.Param
	Script   = world.Script
	Stage    = world.Stage
	Step     = world.Step
	Suite    = world.Suite
	Test     = world.Test
)

// NoResult ends a build without a result, as one of which Jenkins has lost it: the plugin then says COMPLETE.
const NoResult = world.NoResult

// Lines returns n lines of a log: the format gets the number of each, from 1.
func Lines(n int, format string) []string { return world.Lines(n, format) }
