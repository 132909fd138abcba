package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

func TestTypeOfAnErrorDecidesTheExitCode(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		err  error
		code int
	}{
		{nil, 0},
		{errors.New("any"), exit.CodeFailed},
		{exit.Usage("hint", "wrong"), exit.CodeUsage},
		{fmt.Errorf("wrapped: %w", exit.Usage("hint", "wrong")), exit.CodeUsage},
		{errors.New(`unknown command "x" for "jenkwatch"`), exit.CodeUsage},
		{&jenkins.Error{Kind: jenkins.Unreachable}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.TimedOut}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.Starting}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.BadCertificate}, exit.CodeUnreachable},
		{&jenkins.Error{Kind: jenkins.NotAllowed}, exit.CodeNotAllowed},
		{&jenkins.Error{Kind: jenkins.NotFound}, exit.CodeNotFound},
		{&jenkins.Error{Kind: jenkins.Refused}, exit.CodeFailed},
		{&sender.Error{Kind: sender.UnknownEndpoint}, exit.CodeUsage},
		{&sender.Error{Kind: sender.NoSuchDelivery}, exit.CodeNotFound},
		{&sender.Error{Kind: sender.StoreLocked}, exit.CodeFailed},
		{deliver.Outcome(sender.Delivery{State: sender.Delivered}), 0},
		{deliver.Outcome(sender.Delivery{State: sender.Retrying}), exit.CodeUnreachable},
		{deliver.Outcome(sender.Delivery{State: sender.Dead, HTTPStatus: 410}), exit.CodeFailed},
		{deliver.Outcome(sender.Delivery{State: sender.Dead, HTTPStatus: 401}), exit.CodeNotAllowed},
		{exit.Result(jenkins.Success), 0},
		{exit.Result(jenkins.Unstable), 10},
		{exit.Result(jenkins.Failure), 11},
		{exit.Result(jenkins.NotBuilt), 12},
		{exit.Result(jenkins.Aborted), 13},
		{exit.Result(jenkins.Complete), exit.CodeFailed},
		{exit.Signal{Signal: syscall.SIGTERM}, 143},
		{errors.Join(&jenkins.Error{Kind: jenkins.NotFound}, errors.New("any")), exit.CodeNotFound},
	} {
		if got := exit.CodeOf(c.err); got != c.code {
			t.Errorf("%v: exit code %d, want %d", c.err, got, c.code)
		}
	}
}

func TestErrorIsTwoLinesAndNoMore(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	a := cli.New(nil, nil, &b)
	code := report(a, nil, exit.Usage("do\nthis", "it \x1b[31mbroke\nhere"))
	if got := b.String(); code != exit.CodeUsage || got != "jenkwatch: it broke here\n  do this\n" {
		t.Errorf("exit code %d, %q", code, got)
	}
	b.Reset()
	if code := report(a, nil, exit.Code(7)); code != 7 || b.Len() > 0 {
		t.Errorf("exit code %d, %q", code, b.String())
	}
	if code := execute(context.Background(), cli.New(strings.NewReader(""), &b, &b), []string{"--version"}); code != 0 {
		t.Errorf("--version ends with %d", code)
	}
}
