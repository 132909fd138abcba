package watch

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/internal/crew"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// brokenTrees panics where the tree of all jobs is asked for, which a helper of the loop does.
type brokenTrees struct{ fakeAsker }

func (*brokenTrees) LastBuilds(context.Context) ([]jenkins.Job, error) {
	panic("as ordered by the test")
}

func TestWhatPanicsInAHelperPanicsInTheLoop(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		defer func() {
			if p, ok := recover().(*crew.Panic); !ok || p.Value != "as ordered by the test" || !strings.Contains(p.Error(), "LastBuilds") {
				t.Errorf("the loop panics with %v", p)
			}
		}()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for range (&Watcher{asker: &brokenTrees{}}).Snapshots(ctx) {
		}
	})
}

func TestWhatPanicsBesideAQuestionPanicsWhereItWasAsked(t *testing.T) {
	t.Parallel()
	client, _ := playedBy(t, failing(func(r *http.Request) error {
		if strings.HasSuffix(r.URL.Path, "/job/api/json") {
			panic("as ordered by the test")
		}
		return errors.New("down")
	}))
	defer func() {
		if p, ok := recover().(*crew.Panic); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	_, err := (&env.Client{Client: client}).Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "job", Number: 1}, URL: "http://x/job/job/1/", Pipeline: true})
	t.Errorf("it goes on: %v", err)
}
