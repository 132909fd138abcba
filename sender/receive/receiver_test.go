package receive

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// push sends a request to the receiver without a socket.
func push(r *Receiver, method, target, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, target, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	r.ServeHTTP(w, req)
	return w
}

func TestEveryRecordedPushIsReceivedAndStored(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../testdata/captures/*.http")
	if err != nil {
		t.Fatal(err)
	}
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Token: "tok-123"}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		m := parseMessage(t, raw)
		if w := push(r, m.method, m.target, string(m.body), "X-Auth-Token", m.token); w.Code != 200 {
			t.Errorf("%s: %d %s", file, w.Code, w.Body)
		}
	}
	stored, err := o.Pushes(t.Context(), 0, 1000)
	if err != nil || len(stored) != len(files) {
		t.Fatalf("%d of %d are stored, %v", len(stored), len(files), err)
	}
	for i, p := range stored {
		raw, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		if m := parseMessage(t, raw); m.method != "GET" && string(p.Notification().Payload().JSON()) != string(m.body) {
			t.Errorf("%s is stored as something else", files[i])
		}
	}
	of, err := o.BuildPushes(t.Context(), "hello-free", 1, time.Time{})
	if err != nil || len(of) != 4 || of[2].Body == nil || *of[2].Body != "hi from freestyle" {
		t.Errorf("%+v, %v", of, err)
	}
}

func TestReceiverRefuses(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	const good = `{"a":"b"}`
	signed := sender.Signature([]byte("key"), []byte(good))
	for name, c := range map[string]struct {
		r              *Receiver
		method, target string
		body           string
		headers        []string
		want           int
	}{
		"no token":            {r: &Receiver{Token: "t"}, body: good, want: 401},
		"a wrong token":       {r: &Receiver{Token: "t"}, body: good, headers: []string{"X-Auth-Token", "u"}, want: 401},
		"the token":           {r: &Receiver{Token: "t"}, body: good, headers: []string{"X-Auth-Token", "t"}, want: 200},
		"a bearer":            {r: &Receiver{Token: "t", TokenHeader: "Authorization"}, body: good, headers: []string{"Authorization", "Bearer t"}, want: 200},
		"no signature":        {r: &Receiver{HMAC: "key"}, body: good, want: 401},
		"another's signature": {r: &Receiver{HMAC: "other"}, body: good, headers: []string{"X-Hub-Signature-256", signed}, want: 401},
		"a changed body":      {r: &Receiver{HMAC: "key"}, body: `{"a":"c"}`, headers: []string{"X-Hub-Signature-256", signed}, want: 401},
		"the signature":       {r: &Receiver{HMAC: "key"}, body: good, headers: []string{"X-Hub-Signature-256", signed}, want: 200},
		"either will do":      {r: &Receiver{HMAC: "key", Token: "t"}, body: good, headers: []string{"X-Hub-Signature-256", signed}, want: 200},
		"another method":      {method: "PATCH", body: good, want: 405},
		"no JSON":             {body: "x", want: 400},
		"a large body":        {r: &Receiver{MaxBody: 5}, body: good, want: 413},
		"a large query":       {r: &Receiver{MaxBody: 5}, method: "GET", target: "/?abc=defgh", want: 413},
		"a compressed body":   {body: "\x1f\x8b", headers: []string{"Content-Encoding", "gzip"}, want: 415},
		"a byte order mark":   {body: "\ufeff" + good, want: 200},
		"an encoding of none": {body: good + "\r\n", headers: []string{"Content-Encoding", "identity", "Content-Type", "text/plain; charset=x"}, want: 200},
		"a query":             {method: "GET", target: "/?a=b", want: 200},
		"an appended query":   {method: "GET", target: "/?x=y?a=b", want: 200},
		"an endless key":      {body: good, headers: []string{"Idempotency-Key", strings.Repeat("k", 256)}, want: 400},
	} {
		r := cmp.Or(c.r, &Receiver{})
		r.Outbox = &outbox.Outbox{DB: db}
		if c.method == "" {
			c.method = "POST"
		}
		if c.target == "" {
			c.target = "/"
		}
		w := push(r, c.method, c.target, c.body, c.headers...)
		if w.Code != c.want || w.Code != 200 && strings.TrimSpace(w.Body.String()) == "" {
			t.Errorf("%s: %d %q, want %d", name, w.Code, w.Body, c.want)
		}
		if answers := r.Answers(); len(answers) != 1 || answers[c.want] != 1 {
			t.Errorf("%s: counted %v", name, answers)
		}
	}
}

func TestReceiverHasARateLimit(t *testing.T) {
	t.Parallel()
	r := &Receiver{Outbox: &outbox.Outbox{DB: openTemp(t)}, Rate: 1}
	codes := map[int]int{}
	for range 20 {
		w := push(r, "POST", "/", `{"a":"b"}`)
		codes[w.Code]++
		if w.Code == 429 && w.Header().Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if codes[200] < 4 || codes[429] < 10 {
		t.Errorf("%v", codes)
	}
}

func TestPushIsNotTakenWhenItCannotBeStored(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	db.Close()
	logged := ""
	r := &Receiver{Outbox: &outbox.Outbox{DB: db}, OnRefuse: func(_ int, why string) { logged = why }}
	if w := push(r, "POST", "/", `{"a":"b"}`); w.Code != 503 || w.Body.String() != "the push cannot be stored now\n" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	if !strings.Contains(logged, "database is closed") {
		t.Errorf("the reason is not logged: %q", logged)
	}
}

func TestRepeatsAreMarkedAndKeysAreTakenOnce(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o}
	for range 2 {
		push(r, "POST", "/", `{"a":"b"}`)
		push(r, "POST", "/", `{"a":"c"}`, "Idempotency-Key", "k")
	}
	got, err := o.Pushes(t.Context(), 0, 0)
	if err != nil || len(got) != 3 {
		t.Fatalf("%+v, %v", got, err)
	}
	if got[0].Repeat || got[1].Repeat || got[1].Key != "k" || !got[2].Repeat {
		t.Errorf("%+v", got)
	}
}

// TestKeyIsForOnePush: a sender that reuses a key for something else must not believe that it was stored.
func TestKeyIsForOnePush(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	masks := false
	r := &Receiver{Outbox: o, Mark: func(p *sender.Push) {
		for i := range p.Variables {
			p.Variables[i].Password = masks && p.Variables[i].Name == "PW"
		}
	}}
	for _, tt := range []struct {
		method, payload string
		masks           bool // a controller that cannot be asked has more masked
		want            int
	}{
		{"POST", `{"A":"b","PW":"x","body":"hello"}`, false, 200},
		{"POST", `{"A":"b","PW":"x","body":"hello"}`, false, 200},
		{"POST", `{"A":"b","PW":"x","body":"hello"}`, true, 200},
		{"PUT", `{"PW":"x", "A":"b", "body":"hello"}`, false, 200},
		{"GET", "A=b&PW=x&body=hello", false, 200},
		{"POST", `{"A":"c","PW":"x","body":"hello"}`, false, 409},
		{"POST", `{"A":"b","PW":"y","body":"hello"}`, false, 409},
		{"POST", `{"A":"b","PW":"x","body":"goodbye"}`, false, 409},
		{"POST", `{"A":"b","PW":"x"}`, false, 409},
		{"POST", `{"A":"b","PW":"x","body":"hello","jobExecuteStatus":"START"}`, false, 409},
		{"POST", `{"A":"b","B":"","PW":"x","body":"hello"}`, false, 409},
	} {
		masks = tt.masks
		target, body := "/", tt.payload
		if tt.method == "GET" {
			target, body = "/?"+tt.payload, ""
		}
		if w := push(r, tt.method, target, body, "Idempotency-Key", "k"); w.Code != tt.want {
			t.Errorf("%s %s: %d %s, want %d", tt.method, tt.payload, w.Code, w.Body, tt.want)
		}
	}
	if stored, err := o.Pushes(t.Context(), 0, 0); err != nil || len(stored) != 1 {
		t.Errorf("%+v, %v", stored, err)
	}
}

func TestMarkedValuesAreNotStoredButSeen(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Mark: func(p *sender.Push) { p.Variables[1].Password = true }}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	live := r.Pushes(ctx)
	push(r, "POST", "/", `{"A":"b","PW":"hunter2"}`)
	for p := range live {
		if p.Seq != 1 || p.Variables[1].Value != "hunter2" {
			t.Errorf("seen: %+v", p)
		}
		break
	}
	got, err := o.Pushes(t.Context(), 0, 0)
	if err != nil || got[0].Variables[1] != (sender.Variable{Name: "PW", Secret: true}) || got[0].Variables[0].Secret {
		t.Errorf("stored: %+v, %v", got, err)
	}
}

func TestStoredPushesAreBounded(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Keep: outbox.PushLimits{Count: 10}}
	var wg sync.WaitGroup
	for w := range 10 {
		wg.Go(func() {
			for i := range 100 {
				if res := push(r, "POST", "/", fmt.Sprintf(`{"a":"%d/%d"}`, w, i)); res.Code != 200 {
					t.Error(res.Code, res.Body)
				}
			}
		})
	}
	wg.Wait()
	got, err := o.Pushes(t.Context(), 0, 10_000)
	if err != nil || len(got) > 10 || got[len(got)-1].Seq != 1000 {
		t.Errorf("%d are kept, %v", len(got), err)
	}
}

func TestStoredPushesAreBoundedInSize(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	for range 3 { // lives: each looks what the one before left
		o := &outbox.Outbox{DB: db}
		r := &Receiver{Outbox: o, Keep: outbox.PushLimits{Bytes: 100_000}}
		for range 50 {
			var noise strings.Builder // that cannot be made smaller
			for noise.Len() < 10_000 {
				noise.WriteString(rand.Text())
			}
			push(r, "POST", "/", `{"a":"`+noise.String()+`"}`)
		}
		got, err := o.Pushes(t.Context(), 0, 1000)
		if err != nil || len(got) < 9 || len(got) > 11 {
			t.Errorf("%d are kept, %v", len(got), err)
		}
	}
}

func TestSlowListenerMissesTheOldestAndHoldsUpNobody(t *testing.T) {
	t.Parallel()
	r := &Receiver{Outbox: &outbox.Outbox{DB: openTemp(t)}}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	live := r.Pushes(ctx)
	for i := range 1500 {
		r.publish(sender.Push{Seq: int64(i + 1)})
	}
	for p := range live {
		if p.Seq != 501 {
			t.Errorf("the first it sees is %d", p.Seq)
		}
		break
	}
}

func TestForwardedPushesAreInTheOutboxWhenThe200IsSaid(t *testing.T) {
	t.Parallel()
	arrived := make(chan string, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) { arrived <- req.Method }))
	defer srv.Close()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Forward: func(p sender.Push) []sender.Notification {
		n := p.Notification()
		n.AdHoc = adHoc(srv.URL)
		return []sender.Notification{n}
	}}
	for range 2 {
		push(r, "POST", "/", `{"BUILD_NUMBER":"7","JOB_NAME":"j","jobExecuteStatus":"START"}`, "Idempotency-Key", "k")
	}
	list, err := o.List(t.Context(), outbox.Filter{})
	if err != nil || len(list) != 1 || list[0].Job != "j" || list[0].Number != 7 || list[0].Status != "START" {
		t.Fatalf("%+v, %v", list, err)
	}
	if err := (&outbox.Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	<-arrived
}

func TestOurSignatureIsTakenByOurReceiver(t *testing.T) {
	t.Parallel()
	r := &Receiver{Outbox: &outbox.Outbox{DB: openTemp(t)}, HMAC: "shared"}
	srv := httptest.NewServer(r)
	defer srv.Close()
	for _, method := range []string{"POST", "GET"} {
		o := &outbox.Outbox{DB: openTemp(t)}
		e := &sender.Endpoint{URL: sender.Literal(srv.URL + "/?x=y"), Method: method, Sign: sender.Literal("shared")}
		d, err := o.Add(t.Context(), sender.Notification{AdHoc: e, Status: "START", Body: new("x y")})
		if err != nil {
			t.Fatal(err)
		}
		if err := (&outbox.Relay{Outbox: o}).Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if d, err := o.Get(t.Context(), d.ID); err != nil || d.State != sender.Delivered {
			t.Errorf("%s: %+v, %v", method, d, err)
		}
	}
}

func TestPushesAreHeardInTheOrderOfTheirPlaces(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	live := r.Pushes(ctx)
	var wg sync.WaitGroup
	for w := range 50 {
		wg.Go(func() {
			for i := range 10 {
				key := ""
				if w%7 == 0 {
					i /= 2
					key = fmt.Sprint("twice ", i, " of ", w)
				}
				if res := push(r, "POST", "/", fmt.Sprintf(`{"a":"%d/%d"}`, w, i), "Idempotency-Key", key); res.Code != 200 {
					t.Error(res.Code, res.Body)
				}
			}
		})
	}
	wg.Wait()
	stored, err := o.Pushes(t.Context(), 0, 1000)
	if err != nil || len(stored) != 50*10-8*5 {
		t.Fatalf("%d are stored, %v", len(stored), err)
	}
	i := 0
	for p := range live {
		if p.Seq != stored[i].Seq || p.Variables[0].Value != stored[i].Variables[0].Value {
			t.Fatalf("got %d: %v, stored %d: %v", p.Seq, p.Variables, stored[i].Seq, stored[i].Variables)
		}
		if i++; i == len(stored) {
			break
		}
	}
}
