package jenkinstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
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
func (q buildPages) stop(op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	at := q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/"
	if op != "stop" && q.b.Job().Kind != world.Pipeline {
		return q.redirect(at + op + "/")
	}
	if q.b.Ended() {
		return q.redirect(at)
	}
	if send := q.needs("hudson.model.Item.Cancel"); send != nil {
		return send
	}
	if strength := slices.Index([]string{"stop", "term", "kill"}, op); strength >= q.b.Plan.Outlives {
		q.c.world.Abort(q.b, q.now, "Aborted by "+world.Note+q.user.Name)
	}
	return q.redirect(at)
}

// cancel takes an item out of the queue.
func (q *request) cancel() func() {
	if send := q.posted(); send != nil {
		return send
	}
	id, _ := strconv.ParseInt(q.r.FormValue("id"), 10, 64)
	it := q.c.world.Item(id)
	if it == nil {
		return q.notFound()
	}
	if !q.may("hudson.model.Item.Cancel") {
		return q.html("Jenkins - Jenkins", http.StatusUnprocessableEntity)
	}
	q.c.world.Cancel(it, q.now)
	return q.status(http.StatusNoContent)
}

// answer answers an input of a build: proceed, proceedEmpty or abort.
func (q buildPages) answer(id, op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	g := q.b.AtInput(q.now)
	if g == nil {
		return q.notFound()
	}
	at := slices.IndexFunc(g.Open(), func(in *Input) bool { return in.JenkinsID() == id })
	if at < 0 {
		return q.notFound()
	}
	in := g.Open()[at]
	if refusal := q.mayAnswer(in); refusal != "" {
		return q.refuse(refusal)
	}
	switch op {
	case "proceed", "submit":
		if q.r.FormValue("json") == "" {
			return q.plain(http.StatusBadRequest, "This page expects a form submission")
		}
		if !accepts(in, q.r.FormValue("json")) {
			return q.oops()
		}
	case "proceedEmpty":
	case "abort":
		q.c.world.Abort(q.b, q.now, "Rejected by "+world.Note+q.user.Name)
		return q.status(http.StatusOK)
	default:
		return q.notFound()
	}
	g.Answer(in)
	if len(g.Open()) == 0 {
		q.c.world.Pass(q.b, g, q.now, q.user.Name)
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
func accepts(in *Input, form string) bool {
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

// change answers the small changes below a build, by the last part of its path.
func (q buildPages) change(op string) func() {
	if send := q.posted(); send != nil {
		return send
	}
	permission := "hudson.model.Run.Update"
	if op == "doDelete" || op == "toggleLogKeep" && q.b.Keep {
		permission = "hudson.model.Run.Delete"
	}
	if send := q.needs(permission); send != nil {
		return send
	}
	at := q.raw[:len(q.raw)-1]
	switch {
	case op == "submitDescription":
		q.b.Description = q.r.PostFormValue("description")
	case op == "toggleLogKeep":
		q.b.Keep = !q.b.Keep
	case q.b.Keep:
		return q.refuse(fmt.Sprintf("Unable to delete %s %s: This record is explicitly marked to be kept.",
			q.b.Job().FullDisplay(), q.b.Shown()))
	default:
		q.c.world.Delete(q.b)
		at = at[:len(at)-1]
	}
	return q.redirect(q.c.Prefix + "/" + strings.Join(at, "/") + "/")
}

// enable disables a job or enables it.How.
func (q jobPages) enable(disabled bool) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Configure"); send != nil {
		return send
	}
	q.c.world.Disable(q.j, disabled)
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/")
}

// refuse answers 400 with a page that says why.
func (q *request) refuse(why string) func() {
	q.w.Header().Set("X-Error", why)
	return q.withContent(http.StatusBadRequest, "<h1>Error</h1><p>"+why+"<!--\n-->\n</p>")
}
