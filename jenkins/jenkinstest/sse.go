package jenkinstest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/world"
)

// dispatcher sends a client of the sse-gateway plugin the events that it subscribed to.
type dispatcher struct {
	id         string
	inst       int
	subscribed bool
	sent       int
	queue      []string
	wake       chan struct{} // holds one: there is something in queue
}

// queueMax bounds what a client that does not listen can pile up.
const queueMax = 10000

func (d *dispatcher) send(event, data string) {
	if len(d.queue) < queueMax {
		d.queue = append(d.queue, "event: "+event+"\ndata: "+data+"\n\n")
	}
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

// sse answers the plugin's pages: connect, then listen and configure.
func (q *request) sse() func() {
	c := q.c
	if len(q.path) < 2 {
		return q.notFound()
	}
	switch what := q.path[1]; {
	case what == "connect":
		id := q.r.FormValue("clientId")
		c.dispatchers[id] = &dispatcher{id: id, inst: 1 + len(c.dispatchers), wake: make(chan struct{}, 1)}
		cookie := c.cookie()
		q.w.Header().Set("Set-Cookie", cookie)
		q.w.Header().Set("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")
		session, _, _ := strings.Cut(strings.TrimPrefix(cookie, "JSESSIONID="), ".")
		return q.json(tree.Map("status", "ok", "data", tree.Map("jsessionid", session)))
	case what == "configure":
		var ask struct {
			DispatcherID string `json:"dispatcherId"`
			Subscribe    []struct {
				Channel string `json:"jenkins_channel"`
			}
		}
		if err := json.NewDecoder(q.r.Body).Decode(&ask); err != nil || c.dispatchers[ask.DispatcherID] == nil {
			return q.json(tree.Map("status", "error", "message", "Unknown dispatcher"))
		}
		d := c.dispatchers[ask.DispatcherID]
		for _, s := range ask.Subscribe {
			d.subscribed = d.subscribed || s.Channel == "job"
		}
		d.send("configure", fmt.Sprintf(`{"batchId":%q,"dispatcherId":%q,"dispatcherInst":%d}`, q.r.URL.Query().Get("batchId"), d.id, d.inst))
		return q.json(tree.Map("status", "ok"))
	case what == "listen" && len(q.path) == 3 && c.dispatchers[q.path[2]] != nil:
		return func() { q.listen(c.dispatchers[q.path[2]]) }
	}
	return q.notFound()
}

// listen streams events until the client goes. It lets the controller live on meanwhile.
func (q *request) listen(d *dispatcher) {
	h := q.w.Header()
	h.Set("Content-Type", "text/event-stream;charset=utf-8")
	h.Set("Cache-Control", "no-cache")
	out := fmt.Sprintf("event: open\ndata: {\"dispatcherId\":%q,\"dispatcherInst\":%d}\n\n", d.id, d.inst)
	c := q.c
	for {
		if out != "" {
			if _, err := q.w.Write([]byte(out)); err != nil {
				return
			}
			flush(q.w)
		}
		c.mu.Lock()
		c.world.Advance(time.Now())
		wait := time.Until(c.world.NextEvent)
		out = strings.Join(d.queue, "")
		d.queue = nil
		c.mu.Unlock()
		if out != "" {
			continue
		}
		timer := time.NewTimer(max(wait, time.Millisecond))
		select {
		case <-q.r.Context().Done():
			timer.Stop()
			return
		case <-d.wake:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// emit sends the listeners an event of a build (or, before there is one, about its queue item).
func (c *Controller) emit(e world.Event) {
	of, path, name := api.Job(e.Job), e.Job.Path, e.Job.FullName()
	if e.Build != nil {
		of, path, name = api.Build(e.Build), path+e.Build.ID()+"/", e.Build.Shown()
	}
	for _, d := range c.dispatchers {
		if !d.subscribed {
			continue
		}
		d.sent++
		all := tree.Map(
			"jenkins_event_timestamp", strconv.FormatInt(e.At.UnixMilli(), 10),
			"jenkins_event_uuid", fmt.Sprintf("%08x-280a-4c84-bfef-%012x", d.inst, d.sent),
			"jenkins_object_name", name,
			"jenkins_object_url", path,
			"sse_subs_dispatcher_inst", strconv.Itoa(d.inst),
			"sse_subs_dispatcher", d.id,
			"job_run_queueId", strconv.FormatInt(e.Item, 10),
			"job_run_status", e.Status,
			"jenkins_event", e.Name,
			"jenkins_channel", "job",
			"jenkins_object_type", of.Class.Name,
			"job_name", e.Job.FullName(),
			"jenkins_instance_url", c.RootURL,
		)
		if e.Build != nil {
			all = append(all, tree.Map("jenkins_object_id", e.Build.ID())...)
		}
		all = slices.DeleteFunc(all, func(p tree.Entry) bool { return p.Value == "" })
		d.send("job", string(tree.Append(nil, (*api.Scope)(nil), all, nil)))
	}
}
