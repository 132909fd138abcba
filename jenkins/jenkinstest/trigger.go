package jenkinstest

import (
	"io"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// trigger puts a build into the queue.
func (q jobPages) trigger(withParameters bool) func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Item.Build"); send != nil {
		return send
	}
	known := q.j.Params
	if q.j.Kind == world.Pipeline && len(q.j.Builds) == 0 { // a declarative job has none before its first run
		known = nil
	}
	switch {
	case q.j.Disabled:
		return q.plain(http.StatusConflict, q.j.Name+" is not buildable")
	case !withParameters && len(known) > 0:
		return q.plain(http.StatusBadRequest, "Nothing is submitted")
	case withParameters && len(known) == 0:
		return q.plain(http.StatusBadRequest, q.j.Name+" is not parameterized")
	}
	given, ok := q.given(known)
	if !ok {
		return q.oops()
	}
	params := world.Merge(known, given)
	for _, it := range q.c.world.Queue {
		if it.Job == q.j && it.How == (world.Repetition{}) && reflect.DeepEqual(it.Params, params) {
			q.w.Header().Set("Location", q.c.itemURL(it.ID))
			return q.status(http.StatusSeeOther)
		}
	}
	quiet := time.Duration(0)
	delay := q.r.Form.Get("delay")
	if n, err := strconv.Atoi(strings.TrimSuffix(delay, "sec")); err == nil {
		quiet = time.Duration(n) * time.Second
		if !strings.HasSuffix(delay, "sec") {
			quiet = time.Duration(n) * time.Millisecond
		}
	}
	it := q.c.world.Enqueue(q.j, params, []Cause{{User: q.user.Name}}, q.now, q.now.Add(quiet))
	q.w.Header().Set("Location", q.c.itemURL(it.ID))
	return q.status(http.StatusCreated)
}

// given reads the values of a form. Jenkins drops unknown names, and fails for others without saying why.
func (q *request) given(known []Param) ([]Param, bool) {
	ofFiles := slices.ContainsFunc(known, func(d Param) bool { return d.Type == "File" })
	kind := q.r.Header.Get("Content-Type")
	if ofFiles && kind == "" {
		return nil, false
	}
	var err error
	if strings.HasPrefix(kind, "multipart/form-data") {
		err = q.r.ParseMultipartForm(10 << 20)
	} else {
		err = q.r.ParseForm()
	}
	if err != nil {
		return nil, false
	}
	var given []Param
	for _, d := range known {
		v, ok := q.r.Form[d.Name]
		switch {
		case len(v) > 1:
			return nil, false
		case d.Type == "File":
			if content, sent := q.upload(d.Name); sent {
				given = append(given, Param{Name: d.Name, Value: content})
			}
			continue
		case !ok:
			continue
		case d.Type == "Choice" && !slices.Contains(d.Choices, v[0]), d.Type == "Run" && !strings.Contains(v[0], "#"):
			return nil, false
		case d.Type == "Boolean" && v[0] != "true":
			v[0] = "false"
		}
		given = append(given, Param{Name: d.Name, Value: v[0]})
	}
	return given, true
}

// upload returns the content of a part that is a file.
func (q *request) upload(name string) (string, bool) {
	if q.r.MultipartForm == nil || len(q.r.MultipartForm.File[name]) == 0 {
		return "", false
	}
	f, err := q.r.MultipartForm.File[name][0].Open()
	if err != nil {
		return "", false
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	return string(b), err == nil
}
