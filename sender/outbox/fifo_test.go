//go:build unix

package outbox

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

func TestAFIFOThatNobodyWritesToHoldsNoDelivery(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	ref, err := sender.ParseReference("file:" + fifo)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := ref.Resolve(ctx); !sender.IsKind(err, sender.Unresolved) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("a secret: %v", err)
	}
	var pool transports
	defer pool.close()
	e := &sender.Resolved{Endpoint: sender.Endpoint{TLS: sender.TLS{CAFile: fifo}}}
	if _, err := pool.get(ctx, e, 1); !sender.IsKind(err, sender.Unresolved) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("a CA: %v", err)
	}
}
