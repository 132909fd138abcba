package jenkinstest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// change answers the small changes below a build, by the last part of its path.
func (q *request) change(b *Build, op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	permission := "hudson.model.Run.Update"
	if op == "doDelete" || op == "toggleLogKeep" && b.keep {
		permission = "hudson.model.Run.Delete"
	}
	if send := q.needs(permission); send != nil {
		return send
	}
	at := q.raw[:len(q.raw)-1]
	switch {
	case op == "submitDescription":
		b.description = q.r.PostFormValue("description")
	case op == "toggleLogKeep":
		b.keep = !b.keep
	case b.keep:
		return q.refuse(fmt.Sprintf("Unable to delete %s %s: This record is explicitly marked to be kept.",
			b.job.fullDisplay(), b.shown()))
	default:
		q.c.remove(b)
		at = at[:len(at)-1]
	}
	return q.redirect(q.c.Prefix + "/" + strings.Join(at, "/") + "/")
}

// enable disables a job or enables it.how.
func (q *request) enable(j *Job, disabled bool) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Configure"); send != nil {
		return send
	}
	q.c.disable(j, disabled)
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/")
}

// may reports whether the user has a right.
func (q *request) may(permission string) bool {
	return q.user != nil && (q.user.Admin || slices.Contains(q.user.May, permission))
}

// refuse answers 400 with a page that says why.
func (q *request) refuse(why string) func() {
	q.w.Header().Set("X-Error", why)
	return q.withContent(http.StatusBadRequest, "<h1>Error</h1><p>"+why+"<!--\n-->\n</p>")
}
