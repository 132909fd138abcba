package service

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"golang.org/x/net/netutil"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// What strangers can make the program hold before they have proved anything is bounded by these.
const (
	maxConnections = 128
	maxHeader      = 16 << 10 // a GET carries its push in the request line
)

// IsLoopback reports whether only this machine reaches the host.
func IsLoopback(host string) bool {
	ip := net.ParseIP(host)
	return strings.EqualFold(host, "localhost") || ip != nil && ip.IsLoopback()
}

// listenOn listens on an address, for a bounded number of connections at once; more wait in the system's queue.
func listenOn(ctx context.Context, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err // which does not repeat the address
	}
	if _, ok := errors.AsType[*os.SyscallError](err); ok {
		return nil, exit.Failure("stop the program that listens there, or choose another address of this machine", "listen on %s: %w", addr, err)
	}
	if err != nil {
		return nil, exit.Usage("write it as HOST:PORT, for example 127.0.0.1:9099", "listen on %s: %w", addr, err)
	}
	return netutil.LimitListener(l, maxConnections), nil
}

// Serve serves until ctx is done, then lets what is under way end.
func Serve(ctx context.Context, l net.Listener, h http.Handler) error {
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: time.Minute,
		IdleTimeout: 30 * time.Second, MaxHeaderBytes: maxHeader,
		ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)} // failed handshakes of strangers are not worth a line
	ended := context.AfterFunc(ctx, func() {
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if s.Shutdown(grace) != nil {
			_ = s.Close()
		}
	})
	defer ended()
	if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
		return exit.Failure("start it again", "serve %s: %w", l.Addr(), err)
	}
	return nil
}
