package main

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/internal/crew"
)

func TestWhatPanicsInOneOfSeveralQuestionsPanicsWhereTheyWereAsked(t *testing.T) {
	t.Parallel()
	defer func() {
		if p, ok := recover().(*crew.Panic); !ok || p.Value != "as ordered by the test" {
			t.Errorf("it panics with %v", p)
		}
	}()
	answers, errs := together([]func() (int, error){
		func() (int, error) { return 1, nil },
		func() (int, error) { panic("as ordered by the test") },
	})
	t.Errorf("it goes on: %v, %v", answers, errs)
}
