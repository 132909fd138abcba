package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Exit codes. Scripts depend on them.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitUnreachable = 3
	exitNotAllowed  = 4
	exitNotFound    = 5
	exitUnstable    = 10
	exitFailure     = 11
	exitNotBuilt    = 12
	exitAborted     = 13
	exitSignal      = 128 // and more: a signal ended the program, as a shell reports it
)

// exitCode ends the program with a code and without a word: what there was to say has been printed.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// problem is an error with a hint and an exit code of its own.
type problem struct {
	err  error
	hint string
	code int
}

func (p *problem) Error() string { return p.err.Error() }
func (p *problem) Unwrap() error { return p.err }

// Hint is what a person can do about it.
func (p *problem) Hint() string { return p.hint }

// usage is an error of the person who typed the command.
func usage(hint, format string, args ...any) error {
	return &problem{err: fmt.Errorf(format, args...), hint: hint, code: exitUsage}
}

// trouble is an error that stops a command and is nobody's typing.
func trouble(hint, format string, args ...any) error {
	return &problem{err: fmt.Errorf(format, args...), hint: hint, code: exitFailed}
}

// codeOf is the exit code that an error calls for: its type decides.
func codeOf(err error) int {
	if err == nil {
		return 0
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return codeOf(several.Unwrap()[0])
	}
	if code, ok := errors.AsType[exitCode](err); ok {
		return int(code)
	}
	if s, ok := errors.AsType[signalled](err); ok {
		return s.exitCode()
	}
	if p, ok := errors.AsType[*problem](err); ok {
		return p.code
	}
	if e, ok := errors.AsType[*jenkins.Error](err); ok {
		switch e.Kind {
		case jenkins.NotAllowed:
			return exitNotAllowed
		case jenkins.NotFound:
			return exitNotFound
		case jenkins.Unreachable, jenkins.TimedOut, jenkins.BadCertificate, jenkins.Starting, jenkins.NotJenkins,
			jenkins.CutShort:
			return exitUnreachable
		}
		return exitFailed
	}
	if e, ok := errors.AsType[*sender.Error](err); ok {
		switch e.Kind {
		case sender.BadEndpoint, sender.UnknownEndpoint, sender.BadPayload:
			return exitUsage
		case sender.NoSuchDelivery:
			return exitNotFound
		}
		return exitFailed
	}
	if isUnknownCommand(err) || isFlagGroup(err) {
		return exitUsage
	}
	return exitFailed
}

// hintOf is what a person can do about an error, empty when nobody said.
func hintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	if isUnknownCommand(err) {
		return "`jenkwatch --help` lists the commands"
	}
	if isFlagGroup(err) {
		return "give all of them or none"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Op == "write" {
		return "make room, or write to another place"
	}
	return ""
}

// isUnknownCommand recognises cobra's complaint, which has no type.
func isUnknownCommand(err error) bool { return strings.HasPrefix(err.Error(), "unknown command ") }

// isFlagGroup recognises cobra's complaint about flags that belong together, which has no type either.
func isFlagGroup(err error) bool { return strings.HasPrefix(err.Error(), "if any flags in the group ") }

// errorJSON is an error on stderr where --json was asked for.
type errorJSON struct {
	Error string `json:"error"`
	Hint  string `json:"hint"`
	Code  int    `json:"code"`
}

// report prints an error as two lines, what and what to do, and returns the exit code.
func (a *app) report(cmd *cobra.Command, err error) int {
	code := codeOf(err)
	if err == nil {
		return 0
	}
	if _, silent := errors.AsType[exitCode](err); silent || code > exitSignal {
		return code
	}
	asJSON := cmd != nil && (boolFlag(cmd, "json") || cmd.Flags().Changed("jq"))
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, e := range several.Unwrap() {
			printError(a.errOut, e, asJSON)
		}
		return code
	}
	printError(a.errOut, err, asJSON)
	return code
}

// printError writes one error: two lines, which a narrow terminal breaks between words, or one JSON object.
func printError(w io.Writer, err error, asJSON bool) {
	hint := hintOf(err)
	if asJSON {
		b, _ := json.Marshal(errorJSON{Error: err.Error(), Hint: hint, Code: codeOf(err)})
		fmt.Fprintln(w, string(safeJSON(b)))
		return
	}
	note(w, "jenkwatch: %s", err)
	if hint != "" {
		fmt.Fprintln(w, wrap(jenkins.CleanLine(hint), terminalWidth(w), "  "))
	}
}

func boolFlag(cmd *cobra.Command, name string) bool {
	f := cmd.Flags().Lookup(name)
	return f != nil && f.Value.String() == "true"
}
