// Package actions does what changes Jenkins and remembers it: a local history of actions, which `jenkwatch history --mine` lists.
package actions

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// Migrations make the package's table, see cli.Store.
var Migrations = []string{
	`CREATE TABLE actions (
		id INTEGER PRIMARY KEY,
		at INTEGER NOT NULL,         -- ms since 1970, by our clock
		controller TEXT NOT NULL,
		user TEXT NOT NULL,          -- whose credentials were sent
		kind TEXT NOT NULL,
		target TEXT NOT NULL,        -- as a person reads it
		job TEXT NOT NULL,
		number INTEGER NOT NULL,     -- of the build that it was about; 0: none
		parameters TEXT NOT NULL,    -- JSON; of what is secret the name only
		outcome TEXT NOT NULL,
		answer TEXT NOT NULL,
		queue_id INTEGER NOT NULL
	) STRICT`,
}

// Outcome is how an action went.
type Outcome string

const (
	// Asked is what stands there while the answer is awaited. Where it stays, jenkwatch ended before it came.
	Asked   Outcome = "asked"
	Done    Outcome = "done"
	Already Outcome = "already" // there was nothing to do
	Failed  Outcome = "failed"
	Unclear Outcome = "unclear" // it may have been done
	Refused Outcome = "refused" // by jenkwatch: nothing was sent
)

// Entry is an action in the history.
type Entry struct {
	At         time.Time
	Controller string
	User       string
	Kind       action.Kind
	Target     string
	Job        string
	Number     int
	Parameters []Parameter
	Outcome    Outcome
	Answer     string
	QueueID    int64
}

// Parameter is a value that was sent.
type Parameter struct {
	Name   string `json:"name"`
	Value  string `json:"value"` // empty where it is secret, a file or a script
	Secret bool   `json:"secret"`
}

// Log is the history of actions. Its zero value remembers nothing.
type Log struct {
	Open func(context.Context) (*sql.DB, error)
	Own  []*regexp.Regexp // the user's patterns of what is secret
	// OnError is called with what could not be written down; it may be nil. No action fails for it.
	OnError func(error)
}

const (
	kept         = 1000 // entries
	longestValue = 200  // runes
	// writing goes on when the action was interrupted: what Jenkins was asked is the more worth knowing.
	writing = 3 * time.Second
)

// Do does an action, see [action.Do], and writes it down: before it is asked for, so that no crash loses it, and with its answer.
func (l *Log) Do(ctx context.Context, c *jenkins.Client, a action.Action) (action.Result, error) {
	if c.ReadOnly || c.Protected && a.Typed != c.Name { // nothing will be asked
		return action.Do(ctx, c, a)
	}
	id := l.begin(ctx, c, a)
	r, err := action.Do(ctx, c, a)
	l.end(ctx, id, r, err)
	return r, err
}

func (l *Log) begin(ctx context.Context, c *jenkins.Client, a action.Action) (id int64) {
	if l.Open == nil {
		return 0
	}
	parameters, err := json.Marshal(l.parameters(a))
	if err != nil {
		l.failed(err)
		return 0
	}
	db, err := l.Open(ctx)
	if err == nil {
		var res sql.Result
		res, err = db.ExecContext(ctx, `INSERT INTO actions (at, controller, user, kind, target, job, number, parameters, outcome, answer, queue_id)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, '', 0)`, time.Now().UnixMilli(), c.Name, c.User, string(a.Kind), a.Target.String(), a.Target.Job,
			a.Target.Number, string(parameters), string(Asked))
		if err == nil {
			id, err = res.LastInsertId()
		}
	}
	if err == nil {
		_, err = db.ExecContext(ctx, `DELETE FROM actions WHERE id <= ?`, id-kept)
	}
	if ctx.Err() == nil { // else nothing will be asked either
		l.failed(err)
	}
	return id
}

func (l *Log) end(ctx context.Context, id int64, r action.Result, err error) {
	if id == 0 {
		return
	}
	outcome, answer := Done, r.Message
	e, ok := errors.AsType[*action.Error](err)
	switch {
	case ok && e.Unclear:
		outcome, answer = Unclear, e.Error()
	case ok && e.Refused:
		outcome, answer = Refused, clean.Line(e.Error())+"; nothing was sent"
	case err != nil:
		outcome, answer = Failed, clean.Line(err.Error())
	case r.Already:
		outcome = Already
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), writing)
	defer cancel()
	db, err := l.Open(ctx)
	if err == nil {
		_, err = db.ExecContext(ctx, `UPDATE actions SET outcome = ?, answer = ?, queue_id = ? WHERE id = ?`, string(outcome), answer, r.QueueID, id)
	}
	l.failed(err)
}

func (l *Log) failed(err error) {
	if err != nil && l.OnError != nil {
		l.OnError(fmt.Errorf("the history of actions is not complete: %w", err))
	}
}

// parameters are what may be kept of the values of an action.
func (l *Log) parameters(a action.Action) []Parameter {
	list := []Parameter{}
	for _, v := range a.Values {
		p := Parameter{Name: v.Name, Secret: v.Secret || secrets.Detect(v.Name, v.Text, l.Own)}
		if !p.Secret && v.File == nil && a.Kind != action.Replay {
			p.Value = v.Text
			if runes := []rune(p.Value); len(runes) > longestValue {
				p.Value = string(runes[:longestValue]) + "…"
			}
		}
		list = append(list, p)
	}
	return list
}

// List returns the newest actions first, limit of them; 0: all. With a job only those about it, with a controller only those on it.
func (l *Log) List(ctx context.Context, controller, job string, limit int) ([]Entry, error) {
	db, err := l.Open(ctx)
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		limit = -1
	}
	rows, err := db.QueryContext(ctx, `SELECT at, controller, user, kind, target, job, number, parameters, outcome, answer, queue_id FROM actions
		WHERE ? IN ('', job) AND ? IN ('', controller) ORDER BY id DESC LIMIT ?`, job, controller, limit)
	if err != nil {
		return nil, fmt.Errorf("read the history of actions: %w", err)
	}
	defer rows.Close()
	var list []Entry
	for rows.Next() {
		var e Entry
		var at int64
		var parameters string
		if err := rows.Scan(&at, &e.Controller, &e.User, &e.Kind, &e.Target, &e.Job, &e.Number, &parameters, &e.Outcome, &e.Answer, &e.QueueID); err != nil {
			return nil, fmt.Errorf("read the history of actions: %w", err)
		}
		e.At = time.UnixMilli(at)
		_ = json.Unmarshal([]byte(parameters), &e.Parameters) // written by us; without them the rest is worth showing
		list = append(list, e)
	}
	return list, rows.Err()
}
