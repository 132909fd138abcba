package watch

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// events follows the events of the sse-gateway plugin and rings the bell for each. The stream sends nothing to show
// that it lives, so polling goes on beside it, more slowly, and ends a stream that did not tell what polling found.
type events struct {
	client *jenkins.Client
	bell   *bell
}

const (
	eventsFirst      = time.Second
	eventsMost       = time.Minute
	eventsNotAllowed = 5 * time.Minute
	eventsHeld       = 30 * time.Second // a stream that lived so long was a good one
)

// errNoEvents is a controller without the plugin.
var errNoEvents = errors.New("the controller has no sse-gateway plugin")

// follow connects again and again until ctx is done or the plugin turns out to be missing.
func (e *events) follow(ctx context.Context) {
	for failures := 1; ; failures++ {
		began := time.Now()
		err := e.connect(ctx)
		e.bell.ring(func(b *bell) { b.streaming, b.hangUp = false, nil })
		if ctx.Err() != nil || errors.Is(err, errNoEvents) {
			return
		}
		if time.Since(began) > eventsHeld {
			failures = 1
		}
		pause := jenkins.Backoff(failures, eventsFirst, eventsMost)
		if jenkins.IsKind(err, jenkins.NotAllowed) {
			pause = eventsNotAllowed
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// connect opens one stream and reads it to its end. The plugin wants, in this order: a session, a listener, and, in
// the same session, the channels that the listener wants to hear.
func (e *events) connect(ctx context.Context) error {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	id := "jenkwatch-" + strings.ToLower(rand.Text())
	session, err := e.brief(ctx, eventsRequest{path: "sse-gateway/connect?clientId=" + id})
	if err != nil {
		return err
	}
	cookie := cookies(session)

	late := time.AfterFunc(e.client.RequestTimeout(), hangUp) // for the first byte only: the stream itself has no end
	stream, err := e.send(ctx, eventsRequest{path: "sse-gateway/listen/" + id, cookie: cookie, stream: true})
	late.Stop()
	if err != nil {
		return err
	}
	defer stream.Body.Close()
	for event, err := range serverEvents(stream.Body) {
		if err != nil {
			return err
		}
		switch event.name {
		case "open":
			if err := e.configure(ctx, id, cookie); err != nil {
				return err
			}
			e.bell.ring(func(b *bell) { b.streaming, b.hangUp = true, hangUp })
		case "job":
			heard := e.read(event.data)
			e.bell.ring(func(b *bell) { b.hear(heard.job, heard.number, false) })
		}
	}
	return nil
}

// configure asks for the channel on which jobs speak. An API token may do so as it is; a password needs a crumb.
func (e *events) configure(ctx context.Context, id, cookie string) error {
	body, err := json.Marshal(map[string]any{
		"dispatcherId": id, "subscribe": []map[string]string{{"jenkins_channel": "job"}}, "unsubscribe": []string{},
	})
	if err != nil {
		return err
	}
	r := eventsRequest{method: http.MethodPost, path: "sse-gateway/configure?batchId=1", cookie: cookie, body: body}
	_, err = e.brief(ctx, r)
	if !jenkins.IsKind(err, jenkins.NotAllowed) {
		return err
	}
	if r.crumbField, r.crumb, err = e.askCrumb(ctx, cookie); err != nil {
		return err
	}
	_, err = e.brief(ctx, r)
	return err
}

func (e *events) askCrumb(ctx context.Context, cookie string) (field, crumb string, err error) {
	answer, err := e.brief(ctx, eventsRequest{path: "crumbIssuer/api/json", cookie: cookie})
	if err != nil {
		return "", "", err
	}
	defer answer.Body.Close()
	var c struct{ Crumb, CrumbRequestField string }
	if err := json.NewDecoder(io.LimitReader(answer.Body, 64<<10)).Decode(&c); err != nil {
		return "", "", fmt.Errorf("read the crumb: %w", err)
	}
	return c.CrumbRequestField, c.Crumb, nil
}

// read says which build an event speaks of; number 0 when it speaks of the queue or cannot be read.
func (e *events) read(data []byte) notice {
	var event struct {
		Event string `json:"jenkins_event"`
		URL   string `json:"jenkins_object_url"`
		ID    string `json:"jenkins_object_id"`
		Job   string `json:"job_name"`
	}
	if json.Unmarshal(data, &event) != nil {
		return notice{}
	}
	at := jenkins.Locate(event.URL)
	h := notice{job: cmp.Or(at.Job, event.Job)}
	if event.Event == "job_run_started" || event.Event == "job_run_ended" {
		id, _ := strconv.Atoi(event.ID)
		h.number = max(0, cmp.Or(at.Number, id))
	}
	if h.job == "" {
		return notice{}
	}
	return h
}

// eventsRequest is one request to the plugin. The Client's own questions cannot ask it: they have no session, and an
// answer that never ends.
type eventsRequest struct {
	method, path, cookie string
	body                 []byte
	crumbField, crumb    string
	stream               bool
}

// brief is send for an answer that comes at once and is small; it is held in memory.
func (e *events) brief(ctx context.Context, r eventsRequest) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, e.client.RequestTimeout())
	defer cancel()
	resp, err := e.send(ctx, r)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return nil, &jenkins.Error{Kind: jenkins.CutShort, Op: eventsOp, Path: r.path, Err: err}
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

const eventsOp = "follow the events of Jenkins"

func (e *events) send(ctx context.Context, r eventsRequest) (*http.Response, error) {
	c := e.client
	if c.URL == nil {
		return nil, &jenkins.Error{Kind: jenkins.Unreachable, Op: eventsOp, Path: r.path, Err: jenkins.ErrNoURL}
	}
	req, err := http.NewRequestWithContext(ctx, cmp.Or(r.method, http.MethodGet), c.Base()+"/"+r.path,
		bytes.NewReader(r.body))
	if err != nil {
		return nil, &jenkins.Error{Kind: jenkins.Refused, Op: eventsOp, Path: r.path, Err: err}
	}
	req.Header.Set("User-Agent", "jenkwatch")
	if user, token := c.Credentials(); user != "" {
		req.SetBasicAuth(user, token)
	}
	if r.cookie != "" {
		req.Header.Set("Cookie", r.cookie)
	}
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.crumbField != "" {
		req.Header.Set(r.crumbField, r.crumb)
	}
	if r.stream {
		req.Header.Set("Accept", "text/event-stream")
		req.Header.Set("Accept-Encoding", "identity") // a packed stream is held back until a block is full
	}
	c.RequestCount.Add(1)
	resp, err := c.Bare().RoundTrip(req)
	if err != nil {
		return nil, &jenkins.Error{Kind: jenkins.KindOf(err), Op: eventsOp, Path: r.path, Err: err}
	}
	if resp.StatusCode == http.StatusOK {
		return resp, nil
	}
	_ = resp.Body.Close() // unread: a 404 is 86 KB
	if resp.StatusCode == http.StatusNotFound && strings.HasPrefix(r.path, "sse-gateway/connect") {
		return nil, errNoEvents
	}
	refusal := c.NewError(&jenkins.Question{Op: eventsOp, Path: r.path}, jenkins.Refused, nil)
	refusal.Status, refusal.Direct = resp.StatusCode, jenkins.IsJenkins(resp.Header, "")
	refusal.JudgeStatus("")
	return nil, refusal
}

// cookies are the session of an answer as the next request sends it.
func cookies(resp *http.Response) string {
	var pairs []string
	for _, c := range resp.Cookies() {
		pairs = append(pairs, (&http.Cookie{Name: c.Name, Value: c.Value}).String())
	}
	return strings.Join(pairs, "; ")
}
