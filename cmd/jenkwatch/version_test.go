package main

import (
	"runtime/debug"
	"testing"
)

func TestVersionSaysWhatTheGoCommandRecorded(t *testing.T) {
	t.Parallel()
	recorded := func(version string, settings ...string) *debug.BuildInfo {
		info := &debug.BuildInfo{Main: debug.Module{Version: version}}
		for i := 0; i < len(settings); i += 2 {
			info.Settings = append(info.Settings, debug.BuildSetting{Key: settings[i], Value: settings[i+1]})
		}
		return info
	}
	for _, c := range []struct {
		name, version string
		info          *debug.BuildInfo
		want          string
	}{
		{"nothing", "", nil, "built from source"},
		{"a checkout without git", "", recorded("(devel)"), "built from source"},
		{"go install", "", recorded("v1.2.3"), "v1.2.3"},
		{"a packager", "v1.2.3", recorded("(devel)"), "v1.2.3"},
		{"a release", "", recorded("v1.2.3", "vcs.revision", "abc", "vcs.time", "2026-11-30T08:00:00Z", "vcs.modified", "false"),
			"v1.2.3 (commit abc, 2026-11-30)"},
		{"a changed checkout", "", recorded("v1.2.4-0.x+dirty", "vcs.revision", "abc", "vcs.time", "2026-11-30T08:00:00Z",
			"vcs.modified", "true"), "v1.2.4-0.x+dirty (commit abc with changes, 2026-11-30)"},
	} {
		if got := describeVersion(c.version, c.info); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
