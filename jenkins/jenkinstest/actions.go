package jenkinstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// posted answers with a 405 unless the request is a POST.
func (q *request) posted() func() {
	if q.r.Method == http.MethodPost {
		return nil
	}
	if strings.HasPrefix(q.path[len(q.path)-1], "build") {
		q.w.Header().Set("Allow", "POST")
	}
	return q.html("Method not allowed - Jenkins", http.StatusMethodNotAllowed)
}

func (c *Controller) itemURL(id int64) string { return fmt.Sprintf("%squeue/item/%d/", c.RootURL, id) }

// stop aborts a build: by "stop", "term" or "kill". Of an ended one it answers the same, whoever asks. A freestyle build
// knows no term and no kill: its answer only adds the slash.
func (q *request) stop(b *Build, op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	at := q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/"
	if op != "stop" && b.job.kind != pipeline {
		return q.redirect(at + op + "/")
	}
	if b.ended() {
		return q.redirect(at)
	}
	if send := q.needs("hudson.model.Item.Cancel"); send != nil {
		return send
	}
	if strength := slices.Index([]string{"stop", "term", "kill"}, op); strength >= b.plan.Outlives {
		b.abort(q.c, q.now, "Aborted by "+note+q.user.Name)
	}
	return q.redirect(at)
}

// abort ends a build in a person's name.
func (b *Build) abort(c *Controller, now time.Time, why string) {
	c.end(b, func() { b.stop(now, "ABORTED", why) })
}

// cancel takes an item out of the queue.
func (q *request) cancel() func() {
	if send := q.posted(); send != nil {
		return send
	}
	id, _ := strconv.ParseInt(q.r.FormValue("id"), 10, 64)
	it := q.c.items[id]
	if it == nil {
		return q.notFound()
	}
	if !q.may("hudson.model.Item.Cancel") {
		return q.html("Jenkins - Jenkins", http.StatusUnprocessableEntity)
	}
	if it.part != nil { // a node block of a pipeline
		it.part.abort(q.c, q.now, "Queue task was cancelled")
	} else if it.became == nil {
		it.cancelled = true
		q.c.dequeue(it, q.now)
	}
	return q.status(http.StatusNoContent)
}

// answer answers an input of a build: proceed, proceedEmpty or abort.
func (q *request) answer(b *Build, id, op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	g := b.inputGate(q.now)
	if g == nil {
		return q.notFound()
	}
	at := slices.IndexFunc(g.open(), func(in *Input) bool { return in.id() == id })
	if at < 0 {
		return q.notFound()
	}
	in := g.open()[at]
	if refusal := q.mayAnswer(in); refusal != "" {
		return q.refuse(refusal)
	}
	switch op {
	case "proceed", "submit":
		if q.r.FormValue("json") == "" {
			return q.plain(http.StatusBadRequest, "This page expects a form submission")
		}
		if !in.takes(q.r.FormValue("json")) {
			return q.oops()
		}
	case "proceedEmpty":
	case "abort":
		b.abort(q.c, q.now, "Rejected by "+note+q.user.Name)
		return q.status(http.StatusOK)
	default:
		return q.notFound()
	}
	g.answered = append(g.answered, in)
	if len(g.open()) == 0 {
		b.pass(g, q.now, q.user.Name)
		q.c.nextEvent = time.Time{}
	}
	return q.status(http.StatusOK)
}

// mayAnswer says in Jenkins' words why the user may not answer; empty: they may.
func (q *request) mayAnswer(in *Input) string {
	switch {
	case q.user == nil:
		return "You need to have Job/Build permissions to submit this."
	case in.Submitter == "" && !q.may("hudson.model.Item.Build"):
		return "You need to have Job/Build permissions to submit this."
	case in.Submitter != "" && !q.user.Admin && !slices.Contains(strings.Split(in.Submitter, ","), q.user.Name):
		return "You need to be " + in.Submitter + " to submit this."
	}
	return ""
}

// takes reports whether an input knows all names and values of a form.
func (in *Input) takes(form string) bool {
	var sent struct {
		Parameter []struct {
			Name  string
			Value any
		}
	}
	if json.Unmarshal([]byte(form), &sent) != nil {
		return false
	}
	for _, p := range sent.Parameter {
		at := slices.IndexFunc(in.Params, func(d Param) bool { return d.Name == p.Name })
		if at < 0 || in.Params[at].Type == "Choice" && !slices.Contains(in.Params[at].Choices, fmt.Sprint(p.Value)) {
			return false
		}
	}
	return true
}

func (q *request) toggle(n *Node) func() {
	if send := q.posted(); send != nil {
		return send
	}
	permission := "hudson.model.Computer.Connect"
	if n.Offline == "" {
		permission = "hudson.model.Computer.Disconnect"
	}
	if send := q.needs(permission); send != nil {
		return send
	}
	if n.Offline == "" {
		n.Offline, n.Since = cmp.Or(q.r.FormValue("offlineMessage"), "no reason"), q.now
	} else {
		n.Offline, n.Lost = "", false
	}
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:2], "/") + "/")
}
