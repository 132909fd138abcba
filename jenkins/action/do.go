package action

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Result is what Jenkins answered to an action that was done.
type Result struct {
	QueueID int64  // of the item that a build will come of; 0 where Jenkins does not say
	Message string // what happened, in one line
	Already bool   // nothing was to be done: it was so before
	after   int    // the number of the job's last build before
}

const (
	mega = jenkins.Mega
	// Stopping a pipeline that Jenkins has not yet resumed after its start kills it (WorkflowRun).
	settles = 15 * time.Second
)

// Do does an action, once. Before that it looks whether the target is still what it was, and says so if it is not. Its
// errors are [*Error]; one that is Unclear leaves open whether the action was done, and it is never tried again.
func Do(ctx context.Context, c *jenkins.Client, a Action) (Result, error) {
	if c.ReadOnly {
		return Result{}, a.failed(&jenkins.Error{Kind: jenkins.Refused, Err: jenkins.ErrReadOnly})
	}
	if c.Protected && a.Typed != c.Name {
		return Result{}, &Error{Op: a.Op(), What: "the controller " + clean.Line(c.Name) + " is protected", Err: ErrProtected, Refused: true,
			Fix: "type its name to confirm; a command takes --yes " + clean.Line(c.Name)}
	}
	seen, err := Check(ctx, c, a)
	if err != nil || seen.Already {
		return seen, err
	}
	answer, by, err := a.send(ctx, c)
	if err != nil {
		return Result{}, a.failed(err)
	}
	result, err := a.judge(c, answer, by)
	result.after = seen.after
	if err == nil {
		err = a.verify(ctx, c)
	}
	return result, err
}

// Check asks whether the target of an action is still what it was, and whether there is anything to do. It changes nothing; [Do]
// begins with it.
func Check(ctx context.Context, c *jenkins.Client, a Action) (Result, error) {
	seen, err := a.look(ctx, c)
	if err != nil {
		err = a.unsent(err)
	}
	return seen, err
}

// send posts the request: the first of its pages that the controller has.
func (a *Action) send(ctx context.Context, c *jenkins.Client) (answer jenkins.Answer, path string, err error) {
	q, paths, err := a.request(c)
	if err != nil {
		return answer, "", err
	}
	for _, path = range paths {
		q.Path = path
		answer, err = c.Post(ctx, q)
		// A page that is missing has done nothing, so that the next may be tried.
		if jenkins.IsKind(err, jenkins.NotFound) || err == nil && onlySlash(c, path, answer.Location) {
			continue
		}
		break
	}
	return answer, path, err
}

// Preview is an action's request as it may be shown.
type Preview struct {
	Method, URL string
	Values      []Value
}

// Preview returns the request that Do would send, without asking anything.
func (a Action) Preview(c *jenkins.Client) Preview {
	q, paths, err := a.request(c)
	if err != nil {
		return Preview{}
	}
	u := c.Base() + "/" + paths[0]
	if q.Query != "" {
		u += "?" + q.Query
	}
	values := a.Values
	if a.Kind == NodeOffline {
		values = nil // it is in the URL
	}
	return Preview{Method: http.MethodPost, URL: u, Values: values}
}

func (a *Action) request(c *jenkins.Client) (q jenkins.Question, paths []string, err error) {
	q = jenkins.Question{Op: a.Op(), Limit: mega, Text: true, Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}}
	job := c.Path(a.Target.Job)
	run := job + strconv.Itoa(a.Target.Number) + "/"
	switch a.Kind {
	case Build:
		q.Query = "delay=0sec"
		if !a.parametrised {
			return q, []string{job + "build"}, nil
		}
		q.Body, err = encode(a.Values, q.Header)
		return q, []string{job + "buildWithParameters"}, err
	case Rerun:
		return q, []string{run + "pipeline-overview/rerun", run + "stages/rerun", run + "replay/rebuild"}, nil
	case Restart:
		q.Query = "stageName=" + url.QueryEscape(a.Target.Stage)
		return q, []string{run + "restart/restartPipeline"}, nil
	case Replay:
		scripts := map[string]string{}
		for _, v := range a.Values {
			scripts[v.Name] = v.Text
		}
		form, err := json.Marshal(scripts)
		q.Body = url.Values{"json": {string(form)}}.Encode()
		return q, []string{run + "replay/run"}, err
	case Stop:
		return q, []string{run + "stop"}, nil
	case Terminate:
		return q, []string{run + "term"}, nil
	case Kill:
		return q, []string{run + "kill"}, nil
	case CancelItem:
		q.Query = "id=" + strconv.FormatInt(a.Target.QueueID, 10)
		return q, []string{"queue/cancelItem"}, nil
	case Proceed, Abort:
		return a.answerRequest(q, run+"input/"+url.PathEscape(a.Target.Input)+"/")
	case Keep, Unkeep:
		return q, []string{run + "toggleLogKeep"}, nil
	case Describe:
		q.Body, err = encode(a.Values, q.Header)
		return q, []string{run + "submitDescription"}, err
	case Delete:
		return q, []string{run + "doDelete"}, nil
	case DisableJob:
		return q, []string{job + "disable"}, nil
	case EnableJob:
		return q, []string{job + "enable"}, nil
	case NodeOffline, NodeOnline:
		q.Query = "offlineMessage="
		for _, v := range a.Values {
			q.Query += url.QueryEscape(v.Text)
		}
		return q, []string{nodePath(a.Target.Node) + "toggleOffline"}, nil
	}
	return q, nil, fmt.Errorf("there is no action %q", a.Kind)
}

