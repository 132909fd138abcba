package env

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// Noise is why a changed value means nothing.
type Noise string

const (
	NoiseNumber    Noise = "number"    // the build's own number and what is made of it
	NoiseURL       Noise = "url"       // the build's own addresses
	NoiseCookie    Noise = "cookie"    // marks by which Jenkins finds processes
	NoiseTime      Noise = "time"      // moments
	NoiseExecutor  Noise = "executor"  // which executor had it
	NoiseWorkspace Noise = "workspace" // the same workspace with another @number
)

// noisyNames are the variables that differ between any two builds of a job.
var noisyNames = map[string]Noise{
	"BUILD_NUMBER": NoiseNumber, "BUILD_ID": NoiseNumber, "BUILD_TAG": NoiseNumber, "BUILDNO": NoiseNumber,
	"BUILD_URL": NoiseURL, "RUN_DISPLAY_URL": NoiseURL, "RUN_ARTIFACTS_DISPLAY_URL": NoiseURL,
	"RUN_CHANGES_DISPLAY_URL": NoiseURL, "RUN_TESTS_DISPLAY_URL": NoiseURL,
	"EXECUTOR_NUMBER": NoiseExecutor,
	"BUILD_TIMESTAMP": NoiseTime, "BUILD_TIME": NoiseTime, "SOURCE_DATE_EPOCH": NoiseTime,
}

var (
	workspaceNumber = lazy.Regexp(`@\d+`)
	numberSign      = lazy.Regexp(`^#\d+$`)
	moment          = lazy.Regexp(`^(?:1\d{9}(?:\d{3}){0,3}|` + // seconds, milli-, micro- or nanoseconds of 2001 to 2033
		`20\d\d-?[01]\d-?[0-3]\d(?:[T _-]?[0-2]\d[:_-]?[0-5]\d(?:[:_-]?[0-6]\d)?(?:[.,]\d+)?` +
		`(?: ?(?:Z|UTC|GMT|CES?T|E[SD]T|P[SD]T|[+-]\d\d:?\d\d))?)?)$`)
)

// noiseOf returns why a change from a to b means nothing, empty when it does mean something.
func noiseOf(name, a, b string) Noise {
	name = strings.ToUpper(name)
	if noise, ok := noisyNames[name]; ok {
		return noise
	}
	switch {
	case strings.HasSuffix(name, "_COOKIE"):
		return NoiseCookie
	case name == "BUILD_DISPLAY_NAME" && numberSign().MatchString(a) && numberSign().MatchString(b):
		return NoiseNumber
	case strings.Contains(name, "WORKSPACE") || strings.HasSuffix(name, "PWD"):
		if workspaceNumber().ReplaceAllString(a, "") == workspaceNumber().ReplaceAllString(b, "") {
			return NoiseWorkspace
		}
	case len(a) <= 40 && len(b) <= 40 && moment().MatchString(a) && moment().MatchString(b):
		return NoiseTime
	}
	return ""
}
