package jenkinstest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
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

// trigger puts a build into the queue.
func (q *request) trigger(j *Job, withParameters bool) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Build"); send != nil {
		return send
	}
	known := j.Params
	if j.kind == pipeline && len(j.builds) == 0 { // a declarative job has none before its first run
		known = nil
	}
	switch {
	case j.Disabled:
		return q.plain(http.StatusConflict, j.name+" is not buildable")
	case !withParameters && len(known) > 0:
		return q.plain(http.StatusBadRequest, "Nothing is submitted")
	case withParameters && len(known) == 0:
		return q.plain(http.StatusBadRequest, j.name+" is not parameterized")
	}
	if err := q.r.ParseForm(); err != nil {
		return q.oops()
	}
	var given []Param
	for _, d := range known {
		if v, ok := q.r.Form[d.Name]; ok {
			if d.Type == "Choice" && !slices.Contains(d.Choices, v[0]) {
				return q.oops()
			}
			given = append(given, Param{Name: d.Name, Value: v[0]})
		}
	}
	params := merge(known, given)
	causes := []Cause{{User: q.user.Name}}
	for _, it := range q.c.queue {
		if it.job == j && reflect.DeepEqual(it.params, params) {
			q.w.Header().Set("Location", q.c.itemURL(it.id))
			return q.status(http.StatusSeeOther)
		}
	}
	quiet := time.Duration(0)
	if n, err := strconv.Atoi(strings.TrimSuffix(q.r.Form.Get("delay"), "sec")); err == nil {
		quiet = time.Duration(n) * time.Second
	}
	it := q.c.enqueue(j, params, causes, q.now, q.now.Add(quiet))
	q.w.Header().Set("Location", q.c.itemURL(it.id))
	return q.status(http.StatusCreated)
}

func (c *Controller) itemURL(id int64) string { return fmt.Sprintf("%squeue/item/%d/", c.RootURL, id) }

// stop aborts a build. Of an ended one it answers the same, whoever asks.
func (q *request) stop(b *Build) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if !b.ended() {
		if send := q.needs("hudson.model.Item.Cancel"); send != nil {
			return send
		}
		q.c.end(b, func() { b.stop(q.now, "ABORTED", "Aborted by "+note+q.user.Name) })
	}
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/")
}

func (q *request) describe(b *Build) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Run.Update"); send != nil {
		return send
	}
	b.description = q.r.PostFormValue("description")
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:len(q.raw)-1], "/") + "/")
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
	if send := q.needs("hudson.model.Item.Cancel"); send != nil {
		return send
	}
	if it.became == nil {
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
	if g == nil || g.input.id() != id {
		return q.notFound()
	}
	if send := q.needs("hudson.model.Item.Build"); send != nil {
		return send
	}
	var form struct {
		Parameter []struct {
			Name  string
			Value any
		}
	}
	if s := q.r.FormValue("json"); s != "" && json.Unmarshal([]byte(s), &form) != nil {
		return q.oops()
	}
	switch op {
	case "proceed", "proceedEmpty", "submit":
		b.pass(g, q.now, q.user.Name)
		q.c.nextEvent = time.Time{}
	case "abort":
		q.c.end(b, func() { b.stop(q.now, "ABORTED", "Rejected by "+note+q.user.Name) })
	default:
		return q.notFound()
	}
	return q.status(http.StatusOK)
}

func (q *request) toggle(n *Node) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Computer.Disconnect"); send != nil {
		return send
	}
	if n.Offline == "" {
		n.Offline, n.Since = cmp.Or(q.r.FormValue("offlineMessage"), "no reason"), q.now
	} else {
		n.Offline, n.Lost = "", false
	}
	return q.redirect(q.c.Prefix + "/" + strings.Join(q.raw[:2], "/") + "/")
}
