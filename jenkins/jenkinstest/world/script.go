package world

import (
	"strings"
	"time"
)

// Script is what a build does, written before it starts. Times in it are the build's own: they stand still while the
// build waits for a person or a node.
type Script struct {
	Result      string        // default: SUCCESS, or what the worst of the stages says
	Takes       time.Duration // freestyle; pipelines take what their stages take
	Node        string        // where it runs; empty: on the controller. A pipeline holds that executor all the time
	NoNode      bool          // a pipeline outside of any node block, but for its stages' own
	Label       string        // a pipeline waits for a node with a label that none has before anything else, until Proceed
	Log         []string      // freestyle: lines, spread over Takes
	Env         []string      // K=V that the pipeline assigns as it starts
	Stages      []Stage
	Timestamps  bool   // each line of the console begins with its time
	LogSize     int64  // a console of about so many bytes, made up line by line and never held in memory
	Outlives    int    // pipeline: what does not end it: 1 a stop, 2 being terminated, too
	Text        string // the Groovy of a pipeline, as its replay page shows it
	Description string
	DisplayName string // renames the build; default: #N
	Branch      string // what it checked out, with Job.Git
	Revision    string
	Commits     []Commit // new since the build before, with Job.Git
	Suites      []Suite
	Artifacts   []Artifact
}

// Stage is a stage, or a branch of a parallel one.
type Stage struct {
	Name     string
	Takes    time.Duration // without branches and inner stages
	Node     string        // a node block of its own
	Label    string        // waits for a node with a label that none has, until Proceed
	Log      []string      // spread over Takes
	Steps    []Step        // default: one shell script
	Env      []string      // K=V assigned as it begins
	WithEnv  []string      // K=V of its environment {} block, which only the script console shows
	Branches []Stage       // run side by side
	FailFast bool          // and all end when one of them fails, which holds nothing but steps
	Stages   []Stage       // run one after the other
	Input    *Input        // asks a person before anything else
	Result   string        // UNSTABLE: goes on; FAILURE: the end of the run
	Skip     bool          // its condition does not hold
}

// Input is a question to a person.
type Input struct {
	ID, Message, OK, Submitter string
	Params                     []Param
	And                        []*Input // asked at the same moment, as by parallel branches
}

// Step is a step of a stage. Those of one stage share its time.
type Step struct {
	Name   string // its label, or what it was given: "make test"
	Title  string // what it is where Name says something else: "Sleep"; a shell script has none here
	Result string // FAILURE, UNSTABLE, ABORTED; default SUCCESS
	Log    []string
	Error  string // what it failed with
	Starts string // the full name of the job that it builds; it prints what came of that
	NoWait bool   // and does not wait for it
	// There is no step at all but an exception that ends the stage, which failed.
	Exception bool
}

// Exception is the class of exceptions.
const Exception = "java.lang.IllegalStateException"

// JenkinsID returns the id as Jenkins makes it: "ship" becomes "Ship".
func (in *Input) JenkinsID() string {
	if in.ID == "" {
		return "Proceed"
	}
	return strings.ToUpper(in.ID[:1]) + in.ID[1:]
}

// Button is the text of the button that answers.
func (in *Input) Button() string {
	if in.OK == "" {
		return "Proceed"
	}
	return in.OK
}
