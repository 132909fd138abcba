package outbox

import (
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// TestBuildsOfAJobShareASummary is why a history of many deliveries stays small.
func TestBuildsOfAJobShareASummary(t *testing.T) {
	t.Parallel()
	url := sink(t).URL
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (sender.Endpoint, error) { return sender.Endpoint{URL: sender.Literal(url)}, nil }}
	relay := &Relay{Outbox: o}
	ids := map[string]string{}
	for _, build := range []string{"7", "8", "12"} {
		for _, status := range []string{"START", "FAILURE"} {
			n := sender.Notification{Endpoint: "hook", Job: "shop/cart", Status: status, Variables: []sender.Variable{
				{Name: "BUILD_ID", Value: build}, {Name: "BUILD_NUMBER", Value: build}, {Name: "BUILD_TAG", Value: "jenkins-shop-cart-" + build},
				{Name: "BUILD_URL", Value: "https://ci.example.com/job/shop/job/cart7/" + build + "/"}, {Name: "JOB_NAME", Value: "shop/cart"},
				{Name: "COMMIT", Value: "c" + build}}}
			for _, c := range build {
				n.Number = n.Number*10 + int(c-'0')
			}
			d, err := o.Add(t.Context(), n)
			if err != nil {
				t.Fatal(err)
			}
			ids[d.ID] = `{"BUILD_ID":"` + build + `","BUILD_NUMBER":"` + build + `","BUILD_TAG":"jenkins-shop-cart-` + build +
				`","BUILD_URL":"https://ci.example.com/job/shop/job/cart7/` + build + `/","buildNo":"` + build + `","COMMIT":"•••",` +
				`"JOB_EXECUTE_STATUS":"` + status + `","JOB_NAME":"shop/cart","jobExecuteStatus":"` + status + `"}`
		}
	}
	if err := relay.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	for id, want := range ids {
		r, err := o.Sent(t.Context(), id)
		if err != nil || string(r.Body) != want || r.Headers[1] != (sender.RequestHeader{Name: "Idempotency-Key", Value: id}) {
			t.Errorf("%v\n got %s\nwant %s", err, r, want)
		}
	}
	if n := countSummaries(t, o); n != 1 {
		t.Errorf("%d summaries for builds of one job", n)
	}

	// A summary stays as long as an attempt names it.
	past := time.Now().Add(-48 * time.Hour).UnixMilli()
	if n, err := o.Prune(t.Context(), Retention{Max: 1}); err != nil || n == 0 || countSummaries(t, o) != 1 {
		t.Errorf("%d removed (%v), %d summaries are left", n, err, countSummaries(t, o))
	}
	if _, err := o.DB.Exec("UPDATE outbox SET ended_at = ?", past); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Prune(t.Context(), Retention{Age: time.Hour}); err != nil || countSummaries(t, o) != 0 {
		t.Errorf("%d summaries are left without any attempt (%v)", countSummaries(t, o), err)
	}
}

func countSummaries(t *testing.T, o *Outbox) int {
	t.Helper()
	var n int
	if err := o.DB.QueryRow("SELECT count(*) FROM request_summaries").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestValuesWithMarksAreReadAsTheyWere(t *testing.T) {
	t.Parallel()
	d := sender.Delivery{ID: "01ABC", Number: 12, Status: "START"}
	for value, marked := range map[string]bool{"12": true, "START": true, "https://h/job/a/12/": true, "https%3A%2F%2Fh%2F12%2F": true,
		"jenkins-a-12": true, "112": false, "a12": false, "": false, "12/x": false, "RESTART": false} {
		got := markValues("12", "START")(value)
		_, outline := readSummary("\n\n"+got, d)
		if (got != value) != marked || outline != value {
			t.Errorf("%q became %q and is read as %q", value, got, outline)
		}
	}
}
