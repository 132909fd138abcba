package action

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Error is why an action was not done, or, if it is Unclear, why that is not known. It never holds a value that was sent.
type Error struct {
	Op      string // "stop shop/checkout/main #412"
	What    string
	Fix     string
	Command []string // of jenkwatch that Fix ends with: "enable", "shop/web"; empty for none
	Unclear bool     // the request may have reached Jenkins, and may have been obeyed
	Refused bool     // by us, before it was sent: the target is not what it was, or is so already
	Err     error    // an [*jenkins.Error] where Jenkins was asked
}

func (e *Error) Unwrap() error { return e.Err }

// Error says what happened in one line.
func (e *Error) Error() string {
	what := e.What
	if e.Unclear {
		what += "; it may have reached Jenkins"
	}
	return e.Op + ": " + what
}

// Hint says in one line what a person can do.
func (e *Error) Hint() string {
	if len(e.Command) > 0 {
		return e.Fix + ": " + jenkins.Command(e.Command...)
	}
	return e.Fix
}

// ErrProtected says that the controller's name has to be typed first.
var ErrProtected = errors.New("the controller is protected")

// wrong makes an error of what a person typed one of the action.
func wrong(op string, err error) error {
	if err == nil {
		return nil
	}
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	e.Op = op
	return e
}

// failed is what Do says of an error of the request.
func (a *Action) failed(err error) error {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok {
		return err
	}
	own := *e
	own.Op = ""
	a.reinterpret(&own)
	out := &Error{Op: a.Op(), What: own.Error(), Fix: own.Hint(), Unclear: own.Unclear, Err: &own}
	a.explain(&own, out)
	if out.Unclear {
		out.Command = nil
		out.Fix = "look at " + a.place() + " before you do it again"
	}
	return out
}

// unsent is what Do says of an error of the questions before the request.
func (a *Action) unsent(err error) error {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok || errors.Is(err, context.Canceled) {
		return a.failed(err)
	}
	own := *e
	own.Op = ""
	out := &Error{Op: a.Op(), What: own.Error() + "; nothing was sent", Fix: own.Hint(), Err: &own}
	if own.Kind == jenkins.NotFound && a.Target.Number > 0 {
		out.What, out.Refused = "the build is gone, or user "+quoted(own.Sent)+" may not see it (HTTP 404)", true
		out.Fix, out.Command = "look at the job's builds again", []string{"history", jenkins.Argument(a.Target.Job)}
	}
	return out
}

// place is where one sees whether an action was done.
func (a *Action) place() string {
	switch {
	case a.Kind == CancelItem:
		return "the queue"
	case a.Kind.Starts():
		return "the queue and the builds of " + jenkins.DisplayName(a.Target.Job)
	}
	return a.Target.String()
}

// reinterpret gives an answer the kind that it stands for with this action: some refusals for want of a right have another
// status than 403.
func (a *Action) reinterpret(e *jenkins.Error) {
	switch {
	case a.Kind == CancelItem && e.Status == http.StatusUnprocessableEntity,
		a.answers() && e.Status == http.StatusBadRequest && strings.HasPrefix(e.Said, "You need to"):
		e.Kind = jenkins.NotAllowed
	case a.answers() && e.Status == http.StatusInternalServerError && e.Direct:
		e.Unclear = false // measured: it goes on waiting
	}
}

func (a *Action) answers() bool { return a.Kind == Proceed || a.Kind == Abort }

// explain replaces what is said of an answer by what it means for this action.
func (a *Action) explain(e *jenkins.Error, out *Error) {
	switch {
	case errors.Is(e.Err, context.Canceled):
		out.What, out.Fix = "it was interrupted", "nothing was done"
	case errors.Is(e.Err, jenkins.ErrReadOnly):
		out.What, out.Fix, out.Refused = "not in read-only mode", "leave out --read-only", true
	case a.Kind == CancelItem && e.Kind == jenkins.NotAllowed && e.Status == http.StatusUnprocessableEntity:
		out.What, out.Fix = "user "+quoted(e.Sent)+" lacks the right Job/Cancel (HTTP 422)", "ask the controller's administrator for this right"
	case a.Kind == CancelItem && e.Kind == jenkins.NotFound:
		out.What, out.Fix, out.Command = "it has left the queue (HTTP 404)", "look for its build", []string{"runs"}
	case a.answers() && e.Kind == jenkins.NotAllowed && e.Said != "":
		out.What, out.Fix = e.Said+" You are user "+quoted(e.Sent)+".", "ask one of those to answer, or an administrator"
	case a.answers() && e.Kind == jenkins.NotFound:
		out.What = "the input is no longer open: it was answered, or the build has ended (HTTP 404)"
		out.Fix, out.Command = "look at the build again", []string{"status", a.Target.build()}
	case a.answers() && e.Status == http.StatusInternalServerError && e.Direct:
		out.What, out.Fix = "Jenkins failed and does not say why (HTTP 500); the input goes on waiting",
			"check the values, or look at the controller's own log"
	case (a.Kind == Rerun || a.Kind == Replay || a.Kind == Restart) && e.Kind == jenkins.NotFound:
		out.What = "Jenkins does not offer it for this build (HTTP 404): the right " + a.Permission +
			" is missing, the job is disabled, or a plugin is not installed"
		out.Fix, out.Command = "start a build instead", []string{"build", jenkins.Argument(a.Target.Job)}
	case a.Kind == Build && e.Status == http.StatusConflict:
		out.What, out.Fix, out.Command = "the job is disabled (HTTP 409)", "enable it", []string{"enable", jenkins.Argument(a.Target.Job)}
	case a.Kind == Build && e.Status == http.StatusBadRequest:
		out.Fix = "the job's parameters have changed meanwhile: look at them again"
	case e.Kind == jenkins.NotAllowed && e.Permission == "" && e.Status == http.StatusForbidden:
		out.What += "; it needs the right " + a.Permission
	case e.Status >= 500 && e.Direct && e.Said == "" && e.Kind == jenkins.Refused:
		out.What += " and does not say why"
	}
}

func quoted(user string) string {
	if user == "" {
		return "anonymous"
	}
	return `"` + user + `"`
}
