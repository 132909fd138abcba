package tui

// RuleApplied has the screen say what a rule of the config is about; the program sends one for each.
type RuleApplied struct {
	Text          string
	Bell, Desktop bool
}

// RuleFailed says that a rule could not be applied.
type RuleFailed struct{ Err error }
