package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
)

// version is for packagers who build without the repository: -ldflags "-X main.version=v1.2.3".
var version = ""

func versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version, as --version does",
		Args:  help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s version %s\n", cmd.Root().Name(), cmd.Root().Version)
			return err
		},
	}
}

func programVersion() string {
	info, _ := debug.ReadBuildInfo()
	return describeVersion(version, info)
}

// describeVersion returns the version, and the commit and its date where the go command recorded them: what
// `go version -m` prints of the same program. info may be nil.
func describeVersion(version string, info *debug.BuildInfo) string {
	var commit, date string
	changed := false
	if info != nil {
		if version == "" {
			version = info.Main.Version
		}
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				commit = s.Value
			case "vcs.time":
				date, _, _ = strings.Cut(s.Value, "T")
			case "vcs.modified":
				changed = s.Value == "true"
			}
		}
	}
	if version == "" || version == "(devel)" {
		version = "built from source"
	}
	if commit == "" {
		return version
	}
	if changed {
		commit += " with changes"
	}
	return fmt.Sprintf("%s (commit %s, %s)", version, commit, date)
}
