//go:build unix

package sender

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestAFIFOThatNobodyWritesToHoldsNoDelivery(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	if err := syscall.Mkfifo(fifo, 0o600); err != nil {
		t.Skip(err)
	}
	ref, err := ParseReference("file:" + fifo)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if _, err := ref.Resolve(ctx); !IsKind(err, Unresolved) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("a secret: %v", err)
	}
	var pool transports
	defer pool.close()
	e := &resolved{Endpoint: Endpoint{TLS: TLS{CAFile: fifo}}}
	if _, err := pool.get(ctx, e, 1); !IsKind(err, Unresolved) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("a CA: %v", err)
	}
}
