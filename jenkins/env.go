package jenkins

// Source is where a variable's value came from. In the order written here a later source is weaker: where two name the
// same variable, the stronger one's value is shown.
type Source string

const (
	Received   Source = "received"  // pushed by the plugin or by sync: the exact truth
	Injected   Source = "injected"  // EnvInject's injectedEnvVars
	Assigned   Source = "assigned"  // env.X = ... in the pipeline (EnvActionImpl)
	Param      Source = "parameter" // a value given, or a default filled in
	SCM        Source = "scm"       // revision, branch or change, from the run's actions
	CauseVar   Source = "cause"     // upstream build and the like
	NodeVar    Source = "node"      // name and labels of the node, executor number
	Derived    Source = "derived"   // what Jenkins computes from run and job, by its rules
	Printed    Source = "printed"   // an env, printenv, set or export listing in the console
	FromScript Source = "script"    // asked of the run itself through /scriptText
)

// Variable is one environment variable of a run.
type Variable struct {
	Name   string // raw
	Value  string // raw; empty and Known false for a password parameter
	Source Source
	Known  bool // false: Jenkins names it but never shows its value
	Secret bool // a password parameter, or it looks like a secret: mask it until it is asked for
	// Password is true for a password parameter only: what the endpoint's policy (send, mask, drop) is about.
	Password bool
	// Also lists weaker sources that named it too, with what they said, strongest first.
	Also []Variable
}

// Env is the environment of one run, sorted by name without regard to case.
type Env struct {
	Ref       Ref
	Run       Run
	Variables []Variable
	Missing   []string // names known to exist on the agent whose values Jenkins does not expose
	FromCopy  bool     // read from the local copy: Jenkins does not have the build any more
}
