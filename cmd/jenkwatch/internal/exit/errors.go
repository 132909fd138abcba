package exit

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Exit codes. Scripts depend on them.
const (
	CodeFailed      = 1
	CodeUsage       = 2
	CodeUnreachable = 3
	CodeNotAllowed  = 4
	CodeNotFound    = 5
	CodeUnstable    = 10
	CodeFailure     = 11
	CodeNotBuilt    = 12
	CodeAborted     = 13
	CodeSignal      = 128 // and more: a signal ended the program, as a shell reports it
)

// Code ends the program with a code and without a word: what there was to say has been printed.
type Code int

func (e Code) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

// Error is an error with a hint and an exit code of its own.
type Error struct {
	Err  error
	Fix  string
	Code int
}

func (p *Error) Error() string { return p.Err.Error() }
func (p *Error) Unwrap() error { return p.Err }

// Hint returns what a person can do about it.
func (p *Error) Hint() string { return p.Fix }

// Usage returns an error of the person who typed the command.
func Usage(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Fix: hint, Code: CodeUsage}
}

// Failure returns an error that stops a command and is not a mistake in the command line.
func Failure(hint, format string, args ...any) error {
	return &Error{Err: fmt.Errorf(format, args...), Fix: hint, Code: CodeFailed}
}

// CodeOf returns the exit code that an error calls for: its type decides.
func CodeOf(err error) int {
	if err == nil {
		return 0
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return CodeOf(several.Unwrap()[0])
	}
	if code, ok := errors.AsType[Code](err); ok {
		return int(code)
	}
	if s, ok := errors.AsType[Signal](err); ok {
		return s.exitCode()
	}
	if p, ok := errors.AsType[*Error](err); ok {
		return p.Code
	}
	if e, ok := errors.AsType[*jenkins.Error](err); ok {
		switch e.Kind {
		case jenkins.NotAllowed:
			return CodeNotAllowed
		case jenkins.NotFound:
			return CodeNotFound
		case jenkins.Unreachable, jenkins.TimedOut, jenkins.BadCertificate, jenkins.Starting, jenkins.NotJenkins,
			jenkins.CutShort:
			return CodeUnreachable
		}
		return CodeFailed
	}
	if e, ok := errors.AsType[*sender.Error](err); ok {
		switch e.Kind {
		case sender.BadEndpoint, sender.UnknownEndpoint, sender.BadPayload:
			return CodeUsage
		case sender.Unreachable:
			return CodeUnreachable
		case sender.NoSuchDelivery:
			return CodeNotFound
		}
		return CodeFailed
	}
	if IsUnknownCommand(err) || isFlagGroup(err) {
		return CodeUsage
	}
	return CodeFailed
}

// HintOf returns what a person can do about an error, empty if the error has no hint.
func HintOf(err error) string {
	if h, ok := errors.AsType[interface {
		error
		Hint() string
	}](err); ok {
		return h.Hint()
	}
	if IsUnknownCommand(err) {
		return "`jenkwatch --help` lists the commands"
	}
	if isFlagGroup(err) {
		if strings.Contains(err.Error(), "none of the others") {
			return "give one of them"
		}
		return "give all of them or none"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok && e.Op == "write" {
		return "make room, or write to another place"
	}
	return ""
}

// IsUnknownCommand recognises cobra's complaint, which has no type.
func IsUnknownCommand(err error) bool { return strings.HasPrefix(err.Error(), "unknown command ") }

// isFlagGroup recognises cobra's complaint about flags that belong together or exclude each other, which has no type either.
func isFlagGroup(err error) bool { return strings.HasPrefix(err.Error(), "if any flags in the group ") }

// ReadOnly refuses an operation that --read-only forbids.
func ReadOnly(op string) error {
	return Usage("leave out --read-only", "%s: not with --read-only", op)
}

// Result returns the result of a build as an exit code.
func Result(s jenkins.Status) error {
	switch s {
	case jenkins.Success:
		return nil
	case jenkins.Unstable:
		return Code(CodeUnstable)
	case jenkins.Failure:
		return Code(CodeFailure)
	case jenkins.NotBuilt:
		return Code(CodeNotBuilt)
	case jenkins.Aborted:
		return Code(CodeAborted)
	}
	return Failure("look at the build's console: `jenkwatch log`", "%w", errors.New("the build ended without a result"))
}
