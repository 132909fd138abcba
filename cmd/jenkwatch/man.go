package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
)

func manCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "man",
		Short:   "Print the manual page",
		Example: "  jenkwatch man > jenkwatch.1 && man ./jenkwatch.1",
		Args:    help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(cmd.OutOrStdout(), help.ManPage(cmd.Root()))
			return err
		},
	}
}
