package help

import "testing"

func TestExamplesBreakWhereAShellGoesOn(t *testing.T) {
	t.Parallel()
	got := fitExamples("  jenkwatch runs\n  jenkwatch send --to https://hook -H 'X-Token: a b c' && echo done --wait", 38)
	want := "jenkwatch runs\njenkwatch send --to https://hook \\\n-H 'X-Token: a b c' && echo done \\\n--wait"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
