package watch

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/tmaxmax/go-sse"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// events follows the events of the sse-gateway plugin and passes them on as signals. The stream sends nothing to show
// that it lives, so polling goes on beside it, more slowly, and ends a stream that missed what polling found.
type events struct {
	client *jenkins.Client
	inbox  *inbox
}

const (
	eventsFirst      = time.Second
	eventsMost       = time.Minute
	eventsNotAllowed = 5 * time.Minute
	eventsHeld       = 30 * time.Second // a stream that lived so long was a good one
)

// maxEvent bounds one event, in bytes. Those of Jenkins have about a kilobyte.
const maxEvent = 256 << 10

// errNoEvents is a controller without the plugin.
var errNoEvents = errors.New("the controller has no sse-gateway plugin")

// follow connects again and again until ctx is done or the plugin turns out to be missing.
func (e *events) follow(ctx context.Context) {
	for failures := 1; ; failures++ {
		began := time.Now()
		err := e.connect(ctx)
		e.inbox.setStream(nil)
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
// the same session, the channels that the listener wants.
func (e *events) connect(ctx context.Context) error {
	ctx, hangUp := context.WithCancel(ctx)
	defer hangUp()
	id := "jenkwatch-" + strings.ToLower(rand.Text())
	session, err := e.session(ctx, id)
	if err != nil {
		return err
	}
	stream, err := e.client.Open(ctx, question("sse-gateway/listen/"+id, "", http.Header{
		"Cookie": {session}, "Accept": {"text/event-stream"},
		"Accept-Encoding": {"identity"}, // a packed stream is held back until a block is full
	}))
	if err != nil {
		return err
	}
	defer stream.Body.Close()
	for event, err := range readEvents(stream.Body) {
		if err != nil {
			return fmt.Errorf("read the events: %w", err)
		}
		switch event.Type {
		case "open":
			if err := e.subscribe(ctx, id, session); err != nil {
				return err
			}
			e.inbox.setStream(hangUp)
		case "job":
			n := readEvent(event.Data)
			e.inbox.send(func(s *signals) { s.addNews(n, false) })
		}
	}
	return nil
}

func readEvents(r io.Reader) iter.Seq2[sse.Event, error] {
	return sse.Read(r, &sse.ReadConfig{MaxEventSize: maxEvent})
}

func question(path, body string, header http.Header) jenkins.Question {
	q := jenkins.Question{Op: "follow the events of Jenkins", Path: path, Body: body, Header: header, Events: true, Text: true}
	if body != "" {
		q.Method = http.MethodPost
		header.Set("Content-Type", "application/json")
	}
	return q
}

// session registers a listener and returns the cookies of its session, as the next requests send them.
func (e *events) session(ctx context.Context, id string) (string, error) {
	q := question("sse-gateway/connect", "", http.Header{})
	q.Query = "clientId=" + id
	resp, err := e.client.Open(ctx, q)
	if jenkins.IsKind(err, jenkins.NotFound) {
		return "", errNoEvents
	} else if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	var pairs []string
	for _, c := range resp.Cookies() {
		pairs = append(pairs, (&http.Cookie{Name: c.Name, Value: c.Value}).String())
	}
	return strings.Join(pairs, "; "), nil
}

// subscribe asks for the channel on which jobs speak. An API token may do so as it is; a password needs a crumb.
func (e *events) subscribe(ctx context.Context, id, session string) error {
	q := question("sse-gateway/configure", `{"dispatcherId":"`+id+`","subscribe":[{"jenkins_channel":"job"}],"unsubscribe":[]}`,
		http.Header{"Cookie": {session}})
	q.Query, q.Limit = "batchId=1", 64<<10
	_, err := e.client.Fetch(ctx, q)
	if !jenkins.IsKind(err, jenkins.NotAllowed) {
		return err
	}
	issuer := question("crumbIssuer/api/json", "", http.Header{"Cookie": {session}})
	issuer.Text, issuer.Limit = false, 64<<10
	answer, err := e.client.Fetch(ctx, issuer)
	if err != nil {
		return err
	}
	var crumb struct{ Crumb, CrumbRequestField string }
	if err := json.Unmarshal(answer, &crumb); err != nil {
		return fmt.Errorf("read the crumb: %w", err)
	}
	q.Header.Set(crumb.CrumbRequestField, crumb.Crumb)
	_, err = e.client.Fetch(ctx, q)
	return err
}

// readEvent says which build an event speaks of; number 0 when it speaks of the queue or cannot be read.
func readEvent(data string) notice {
	var event struct {
		Event string `json:"jenkins_event"`
		URL   string `json:"jenkins_object_url"`
		ID    string `json:"jenkins_object_id"`
		Job   string `json:"job_name"`
	}
	if json.Unmarshal([]byte(data), &event) != nil {
		return notice{}
	}
	at := jenkins.Locate(event.URL)
	n := notice{job: cmp.Or(at.Job, event.Job)}
	if event.Event == "job_run_started" || event.Event == "job_run_ended" {
		id, _ := strconv.Atoi(event.ID)
		n.number = max(0, cmp.Or(at.Number, id))
	}
	if n.job == "" {
		return notice{}
	}
	return n
}
