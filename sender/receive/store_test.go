package receive

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/klauspost/compress/s2"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

func aPush(job string, number int, status string) string {
	return fmt.Sprintf(`{"BUILD_NUMBER":"%d","BUILD_URL":"http://h/job/%s/%[1]d/","JOB_NAME":"%[2]s","jobExecuteStatus":"%[3]s"}`,
		number, job, status)
}

func TestPushesAreFoundByPlaceBuildAndURL(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o}
	var texts []string
	for i := range 60 {
		texts = append(texts, aPush(fmt.Sprintf("j%d", i%3), 10+i/6, []string{"START", "SUCCESS"}[i/3%2]))
	}
	for _, text := range texts {
		push(r, "POST", "/", text)
	}
	all, err := o.Pushes(t.Context(), 0, 100)
	if err != nil || len(all) != 60 {
		t.Fatalf("%d, %v", len(all), err)
	}
	for i, p := range all {
		if p.Seq != int64(i+1) || p.Job != fmt.Sprintf("j%d", i%3) {
			t.Fatalf("place %d: %+v", i+1, p)
		}
	}
	if some, err := o.Pushes(t.Context(), 47, 5); err != nil || len(some) != 5 || some[0].Seq != 48 || some[4].Seq != 52 {
		t.Errorf("%+v, %v", some, err)
	}
	of, err := o.BuildPushes(t.Context(), "j1", 18, time.Time{})
	if err != nil || len(of) != 2 || of[0].Status != "START" || of[1].Status != "SUCCESS" || of[0].Number != 18 {
		t.Errorf("%+v, %v", of, err)
	}
	if of, err := o.BuildPushes(t.Context(), "j1", 1, time.Time{}); err != nil || len(of) != 0 {
		t.Errorf("j1#1, a part of j1#18: %+v, %v", of, err)
	}
	if below, err := o.PushesBelow(t.Context(), "/job/j2/19/", time.Time{}); err != nil || len(below) != 2 || below[0].Job != "j2" {
		t.Errorf("%+v, %v", below, err)
	}
}

func TestWhatIsMaskedIsNotOnDisk(t *testing.T) {
	t.Parallel()
	o := &outbox.Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Mark: func(p *sender.Push) {
		for i := range p.Variables {
			p.Variables[i].Password = p.Variables[i].Name == "PW" || p.Variables[i].Name == "JOB_NAME"
		}
	}}
	push(r, "POST", "/", `{"PW":"hunter2","JOB_NAME":"j","BUILD_NUMBER":"7","body":"x\ny"}`)
	push(r, "GET", "/?JOB_NAME=j&BUILD_NUMBER=7&PW=hunter2&body=x%0Ay", "")
	got, err := o.BuildPushes(t.Context(), "j", 7, time.Time{})
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, p := range got {
		want := []sender.Variable{{Name: "BUILD_NUMBER", Value: "7"}, {Name: "JOB_NAME", Secret: true}, {Name: "PW", Secret: true}}
		if !slices.Equal(p.Variables, want) || *p.Body != "x\ny" || p.Job != "j" {
			t.Errorf("%+v", p)
		}
	}
	files, err := filepath.Glob(outbox.DatabaseFile(o.DB) + "*")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err != nil || bytes.Contains(raw, []byte("hunter2")) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestPushesOfOlderProgramsAreStillThere: rows of their own at first, then packs, compressed or not.