func (a *Action) answerRequest(q jenkins.Question, input string) (jenkins.Question, []string, error) {
	switch {
	case a.Kind == Abort:
		return q, []string{input + "abort"}, nil
	case len(a.Values) == 0:
		return q, []string{input + "proceedEmpty"}, nil
	}
	form, err := inputForm(a.Values)
	q.Body = url.Values{"json": {form}}.Encode()
	return q, []string{input + "proceed"}, err
}

// nodePath is the path of a node below the controller's URL. The controller's own node is called otherwise there.
func nodePath(name string) string {
	if name == "built-in" || name == "master" {
		return "computer/(built-in)/"
	}
	return "computer/" + url.PathEscape(name) + "/"
}

// encode encodes values as a form, as one of several parts if there are files. A form without values has a Content-Type,
// too: without one a job with a file parameter fails.
func encode(values []Value, header http.Header) (string, error) {
	form, files := url.Values{}, false
	for _, v := range values {
		form.Set(v.Name, v.Text)
		files = files || v.File != nil
	}
	if !files {
		return form.Encode(), nil
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, v := range values {
		if v.File == nil {
			if err := w.WriteField(v.Name, v.Text); err != nil {
				return "", err
			}
			continue
		}
		part := textproto.MIMEHeader{}
		part.Set("Content-Disposition", multipart.FileContentDisposition(v.Name, v.File.Name))
		part.Set("Content-Type", "application/octet-stream")
		to, err := w.CreatePart(part)
		if err == nil {
			_, err = to.Write(v.File.Content)
		}
		if err != nil {
			return "", err
		}
	}
	err := w.Close()
	header.Set("Content-Type", w.FormDataContentType())
	return b.String(), err
}

// onlySlash reports whether a redirect merely adds a slash to the path that was asked for: Jenkins has no such page then.
func onlySlash(c *jenkins.Client, path, location string) bool {
	return location != "" && resolve(c, path, location) == resolve(c, path, "")+"/"
}

// resolve returns the decoded path that a Location points to from a page.
func resolve(c *jenkins.Client, page, location string) string {
	from, err := url.Parse(c.Base() + "/" + page)
	if err != nil {
		return ""
	}
	to, err := from.Parse(location)
	if err != nil {
		return ""
	}
	return to.Path
}

// judge reads the answer to a request that was not refused. by is the page that answered.
func (a *Action) judge(c *jenkins.Client, answer jenkins.Answer, by string) (Result, error) {
	ok := Result{Message: a.done()}
	unexpected := &Error{Op: a.Op(), What: fmt.Sprintf("Jenkins answered in an unexpected way (HTTP %d)", answer.Status), Unclear: true,
		Fix: "look at " + a.place() + " before you do it again"}
	switch {
	case onlySlash(c, by, answer.Location):
		return Result{}, &Error{Op: a.Op(), What: "Jenkins does not offer it for this build", Fix: a.instead()}
	case answer.HTML && answer.Status/100 == 2: // something else answers in Jenkins' place
		return Result{}, unexpected
	case a.Kind == Build:
		return a.judgeBuild(answer, ok)
	case strings.HasSuffix(by, "/rerun"):
		return a.judgeRerun(answer, ok)
	case a.Kind == Restart:
		return a.judgeRestart(answer, ok)
	case answer.Status/100 == 2:
		return ok, nil
	}
	want := "/" + c.Path(a.Target.Job)
	switch a.Kind {
	case CancelItem:
		return ok, nil // before Jenkins 2.213 it is a redirect to where one came from
	case NodeOffline, NodeOnline:
		want = "/" + nodePath(a.Target.Node)
	case Stop, Terminate, Kill, Keep, Unkeep, Describe:
		want += strconv.Itoa(a.Target.Number) + "/"
	}
	plain, err := url.PathUnescape(want)
	if err == nil && strings.HasSuffix(resolve(c, by, answer.Location), plain) {
		return ok, nil
	}
	return Result{}, unexpected
}

// instead is what to do where Jenkins does not offer an action.
func (a *Action) instead() string {
	if a.Kind == Terminate || a.Kind == Kill {
		return "only pipelines can be terminated or killed: stop it"
	}
	return "look at the build in the browser"
}

func (a *Action) judgeBuild(answer jenkins.Answer, r Result) (Result, error) {
	r.QueueID = queueID(answer.Location)
	switch {
	case answer.Status == http.StatusSeeOther && r.QueueID > 0:
		r.Already = true
		r.Message = fmt.Sprintf("a build like it waits already: queue item %d", r.QueueID)
	case answer.Status/100 == 3: // (source) a plugin's QueueDecisionHandler
		return Result{}, &Error{Op: a.Op(), What: fmt.Sprintf("Jenkins put no build into the queue (HTTP %d): a plugin refused it", answer.Status),
			Fix: "look at the job in the browser, or at the controller's own log"}
	}
	return r, nil
}

func (a *Action) judgeRerun(answer jenkins.Answer, r Result) (Result, error) {
	var page struct {
		Status, Message string
		Data            struct {
			QueueID int64 `json:"queueId"`
		}
	}
	if err := json.Unmarshal(answer.Body, &page); err != nil || page.Status == "" {
		return Result{}, a.unread(answer)
	}
	if page.Status != "ok" {
		return Result{}, &Error{Op: a.Op(), What: "Jenkins refused: " + said(page.Message),
			Fix: "enable the job, if it is disabled", Command: []string{"enable", jenkins.Argument(a.Target.Job)}}
	}
	r.QueueID = page.Data.QueueID
	return r, nil
}

func (a *Action) judgeRestart(answer jenkins.Answer, r Result) (Result, error) {
	var page struct {
		Data struct {
			Success any // the text "true" (2.2265)
			Message string
		}
	}
	if err := json.Unmarshal(answer.Body, &page); err != nil || page.Data.Success == nil {
		return Result{}, a.unread(answer)
	}
	if fmt.Sprint(page.Data.Success) != "true" {
		message := said(page.Data.Message)
		if _, why, found := strings.Cut(message, "Exception: "); found {
			message = why
		}
		return Result{}, &Error{Op: a.Op(), What: "Jenkins refused: " + message, Fix: "restart from one of the stages that the build offers"}
	}
	return r, nil
}

// unread is the error of a 200 whose page is not what it should be.
func (a *Action) unread(answer jenkins.Answer) error {
	return &Error{Op: a.Op(), What: fmt.Sprintf("Jenkins' answer cannot be read (HTTP %d)", answer.Status), Unclear: true,
		Fix: "look at " + a.place() + " before you do it again"}
}

func said(message string) string {
	if message = clean.Line(message); message == "" {
		return "it does not say why"
	}
	return message
}

// queueID is the ID of the queue item that a Location names; 0 where it names none.
func queueID(location string) int64 {
	_, item, _ := strings.Cut(location, "queue/item/")
	id, _, _ := strings.Cut(item, "/")
	n, err := strconv.ParseInt(id, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// done is what is said of an action that was done. Jenkins only promises to stop a build.
func (a *Action) done() string {
	what := a.Target.String()
	on := " on " + clean.Line(a.Target.Controller)
	switch a.Kind {
	case Build:
		return "put a build of " + what + " into the queue" + on
	case Rerun:
		return "asked for a rerun of " + what + on
	case Restart:
		return "asked for a restart of " + what + " from stage " + clean.Line(a.Target.Stage) + on
	case Replay:
		return "asked for a replay of " + what + on
	case Stop, Terminate, Kill:
		return "asked Jenkins to " + string(a.Kind) + " " + what + on
	case CancelItem:
		return "took " + what + " out of the queue" + on
	case Proceed, Abort:
		return "answered the input " + clean.Line(a.Target.Input) + " of " + what + on
	case Keep:
		return what + on + " is kept forever"
	case Unkeep:
		return what + on + " may be discarded"
	case Describe:
		return "described " + what + on
	case Delete:
		return "deleted " + what + on
	case DisableJob, EnableJob:
		return string(a.Kind) + "d " + what + on
	case NodeOffline:
		return "node " + what + on + " is offline"
	case NodeOnline:
		return "node " + what + on + " is online"
	}
	return string(a.Kind) + " " + what + on
}
