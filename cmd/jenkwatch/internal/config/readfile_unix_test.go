//go:build unix

package config

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

func TestFIFOThatNobodyWritesToEndsWithASignal(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := exit.Signal{Signal: os.Interrupt}
	cancel(cause)
	for name, read := range map[string]func(context.Context, string) ([]byte, error){"file": ReadFile, "input": ReadInput} {
		if _, err := read(ctx, fifo); !errors.Is(err, cause) {
			t.Errorf("%s: ended with %v", name, err)
		}
	}
}