func TestPushesOfOlderProgramsAreStillThere(t *testing.T) {
	t.Parallel()
	db, err := outbox.Open(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const rows, packs = 9, 10 // migrations
	execAll(t, db, outbox.Migrations[:rows]...)
	execAll(t, db, `INSERT INTO pushes VALUES
		(41, 1000, 'POST', 'START', 'a/b', 7, 'http://h/job/a/job/b/7/', NULL,
			'{"A":"x\"y\\z","BUILD_NUMBER":"7","BUILD_URL":"http://h/job/a/job/b/7/","JOB_NAME":"a/b","PW":""}', '["PW"]', 'k', 0),
		(42, 2000, 'GET', '', '', 8, '', 'hé', '{"é":"ü"}', '', '', 1)`)
	execAll(t, db, outbox.Migrations[rows:packs]...)
	var pack []byte
	for i := range 20 {
		text := aPush("j", 1+i, "START")
		pack = fmt.Appendf(pack, "{\"at\":3000,\"method\":\"POST\",\"size\":%d}\n%s\n", len(text), text)
	}
	execPack := func(seq, count int, pack []byte) {
		if _, err := db.Exec("INSERT INTO packs VALUES (?, ?, ?)", seq, count, pack); err != nil {
			t.Fatal(err)
		}
	}
	execPack(43, 20, s2.Encode(nil, pack))
	execPack(63, 20, pack[:len(pack)/2]) // damaged: what can be read of it stays
	execPack(83, 1, []byte{0x80})
	execAll(t, db, outbox.Migrations[packs:]...)

	o := &outbox.Outbox{DB: db}
	r := &Receiver{Outbox: o}
	push(r, "POST", "/", `{"a":"again"}`, "Idempotency-Key", "k")
	push(r, "POST", "/", `{"a":"new"}`)
	got, err := o.Pushes(t.Context(), 0, 0)
	if err != nil || len(got) < 30 || len(got) > 33 || got[21].Seq != 62 || got[21].Number != 20 || !got[21].ReceivedAt.Equal(time.UnixMilli(3000)) {
		t.Fatalf("%d, %v: %+v", len(got), err, got)
	}
	if last := got[len(got)-1]; last.Seq <= got[len(got)-2].Seq || last.Variables[0].Value != "new" {
		t.Errorf("%+v", last)
	}
	a, b := got[0], got[1]
	if a.Seq != 41 || a.ReceivedAt != time.UnixMilli(1000) || a.Method != "POST" || a.Status != "START" || a.Job != "a/b" ||
		a.Number != 7 || a.BuildURL != "http://h/job/a/job/b/7/" || a.Body != nil || a.Key != "k" || a.Repeat || len(a.Variables) != 5 ||
		a.Variables[0].Value != `x"y\z` || a.Variables[4] != (sender.Variable{Name: "PW", Secret: true}) {
		t.Errorf("%+v", a)
	}
	if b.Seq != 42 || b.Method != "GET" || b.Status != "" || b.Number != 8 || *b.Body != "hé" || !b.Repeat ||
		!slices.Equal(b.Variables, []sender.Variable{{Name: "é", Value: "ü"}}) {
		t.Errorf("%+v", b)
	}
	for find, of := range map[string]func() ([]sender.Push, error){
		"by name": func() ([]sender.Push, error) { return o.BuildPushes(t.Context(), "a/b", 7, time.Time{}) },
		"by URL":  func() ([]sender.Push, error) { return o.PushesBelow(t.Context(), "/job/a/job/b/7/", time.Time{}) },
	} {
		if got, err := of(); err != nil || len(got) != 1 || got[0].Seq != 41 {
			t.Errorf("%s: %+v, %v", find, got, err)
		}
	}
}

// TestTwoReceiversShareTheirPlaces: two processes may receive into one database.
func TestTwoReceiversShareTheirPlaces(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	second, err := outbox.Open(outbox.DatabaseFile(db))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	o := &outbox.Outbox{DB: db}
	receivers := []*Receiver{{Outbox: o}, {Outbox: &outbox.Outbox{DB: second}}}
	var wg sync.WaitGroup
	for i := range 200 {
		wg.Go(func() {
			if res := push(receivers[i%2], "POST", "/", fmt.Sprintf(`{"a":"%d"}`, i)); res.Code != 200 {
				t.Error(res.Code, res.Body)
			}
		})
	}
	wg.Wait()
	got, err := o.Pushes(t.Context(), 0, 1000)
	if err != nil || len(got) != 200 {
		t.Fatalf("%d, %v", len(got), err)
	}
	seen := map[string]bool{}
	for i, p := range got {
		if seen[p.Variables[0].Value] = true; p.Seq != int64(i+1) {
			t.Errorf("place %d after %d", p.Seq, i)
		}
	}
	if len(seen) != 200 {
		t.Errorf("%d are different", len(seen))
	}
}

// TestPushesFromBeforeABuildBeganAreOfAnother has a job be deleted and created again.
func TestPushesFromBeforeABuildBeganAreOfAnother(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		o := &outbox.Outbox{DB: openTemp(t)}
		r := &Receiver{Outbox: o}
		push(r, "POST", "/", aPush("j", 1, "SUCCESS"))
		time.Sleep(time.Minute)
		began := time.Now()
		push(r, "POST", "/", aPush("j", 1, "START"))
		all, err := o.BuildPushes(t.Context(), "j", 1, time.Time{})
		if err != nil || len(all) != 2 {
			t.Fatal(all, err)
		}
		got, err := o.BuildPushes(t.Context(), "j", 1, began)
		if err != nil || len(got) != 1 || got[0].Status != "START" {
			t.Errorf("of the second build: %+v, %v", got, err)
		}
		if got, err = o.PushesBelow(t.Context(), "/job/j/1/", began); err != nil || len(got) != 1 || got[0].Status != "START" {
			t.Errorf("of the second build, by its URL: %+v, %v", got, err)
		}
	})
}
