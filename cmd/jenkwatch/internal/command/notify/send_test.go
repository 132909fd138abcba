package notify

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

func TestBodyThatIsNotUTF8IsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	a := cli.New(strings.NewReader("fine\nbin \xff\xfe end\n"), io.Discard, io.Discard)
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	_, err := notification(t.Context(), a, &sendOptions{hasBody: true, body: "-", to: "http://h/"})
	if err == nil || !strings.Contains(err.Error(), "line 2 of the message is not UTF-8") || exit.CodeOf(err) != exit.CodeUsage {
		t.Errorf("a message: %v", err)
	}
}

func TestInputThatNeverComesEndsWithASignal(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancelCause(t.Context())
	cause := exit.Signal{Signal: os.Interrupt}
	cancel(cause)
	never, _ := io.Pipe()
	a := cli.New(never, io.Discard, io.Discard)
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	if _, err := notification(ctx, a, &sendOptions{hasBody: true, body: "-", to: "http://h/"}); !errors.Is(err, cause) {
		t.Errorf("ended with %v", err)
	}
}
