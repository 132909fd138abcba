package world

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Repetition is how a build repeats another one.
type Repetition struct {
	Script string // an edited one
	From   string // the stage at which it begins
	Commit string // what the other build has checked out
}

// CompileError returns what is wrong with a script's brackets and quotes, and where.
func CompileError(script string) (int, string) {
	var open []rune
	closes := map[rune]rune{')': '(', ']': '[', '}': '{'}
	for i, line := range strings.Split(script, "\n") {
		quote := rune(0)
		for _, r := range line {
			switch {
			case quote != 0:
				if r == quote {
					quote = 0
				}
			case r == '"' || r == '\'':
				quote = r
			case strings.ContainsRune("([{", r):
				open = append(open, r)
			case closes[r] != 0:
				if len(open) == 0 || open[len(open)-1] != closes[r] {
					return i + 1, "unexpected token: " + string(r)
				}
				open = open[:len(open)-1]
			}
		}
		if quote != 0 {
			return i + 1, "expecting anything but ''\\n''; got it anyway"
		}
	}
	if len(open) > 0 {
		return strings.Count(script, "\n") + 1, "unexpected end of file"
	}
	return 0, ""
}

// Restartable returns the stages at the top that ran, or were skipped by their condition.
func (b *Build) Restartable(now time.Time) []string {
	var names []string
	for _, sp := range b.Plan.Spans {
		state := b.State(sp, now)
		if state == "" {
			break
		}
		names = append(names, sp.Name)
		if state == "failure" || state == "aborted" {
			break
		}
	}
	return names
}

// apply makes of a job's script what a build that repeats another runs.
func (h Repetition) apply(s Script) Script {
	if h.From != "" {
		s.Stages = slices.Clone(s.Stages)
		for i := range s.Stages {
			if s.Stages[i].Name == h.From {
				break
			}
			s.Stages[i].Skip = true
		}
	}
	if h.Script == "" {
		return s
	}
	s.Text = h.Script
	if line, message := CompileError(h.Script); message != "" {
		return Script{Text: h.Script, Result: "FAILURE", Log: []string{"org.codehaus.groovy.control.MultipleCompilationErrorsException: startup failed:",
			fmt.Sprintf("WorkflowScript: %d: %s", line, message)}}
	}
	for _, m := range echoes.FindAllStringSubmatch(h.Script, -1) {
		s.Log = append(s.Log, m[1]+m[2])
	}
	return s
}

// echoes are the texts that an edited script prints.
var echoes = regexp.MustCompile(`echo[ (]+(?:'([^'\n]*)'|"([^"\n]*)")`)

// ScriptText returns the Groovy of a pipeline build: that of its Script, or what its stages could have been written as.
func (b *Build) ScriptText() string {
	if b.Plan.Text != "" {
		return b.Plan.Text
	}
	var t strings.Builder
	t.WriteString("pipeline {\n    agent any\n    stages {\n")
	for _, st := range b.Plan.Stages {
		fmt.Fprintf(&t, "        stage('%s') {\n            steps {\n                sh './%s.sh'\n            }\n        }\n", st.Name,
			strings.ToLower(strings.ReplaceAll(st.Name, " ", "-")))
	}
	t.WriteString("    }\n}\n")
	return t.String()
}
