package jenkins

import (
	_ "embed"
	"net/http"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// controlCharacter is computer/api/json of a controller from before 2020, with a raw BEL in a build's description.
//
//go:embed testdata/control-character.json
var controlCharacter string

func TestRawControlCharactersAreShownAsPlaceholders(t *testing.T) {
	t.Parallel()
	for _, front := range []string{"", "\ufeff", " \n\ufeff"} {
		c := reading(recorded.Func(func(req *http.Request) *http.Response { return recorded.JSON(req, front+controlCharacter) }))
		runs, _, err := c.Running(t.Context())
		if err != nil || len(runs) != 1 || runs[0].Description != "bell \ufffd here" {
			t.Errorf("%q: %+v, %v", front, runs, err)
		}
	}
}
