package stages

import "testing"

func TestWhyAStageNeverRan(t *testing.T) {
	t.Parallel()
	plain := func(id string, state State, children ...Stage) Stage {
		return Stage{ID: id, Name: "S" + id, Kind: Plain, State: state, Children: children}
	}
	branch := func(id string, state State, children ...Stage) Stage {
		s := plain(id, state, children...)
		s.Kind = Branch
		return s
	}
	post := Stage{ID: "99", Name: "Post Actions", State: Success, post: true}
	for name, c := range map[string]struct {
		tree []Stage
		want string
	}{
		"an earlier one failed":         {[]Stage{plain("1", Success), plain("2", Failure), plain("3", Skipped), plain("7", Skipped), post}, "S2 failed before it"},
		"a condition":                   {[]Stage{plain("1", Success), plain("7", Skipped), plain("3", Success)}, "its condition did not hold"},
		"a condition, and one fails":    {[]Stage{plain("7", Skipped), plain("3", Failure)}, "its condition did not hold"},
		"the last of a good run":        {[]Stage{plain("1", Success), plain("7", Skipped)}, "its condition did not hold"},
		"the failure was caught":        {[]Stage{plain("1", Failure), plain("7", Skipped), plain("3", Success)}, "its condition did not hold"},
		"a branch of an earlier failed": {[]Stage{plain("1", Failure, branch("2", Failure), branch("3", Success)), plain("7", Skipped)}, "S1 failed before it"},
		"in a branch":                   {[]Stage{plain("1", Failure, branch("2", Failure, plain("3", Failure), plain("7", Skipped)), branch("4", Success))}, "S3 failed before it"},
		"a branch by its condition":     {[]Stage{plain("1", Failure, branch("2", Failure), branch("7", Skipped))}, "its condition did not hold"},
		"around it":                     {[]Stage{plain("1", Aborted), plain("2", Skipped, plain("7", Skipped))}, "S1 was aborted before it"},
		"restarted":                     {[]Stage{plain("7", NotBuilt), plain("1", Success)}, "the build was restarted from a later stage"},
		"it ran":                        {[]Stage{plain("7", Success)}, ""},
		"unknown":                       {nil, ""},
	} {
		if got := (&Tree{Stages: c.tree}).WhyNotRun("7"); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
}
