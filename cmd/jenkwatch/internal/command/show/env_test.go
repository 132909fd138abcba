package show

import (
	"errors"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestOneIsTheExitCodeOfADifferenceOnly(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
	}{
		{errors.New("any"), exit.CodeUsage},
		{exit.Code(1), 1},
		{&jenkins.Error{Kind: jenkins.NotFound}, exit.CodeNotFound},
	} {
		if got := exit.CodeOf(diffTrouble(c.err)); got != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.code)
		}
	}
}
