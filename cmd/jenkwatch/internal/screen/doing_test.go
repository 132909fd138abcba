package screen

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

func TestTheEndWaitsForTheAnswerToAChange(t *testing.T) {
	for _, c := range []struct {
		takes, waits time.Duration
		says         []string
	}{
		{0, 0, nil},
		{3 * time.Second, 3 * time.Second, []string{"Waiting for Jenkins"}},
		{time.Minute, answerFor, []string{"Waiting for Jenkins", "No answer came"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := newDoing(func(context.Context, *jenkins.Client, action.Action) (action.Result, error) {
				time.Sleep(c.takes)
				return action.Result{}, nil
			})
			go func() { _, _ = d.Do(context.Background(), nil, action.Action{}) }()
			synctest.Wait()
			began := time.Now()
			var said bytes.Buffer
			d.Wait(context.Background(), &said)
			if got := time.Since(began); got != c.waits {
				t.Errorf("what takes %v is waited for for %v, want %v", c.takes, got, c.waits)
			}
			if lines := strings.Count(said.String(), "\n"); lines != len(c.says) {
				t.Errorf("it says %q", said.String())
			}
			for _, want := range c.says {
				if !strings.Contains(said.String(), want) {
					t.Errorf("it says %q, not %q", said.String(), want)
				}
			}
			time.Sleep(time.Minute)
		})
	}
}
