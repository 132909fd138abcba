package find

import (
	"errors"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestNearestNamesAreProposed(t *testing.T) {
	t.Parallel()
	jobs := []jenkins.Job{{Name: "shop/cart", Folder: true}, {Name: "shop/cart/main"}, {Name: "shop/card/main"},
		{Name: "shop/web/feature%2Flogin"}, {Name: "tools/bench"}}
	for typed, want := range map[string]string{
		"shop/crat/main":         "shop/cart/main shop/card/main", // letters swapped count once, replaced ones each
		"cart/main":              "shop/cart/main",
		"Tools/Bench":            "tools/bench",
		"shop/web/feature/login": "shop/web/feature%2Flogin",
		"bench":                  "tools/bench",
		"nope":                   "",
		"shop/cart/releases":     "",
	} {
		if got := strings.Join(nearest(typed, jobs), " "); got != want {
			t.Errorf("%s: %q, want %q", typed, got, want)
		}
	}
}

func TestOfSeveralControllersTheOneThatKnowsTheJobIsHeard(t *testing.T) {
	t.Parallel()
	unknown := &jenkins.Error{Kind: jenkins.NotFound}
	known, down := NotAJob(&cli.Controller{}, "shop"), &jenkins.Error{Kind: jenkins.Unreachable}
	if got := worst([]error{unknown, known}); !errors.Is(got, known) {
		t.Errorf("worst is %v", got)
	}
	if got := worst([]error{unknown, known, down}); !errors.Is(got, down) {
		t.Errorf("with one unreachable, worst is %v", got)
	}
	if got := worst([]error{unknown, unknown}); !errors.Is(got, unknown) {
		t.Errorf("where none knows it, worst is %v", got)
	}
}
