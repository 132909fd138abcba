//go:build unix

package sender

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestFIFOThatNobodyWritesToHoldsNoDelivery(t *testing.T) {
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
	e := Endpoint{URL: Literal("https://h/"), TLS: TLS{CAFile: fifo}}
	r, err := e.Resolve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Transport(ctx); !IsKind(err, Unresolved) || !strings.Contains(err.Error(), "in time") {
		t.Errorf("a CA: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, err := ref.Resolve(stopped); !errors.Is(err, context.Canceled) {
		t.Errorf("where a signal ends the program: %v", err)
	}
}
