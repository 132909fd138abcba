package env

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// selection is the variables that are copied: those that were picked; where none were, those that the query lets through.
type selection struct {
	vars   []env.Variable
	picked map[string]bool // by folded name
	query  string
}

func (s *selection) chosen() []env.Variable {
	if len(s.picked) > 0 {
		return slices.DeleteFunc(slices.Clone(s.vars), func(v env.Variable) bool { return !s.picked[kit.Fold(v.Name)] })
	}
	hits := env.Filter(s.vars, s.query)
	vars := make([]env.Variable, len(hits))
	for i, hit := range hits {
		vars[i] = s.vars[hit.Index]
	}
	return vars
}

// text says what is copied.
func (s *selection) text() string {
	n := len(s.chosen())
	switch {
	case len(s.picked) > 0:
		return kit.Plural(n, "variable") + " that you chose"
	case n == len(s.vars):
		return kit.Plural(n, "variable")
	}
	return kit.Plural(n, "variable") + " that the filter shows"
}

// exportText returns the variables in a format, and those that it cannot hold as they are. A secret goes along masked, or
// as a comment, unless its folded name is among revealed.
func exportText(format string, vars []env.Variable, revealed map[string]bool) (text string, exceptions []env.Exception, err error) {
	var open, closed []env.Variable
	for _, v := range vars {
		if revealed[kit.Fold(v.Name)] {
			v.Secret, v.MaskWhole = false, false
			open = append(open, v)
		} else {
			closed = append(closed, v)
		}
	}
	vars = append(open, closed...)
	env.SortByName(vars)
	var b strings.Builder
	switch format {
	case "JSON":
		err = env.WriteObject(&b, vars, false)
	case "dotenv":
		exceptions, err = env.WriteDotenv(&b, vars, env.ExportOptions{})
	default:
		exceptions, err = env.WriteShell(&b, vars, env.ExportOptions{})
	}
	return b.String(), exceptions, err
}

// exported says how many variables were copied, and which were not or may be misread.
func exported(n int, format string, exceptions []env.Exception) string {
	var left, misread []string
	for _, e := range exceptions {
		if e.Written {
			misread = append(misread, kit.Clean(e.Name))
		} else {
			left = append(left, kit.Clean(e.Name))
		}
	}
	what := kit.Plural(n-len(left), "variable") + " as " + format
	if len(misread) > 0 {
		what += "; some readers change " + strings.Join(misread, ", ")
	}
	if len(left) > 0 {
		what += "; left out (comments say why): " + strings.Join(left, ", ")
	}
	return what
}
