package outbox

import (
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

func adHoc(url string) *sender.Endpoint { return &sender.Endpoint{URL: sender.Literal(url)} }

func TestOutboxAddCommitsWhatGetShows(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	d, err := o.Add(t.Context(), sender.Notification{
		AdHoc: adHoc("https://hooks.example/x?token=abc"), Controller: "ci", Job: "a/b", Number: 7, Status: "SUCCESS", Body: new("hi"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := o.Get(t.Context(), strings.ToLower(d.ID))
	if err != nil {
		t.Fatal(err)
	}
	if got.State != sender.Queued || !got.HasPayload || got.Endpoint != "hooks.example" || !got.AdHoc || got.Job != "a/b" || got.Number != 7 {
		t.Errorf("got %+v", got)
	}
	if strings.Contains(got.URL, "abc") {
		t.Errorf("the URL %s shows its token", got.URL)
	}
	list, err := o.List(t.Context(), Filter{States: []sender.State{sender.Queued}})
	if err != nil || len(list) != 1 || list[0].ID != d.ID {
		t.Errorf("List gives %v, %v", list, err)
	}
}

func TestIDsSortByTime(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_700_000_000_000)
	a, b := sender.NewID(at), sender.NewID(at.Add(time.Millisecond))
	if len(a) != 26 || a >= b || a[:10] == b[:10] {
		t.Errorf("%s before %s", a, b)
	}
	if a[:10] != "01HF7YAT00" { // 1700000000000 in Crockford's base 32
		t.Errorf("the time reads %s", a[:10])
	}
}

func TestOutboxHoldsLaterDeliveriesOfOneBuild(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	n := sender.Notification{AdHoc: adHoc("http://h/"), Controller: "ci", Job: "j", Number: 1, Status: "START"}
	var ids []string
	for range 3 {
		d, err := o.Add(t.Context(), n)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, d.ID)
	}
	held := func() string {
		var s string
		if err := o.DB.QueryRow("SELECT group_concat(held, '') FROM (SELECT held FROM outbox ORDER BY seq)").Scan(&s); err != nil {
			t.Fatal(err)
		}
		return s
	}
	if held() != "011" {
		t.Errorf("held is %s after three of one build", held())
	}
	if _, err := o.Drop(t.Context(), ids[0]); err != nil {
		t.Fatal(err)
	}
	if held() != "001" {
		t.Errorf("held is %s after the first was dropped", held())
	}
	d, err := o.Get(t.Context(), ids[0])
	if err != nil || d.State != sender.Dropped || d.HasPayload {
		t.Errorf("dropped: %+v, %v", d, err)
	}
}

// ref returns the reference that this text is in the configuration.
func ref(text string) sender.Reference {
	r, err := sender.ParseReference(text)
	if err != nil {
		panic(err)
	}
	return r
}
