package outbox

import (
	"database/sql"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestEachOfManyDeliveriesHasItsOwnRecord delivers so many at once that they share statements.
func TestEachOfManyDeliveriesHasItsOwnRecord(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("NAME") == "refuse" {
			w.WriteHeader(http.StatusGone)
		}
		fmt.Fprint(w, r.Header.Get("Idempotency-Key"))
	}))
	defer srv.Close()
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) {
		return sender.Endpoint{URL: sender.Literal(srv.URL), Method: "GET"}, nil
	}}
	want := map[string]sender.State{}
	for i := range 200 {
		name, state := "take", sender.Delivered
		if i%7 == 0 {
			name, state = "refuse", sender.Dead
		}
		d, err := o.Add(t.Context(), sender.Notification{Endpoint: "hook", Job: "j", Number: 1 + i/3, Variables: []sender.Variable{{Name: "NAME", Value: name}}})
		if err != nil {
			t.Fatal(err)
		}
		want[d.ID] = state
	}
	ended := map[string]int{}
	relay := &Relay{Outbox: o, OnDelivery: func(d sender.Delivery) {
		if d.State.Ended() {
			ended[d.ID]++
		}
	}}
	if err := relay.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, state := range want {
		d, err := o.Get(t.Context(), id)
		if err != nil || d.State != state || d.HasPayload != (state == sender.Dead) || ended[id] != 1 {
			t.Fatalf("%+v, %v; ended %d times", d, err, ended[id])
		}
		attempts, err := o.Attempts(t.Context(), id)
		if err != nil || len(attempts) != 1 || attempts[0].N != 1 || attempts[0].Answer != id || attempts[0].HTTPStatus != d.HTTPStatus {
			t.Fatalf("%s: %+v, %v", id, attempts, err)
		}
	}
}

// TestAnswerThatIsRecordedAlreadyIsNoNews has a claim run out: another relay delivered one of two meanwhile.
func TestAnswerThatIsRecordedAlreadyIsNoNews(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	var seqs []int64
	for range 2 {
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: adHoc("http://h/")})
		if err != nil {
			t.Fatal(err)
		}
		var seq int64
		if err := o.DB.QueryRow("SELECT seq FROM outbox WHERE id = ?", d.ID).Scan(&seq); err != nil {
			t.Fatal(err)
		}
		seqs = append(seqs, seq)
	}
	isNews := func(seq int64) bool {
		res := result{record: &record{seq: seq}, state: sender.Delivered}
		err := o.commit(t.Context(), "record", func(tx *sql.Tx) error { return res.write(t.Context(), tx, "owner", time.Now()) })
		if err != nil {
			t.Fatal(err)
		}
		return res.recorded
	}
	if !isNews(seqs[0]) {
		t.Error("the first answer is no news")
	}
	if isNews(seqs[0]) || !isNews(seqs[1]) {
		t.Error("an answer that was recorded is news, or another is not")
	}
}
