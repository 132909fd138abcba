package outbox

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Outbox keeps notifications on disk until they have been delivered. Its methods are safe for concurrent use, in any
// number of processes; it must not be copied.
type Outbox struct {
	// DB has had [Migrations], was opened with synchronous(FULL), journal_mode(WAL), a busy timeout and
	// _txlock=immediate, and is on a local disk.
	DB *sql.DB
	// Endpoints finds a configured endpoint by its name. It may be nil when only ad hoc endpoints are used.
	Endpoints func(name string) (sender.Endpoint, error)

	commits committer
	file    storeFile
	news    broadcast        // something changed: for what shows it
	adds    broadcast        // something can be claimed: for relays
	clock   func() time.Time // the wall clock; tests set it

	pushRoom int64 // bytes of pushes that may be stored before their sum is taken again; used within transactions only
}

// Add accepts a notification: when it returns without an error, the notification is on disk and will be delivered by
// whichever process runs a [Relay]. The payload is fixed now; header values and the URL are found when it is sent. An
// error is a [*sender.Error], and then nothing was accepted.
func (o *Outbox) Add(ctx context.Context, n sender.Notification) (sender.Delivery, error) {
	r, err := o.prepare(n)
	if err != nil {
		return sender.Delivery{}, err
	}
	if err := o.commit(ctx, "accept the notification", func(tx *sql.Tx) error { return r.insert(ctx, tx) }); err != nil {
		return sender.Delivery{}, err
	}
	o.changed()
	return r.Delivery, nil
}

// Notify wakes the relays of this process: something was accepted.
func (o *Outbox) Notify() { o.changed() }

// commit runs fn in a transaction that may be shared with others.
func (o *Outbox) commit(ctx context.Context, op string, fn func(*sql.Tx) error) error {
	return o.commitThen(ctx, op, fn, nil)
}

// commitThen is commit with a short function that is called after the commit, in the order of the commits.
func (o *Outbox) commitThen(ctx context.Context, op string, fn func(*sql.Tx) error, then func()) error {
	if err := o.checkFile(); err != nil {
		return err
	}
	return sender.StoreError(op, o.commits.run(ctx, o.DB, &change{do: fn, then: then}))
}

// record is a delivery with what it takes to send it.
type record struct {
	sender.Delivery
	sender.Prepared
	seq      int64
	lane     string
	orderKey string
	adhoc    string       // JSON
	since    time.Time    // from which its age counts
	base     int          // attempts that no longer count
	before   sender.State // what it was before the claim
	due      int64        // ms
	lease    atomic.Int64 // until when the claim is good, ms
}

// prepare makes everything that can be made, and finds every error that can be found, before the store is touched.
func (o *Outbox) prepare(n sender.Notification) (*record, error) {
	e, err := o.endpointOf(n)
	if err != nil {
		return nil, err
	}
	p, err := e.Prepare(n)
	if err != nil {
		return nil, err
	}
	now := o.now()
	created := n.CreatedAt
	if created.IsZero() {
		created = now
	}
	r := &record{Prepared: p, due: now.UnixMilli(), lane: e.Name, Delivery: sender.Delivery{
		ID: sender.NewID(created), Endpoint: e.Name, AdHoc: n.AdHoc != nil, Method: p.Method, URL: p.URL,
		Controller: n.Controller, Job: n.Job, Number: n.Number, Status: n.Status,
		State: sender.Queued, Size: int64(len(p.Payload)), HasPayload: true, CreatedAt: created, NextAttemptAt: now,
		Message: n.FirstLine(),
	}}
	if n.AdHoc != nil {
		r.lane = "@" + e.Host()
		r.Endpoint = endpointName(r.lane)
		if r.adhoc, err = sender.EncodeEndpoint(e); err != nil {
			return nil, &sender.Error{Kind: sender.BadEndpoint, What: "the endpoint cannot be stored", Err: err, Fix: "configure it by name"}
		}
	}
	r.orderKey = n.OrderKey(r.lane)
	return r, nil
}

// endpointOf returns the endpoint that n names.
func (o *Outbox) endpointOf(n sender.Notification) (sender.Endpoint, error) {
	if n.AdHoc != nil {
		return *n.AdHoc, nil
	}
	return o.endpoint(n.Endpoint)
}

