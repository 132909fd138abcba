package syncing

import (
	"context"
	"errors"
	"testing"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

func TestWhatTheScreenStartedEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	run := func(ctx context.Context, _ query.Query) error { <-ctx.Done(); return ctx.Err() }
	var s State
	cmd, _ := s.Update(&kit.Shared{Opts: &kit.Options{Context: ctx, Sync: run}}, startMsg{})
	cancel()
	all, _ := cmd().(tea.BatchMsg)
	for _, cmd := range all {
		if got, ok := cmd().(EndedMsg); ok && errors.Is(got.Err, context.Canceled) {
			return
		}
	}
	t.Error("sync has not ended")
}
