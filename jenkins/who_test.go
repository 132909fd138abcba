package jenkins

import "testing"

func TestWhoStartedABuildInAWord(t *testing.T) {
	t.Parallel()
	for want, c := range map[string]Cause{
		"mira":            {Text: "Started by user Mira", UserID: "mira"},
		"lib #3":          {Text: "Started by upstream project \"shop/lib\" build number 3", UpstreamJob: "shop/lib", UpstreamBuild: 3},
		"alice":           {Text: "Started by GitHub push by alice"},
		"timer":           {Text: "Started by timer"},
		"SCM change":      {Text: "Started by an SCM change"},
		"push event":      {Text: "Push event to branch main"},
		"branch indexing": {Text: "Branch indexing"},
		"":                {},
	} {
		if got := c.Who("shop/web"); got != want {
			t.Errorf("%+v: %q, want %q", c, got, want)
		}
	}
}
