package rules

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// commandTimeout is how long a rule's command may take.
const commandTimeout = time.Minute

// runCommand runs a command with the values of a transition: in place of its placeholders, and as environment variables JENKWATCH_JOB
// and the like. What it prints goes nowhere, but the first line of an error is in the error.
func runCommand(ctx context.Context, argv []string, values map[string]string) error {
	ctx, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	argv = fill(argv, values)
	cmd := exec.CommandContext(ctx, config.ExpandHome(argv[0]), argv[1:]...) //nolint:gosec // the config's own command
	cmd.Env = os.Environ()
	for name, v := range values {
		cmd.Env = append(cmd.Env, "JENKWATCH_"+strings.ToUpper(name)+"="+strings.ReplaceAll(v, "\x00", ""))
	}
	cmd.WaitDelay = time.Second // for what it leaves running with its output open
	said := &firstBytes{}
	cmd.Stderr = said
	err := cmd.Run()
	if err == nil {
		return nil
	}
	if line := said.line(); line != "" {
		return fmt.Errorf("%s: %w: %s", argv[0], err, line)
	}
	return fmt.Errorf("%s: %w", argv[0], err)
}

// firstBytes keeps the beginning of what is written.
type firstBytes struct{ buf bytes.Buffer }

func (f *firstBytes) Write(p []byte) (int, error) {
	if room := 4096 - f.buf.Len(); room > 0 {
		f.buf.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

func (f *firstBytes) line() string {
	line, _, _ := strings.Cut(strings.TrimSpace(f.buf.String()), "\n")
	return clean.Line(line)
}