func (o *Outbox) endpoint(name string) (sender.Endpoint, error) {
	unknown := &sender.Error{Kind: sender.UnknownEndpoint, What: fmt.Sprintf("no endpoint is called %q", name),
		Fix: "add it to the configuration (`jenkwatch init` helps), or choose another with --endpoint"}
	if o.Endpoints == nil {
		return sender.Endpoint{}, unknown
	}
	e, err := o.Endpoints(name)
	switch {
	case sender.IsKind(err, sender.UnknownEndpoint):
		return sender.Endpoint{}, err
	case err != nil:
		unknown.Err = err
		return sender.Endpoint{}, unknown
	}
	e.Name = name
	return e, nil
}

// Preview returns the request that n would become, with secrets masked; see [sender.Endpoint.Preview]. It does not touch
// the store.
func (o *Outbox) Preview(n sender.Notification) (sender.Request, error) {
	e, err := o.endpointOf(n)
	if err != nil {
		return sender.Request{}, err
	}
	return e.Preview(n)
}

// Curl returns a shell command that sends what Add would send; see [sender.Endpoint.Curl].
func (o *Outbox) Curl(n sender.Notification, text string) (string, error) {
	e, err := o.endpointOf(n)
	if err != nil {
		return "", err
	}
	return e.Curl(n, text)
}

// pending is the condition for what has not ended. ended_at says it for less than a list of states does: SQLite builds
// such a list again for every row that it writes.
const pending = "ended_at = 0"

func (r *record) insert(ctx context.Context, tx *sql.Tx) error {
	var secrets, adhoc any
	if len(r.Secrets) > 0 {
		b, err := json.Marshal(r.Secrets)
		if err != nil {
			return err
		}
		secrets = string(b)
	}
	if r.adhoc != "" {
		adhoc = r.adhoc
	}
	at := r.CreatedAt.UnixMilli()
	res, err := tx.ExecContext(ctx, `INSERT INTO outbox (id, lane, order_key, held, controller, job, number, status, method,
			url, content_type, state, due_at, due_set, created_at, tries_from, size, message)
		VALUES (?1, ?2, ?3, ?3 <> '' AND EXISTS (SELECT 1 FROM outbox WHERE order_key = ?3 AND order_key <> '' AND `+pending+`),
			?4, ?5, ?6, ?7, ?8, ?9, ?10, 'queued', ?12, ?12, ?11, ?11, ?13, ?14)`,
		r.ID, r.lane, r.orderKey, r.Controller, r.Job, r.Number, r.Status, r.Delivery.Method, r.Delivery.URL, r.ContentType, at,
		r.due, r.Size, r.Message)
	if err != nil {
		return err
	}
	if r.seq, err = res.LastInsertId(); err != nil {
		return err
	}
	if _, err = tx.ExecContext(ctx, "INSERT INTO payloads (seq, payload, secrets, adhoc) VALUES (?, ?, ?, ?)",
		r.seq, r.Payload, secrets, adhoc); err != nil {
		return err
	}
	if r.Outline != "" {
		if err := writeOutline(ctx, tx, r.seq, r.Outline); err != nil {
			return err
		}
	}
	if r.Remember == "" {
		return nil
	}
	return remember(ctx, tx, r.Remember, at)
}

// changed wakes what waits in this process. Relays of other processes look once a second.
func (o *Outbox) changed() {
	o.news.send()
	o.adds.send()
}

// Filter chooses deliveries. Empty fields choose all.
type Filter struct {
	States     []sender.State
	Endpoint   string
	Controller string
	Job        string
	Number     int
	Before     string // an id: only older ones, for the next page
	Limit      int    // default 100
}

const columns = `id, lane, substr(lane, 1, 1) = '@', method, url, controller, job, number, status, state,
	attempts, http_status, duration_ms, last_error, size, EXISTS (SELECT 1 FROM payloads p WHERE p.seq = outbox.seq), created_at, due_at, ended_at, message`

func scanDelivery(row interface{ Scan(...any) error }) (sender.Delivery, error) {
	var (
		d                       sender.Delivery
		created, due, ended, ms int64
	)
	err := row.Scan(&d.ID, &d.Endpoint, &d.AdHoc, &d.Method, &d.URL, &d.Controller, &d.Job, &d.Number, &d.Status, &d.State,
		&d.Attempts, &d.HTTPStatus, &ms, &d.LastError, &d.Size, &d.HasPayload, &created, &due, &ended, &d.Message)
	if d.AdHoc {
		d.Endpoint = endpointName(d.Endpoint)
	}
	d.Duration = time.Duration(ms) * time.Millisecond
	d.CreatedAt = time.UnixMilli(created)
	if d.State == sender.Queued || d.State == sender.Retrying {
		d.NextAttemptAt = time.UnixMilli(due)
	}
	if ended > 0 {
		d.EndedAt = time.UnixMilli(ended)
	}
	return d, err
}

