package jenkins

import "testing"

func TestMatchJobCoversFoldersAndBranches(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern, job string
		want         bool
	}{
		{"shop", "shop", true},
		{"shop", "shop/checkout/main", true},
		{"shop", "shopping", false},
		{"shop/*", "shop/checkout/main", true},
		{"*/main", "shop/checkout/main", true},
		{"*/main", "main", false},
		{"shop/c?rt", "shop/cart", true},
		{"/shop/cart/", "shop/cart", true},
		{"multi/feature%2Flogin", "multi/feature%2Flogin", true},
		{"multi/feature[1]", "multi/feature[1]", true},
		{"", "shop", false},
	} {
		if got := MatchJob([]string{c.pattern}, c.job); got != c.want {
			t.Errorf("MatchJob(%q, %q) = %v", c.pattern, c.job, got)
		}
	}
	if !MatchJob(nil, "any") {
		t.Error("no patterns must cover every job")
	}
}

func TestMineIsWhatIStartedOrMyPushDid(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cause Cause
		want  bool
	}{
		{Cause{Text: "Started by user Alice", UserID: "alice"}, true},
		{Cause{Text: "Started by user Alice", UserID: "ALICE"}, true},
		{Cause{Text: "Started by GitHub push by alice"}, true},
		{Cause{Text: "Started by GitHub push by alice-bot"}, false},
		{Cause{Text: "Started by user alice", UserID: "bob"}, false},
		{Cause{Text: "Started by timer"}, false},
	} {
		if got := (&Run{Causes: []Cause{c.cause}}).Mine([]string{"", "alice"}); got != c.want {
			t.Errorf("%+v: %v", c.cause, got)
		}
	}
}

func TestSameReasonIsOneWhateverTimeIsLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"Build #18 is already in progress (ETA: 10 sec)", "Build #18 is already in progress (ETA: 9.8 sec)", true},
		{"In the quiet period. Expires in 3.2 sec", "In the quiet period. Expires in 1 sec", true},
		{"In the quiet period. Expires in 3.2 sec", "Waiting for next available executor", false},
		{"", "Waiting for next available executor", false},
	} {
		if got := SameReason(c.a, c.b); got != c.want {
			t.Errorf("%q, %q: %v", c.a, c.b, got)
		}
	}
}
