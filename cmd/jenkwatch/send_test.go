package main

import (
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

func TestWhatIsNotUTF8IsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"JOB_NAME=x\nNAME=caf\xe9\n": "line 2 is not UTF-8", "{\"A\":\n\"\xff\"}": "line 2 is not UTF-8",
		"\xff\xfeA\x00=\x00": "line 1 is not UTF-8", `{"A": "\ud800"}`: "half of a character",
	} {
		if _, err := parseEnvFile([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if vars, err := parseEnvFile([]byte(`{"A": "\ufffd \ud83d\ude00 ` + "\ufffd" + `"}`)); err != nil || vars[0].Value != "\ufffd 😀 \ufffd" {
		t.Errorf("read %+v, %v", vars, err)
	}
	a := newApp(strings.NewReader("fine\nbin \xff\xfe end\n"), io.Discard, io.Discard)
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	_, err := a.notification(t.Context(), &sendOptions{hasBody: true, body: "-", to: "http://h/"})
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
	a := newApp(never, io.Discard, io.Discard)
	a.LoadOnce.Do(func() { a.Cfg = &config.Config{} })
	if _, err := a.notification(ctx, &sendOptions{hasBody: true, body: "-", to: "http://h/"}); !errors.Is(err, cause) {
		t.Errorf("ended with %v", err)
	}
}