// endpointName returns what a lane is called: the endpoint's name, or the host of one given ad hoc.
func endpointName(lane string) string {
	if host, ok := strings.CutPrefix(lane, "@"); ok {
		return cmp.Or(host, "ad hoc")
	}
	return lane
}

// List returns deliveries, newest first.
func (o *Outbox) List(ctx context.Context, f Filter) ([]sender.Delivery, error) {
	where, args := []string{"1"}, []any{}
	add := func(cond string, arg ...any) {
		where = append(where, cond)
		args = append(args, arg...)
	}
	if len(f.States) > 0 {
		add("state IN (SELECT value FROM json_each(?))", jsonList(f.States))
	}
	if f.Endpoint != "" {
		add("lane IN (?, ?)", f.Endpoint, "@"+f.Endpoint)
	}
	if f.Controller != "" {
		add("controller = ?", f.Controller)
	}
	if f.Job != "" {
		add("job = ?", f.Job)
	}
	if f.Number > 0 {
		add("number = ?", f.Number)
	}
	if f.Before != "" {
		add("seq < (SELECT seq FROM outbox WHERE id = ?)", f.Before)
	}
	scan := func(rows *sql.Rows) (sender.Delivery, error) { return scanDelivery(rows) }
	return query(ctx, o.DB, "list the outbox", scan, "SELECT "+columns+" FROM outbox WHERE "+strings.Join(where, " AND ")+
		" ORDER BY seq DESC LIMIT ?", append(args, cmp.Or(f.Limit, 100))...)
}

// Get returns one delivery. The id may be in lower case.
func (o *Outbox) Get(ctx context.Context, id string) (sender.Delivery, error) {
	d, err := scanDelivery(o.DB.QueryRowContext(ctx, "SELECT "+columns+" FROM outbox WHERE id = ?", strings.ToUpper(id)))
	if errors.Is(err, sql.ErrNoRows) {
		return d, noSuch(id)
	}
	return d, sender.StoreError("read the outbox", err)
}

func noSuch(id string) error {
	return &sender.Error{Kind: sender.NoSuchDelivery, What: fmt.Sprintf("no delivery has the id %q", id),
		Fix: "`jenkwatch outbox list` shows those there are"}
}

// Attempts returns the attempts of a delivery, oldest first. One that is under way, or that a crash cut short before its
// answer was recorded and that has not been claimed again yet, is not among them.
func (o *Outbox) Attempts(ctx context.Context, id string) ([]sender.Attempt, error) {
	scan := func(rows *sql.Rows) (a sender.Attempt, err error) {
		var (
			at, ms        int64
			text, answers string
			of            sender.Delivery
		)
		err = rows.Scan(&a.N, &at, &ms, &a.HTTPStatus, &a.Answer, &a.Error, &answers, &text, &of.ID, &of.Number, &of.Status)
		a.Headers, a.Outline = readSummary(text, of)
		a.AnswerHeaders = readHeaderLines(answers)
		a.StartedAt, a.Duration = time.UnixMilli(at), time.Duration(ms)*time.Millisecond
		return a, err
	}
	return query(ctx, o.DB, "read the attempts", scan, `SELECT n, started_at, a.duration_ms, a.http_status, answer, error, answer_headers,
			coalesce((SELECT text FROM request_summaries s WHERE s.id = a.summary), ''), o.id, o.number, o.status
		FROM outbox o JOIN attempts a ON a.seq = o.seq WHERE o.id = ? ORDER BY n`, strings.ToUpper(id))
}

// Counts returns how many deliveries are in each state.
func (o *Outbox) Counts(ctx context.Context) (map[sender.State]int, error) {
	counts := map[sender.State]int{}
	scan := func(rows *sql.Rows) (s sender.State, err error) {
		var n int
		err = rows.Scan(&s, &n)
		counts[s] = n
		return s, err
	}
	_, err := query(ctx, o.DB, "count the outbox", scan, "SELECT state, count(*) FROM outbox GROUP BY state")
	return counts, err
}

// Overdue returns how many deliveries have been due for some seconds and are not being sent: no relay is running.
func (o *Outbox) Overdue(ctx context.Context) (n int, err error) {
	err = o.DB.QueryRowContext(ctx, "SELECT count(*) FROM outbox WHERE "+claimable+" AND due_at < ?",
		o.now().Add(-10*time.Second).UnixMilli()).Scan(&n)
	return n, sender.StoreError("count the outbox", err)
}
