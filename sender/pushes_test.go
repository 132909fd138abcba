package sender

import (
	"bytes"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// together stores pushes in one transaction.
func together(t *testing.T, r *Receiver, texts ...string) {
	t.Helper()
	var batch []*storing
	for i, text := range texts {
		p, err := decodePush("POST", text)
		if err != nil {
			t.Fatal(err)
		}
		p.ReceivedAt = time.UnixMilli(int64(1000 + i))
		entry, err := appendStored(nil, &p, text)
		if err != nil {
			t.Fatal(err)
		}
		batch = append(batch, &storing{Push: &p, entry: entry})
	}
	if err := r.storeAll(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
}

func aPush(job string, number int, status string) string {
	return fmt.Sprintf(`{"BUILD_NUMBER":"%d","BUILD_URL":"http://h/job/%s/%[1]d/","JOB_NAME":"%[2]s","jobExecuteStatus":"%[3]s"}`,
		number, job, status)
}

func TestPushesOfOnePackAreFoundOneByOne(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o}
	var texts []string
	for i := range 60 {
		texts = append(texts, aPush(fmt.Sprintf("j%d", i%3), 10+i/6, []string{"START", "SUCCESS"}[i/3%2]))
	}
	together(t, r, texts[:50]...)
	together(t, r, texts[50:]...)
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
	of, err := o.BuildPushes(t.Context(), "j1", 18)
	if err != nil || len(of) != 2 || of[0].Status != "START" || of[1].Status != "SUCCESS" || of[0].Number != 18 {
		t.Errorf("%+v, %v", of, err)
	}
	if of, err := o.BuildPushes(t.Context(), "j1", 1); err != nil || len(of) != 0 {
		t.Errorf("j1#1, a part of j1#18: %+v, %v", of, err)
	}
	if below, err := o.PushesBelow(t.Context(), "/job/j2/19/"); err != nil || len(below) != 2 || below[0].Job != "j2" {
		t.Errorf("%+v, %v", below, err)
	}
	var rows, size int
	if err := o.DB.QueryRow("SELECT count(*), sum(octet_length(pushes)) FROM packs").Scan(&rows, &size); err != nil || rows != 2 || size > 3000 {
		t.Errorf("%d rows, %d bytes, %v", rows, size, err)
	}
}

// TestWhatIsMaskedIsNotOnDisk: not as it came, not squeezed.
func TestWhatIsMaskedIsNotOnDisk(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	r := &Receiver{Outbox: o, Mark: func(p *Push) {
		for i := range p.Variables {
			p.Variables[i].Password = p.Variables[i].Name == "PW" || p.Variables[i].Name == "JOB_NAME"
		}
	}}
	push(r, "POST", "/", `{"PW":"hunter2","JOB_NAME":"j","BUILD_NUMBER":"7","body":"x\ny"}`)
	push(r, "GET", "/?JOB_NAME=j&BUILD_NUMBER=7&PW=hunter2&body=x%0Ay", "")
	got, err := o.BuildPushes(t.Context(), "j", 7)
	if err != nil || len(got) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, p := range got {
		want := []Variable{{Name: "BUILD_NUMBER", Value: "7"}, {Name: "JOB_NAME", Secret: true}, {Name: "PW", Secret: true}}
		if !slices.Equal(p.Variables, want) || *p.Body != "x\ny" || p.Job != "j" {
			t.Errorf("%+v", p)
		}
	}
	files, err := filepath.Glob(databaseFile(o.DB) + "*")
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if raw, err := os.ReadFile(file); err != nil || bytes.Contains(raw, []byte("hunter2")) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestAPackThatIsDamagedIsAnError(t *testing.T) {
	t.Parallel()
	o := &Outbox{DB: openTemp(t)}
	var texts []string
	for i := range 20 {
		texts = append(texts, aPush("j", i+1, "START"))
	}
	together(t, &Receiver{Outbox: o}, texts...)
	var whole []byte
	if err := o.DB.QueryRow("SELECT pushes FROM packs").Scan(&whole); err != nil {
		t.Fatal(err)
	}
	plain, err := unsqueeze(whole)
	if err != nil {
		t.Fatal(err)
	}
	for _, damaged := range [][]byte{{}, whole[:len(whole)/2], whole[:1], plain[:len(plain)-1], plain[:20], []byte(`{"size":-1}` + "\n{}\n"), []byte("{}")} {
		if _, err := o.DB.Exec("UPDATE packs SET pushes = ?", damaged); err != nil {
			t.Fatal(err)
		}
		if got, err := o.BuildPushes(t.Context(), "j", 20); err == nil {
			t.Errorf("%d bytes of it: %+v", len(damaged), got)
		}
	}
}

// TestPushesOfAnOlderProgramAreStillThere: rows of their own, before they were packed.
func TestPushesOfAnOlderProgramAreStillThere(t *testing.T) {
	t.Parallel()
	db, err := openFile(filepath.Join(t.TempDir(), "jenkwatch.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	const before = 9 // migrations
	execAll(t, db, Migrations[:before]...)
	execAll(t, db, `INSERT INTO pushes VALUES
		(41, 1000, 'POST', 'START', 'a/b', 7, 'http://h/job/a/job/b/7/', NULL,
			'{"A":"x\"y\\z","BUILD_NUMBER":"7","BUILD_URL":"http://h/job/a/job/b/7/","JOB_NAME":"a/b","PW":""}', '["PW"]', 'k', 0),
		(42, 2000, 'GET', '', '', 8, '', 'hé', '{"é":"ü"}', '', '', 1)`)
	execAll(t, db, Migrations[before:]...)
	o := &Outbox{DB: db}
	r := &Receiver{Outbox: o}
	push(r, "POST", "/", `{"a":"again"}`, "Idempotency-Key", "k")
	push(r, "POST", "/", `{"a":"new"}`)
	got, err := o.Pushes(t.Context(), 0, 0)
	if err != nil || len(got) != 3 || got[2].Seq != 43 {
		t.Fatalf("%+v, %v", got, err)
	}
	a, b := got[0], got[1]
	if a.Seq != 41 || a.ReceivedAt != time.UnixMilli(1000) || a.Method != "POST" || a.Status != "START" || a.Job != "a/b" ||
		a.Number != 7 || a.BuildURL != "http://h/job/a/job/b/7/" || a.Body != nil || a.Key != "k" || a.Repeat || len(a.Variables) != 5 ||
		a.Variables[0].Value != `x"y\z` || a.Variables[4] != (Variable{Name: "PW", Secret: true}) {
		t.Errorf("%+v", a)
	}
	if b.Seq != 42 || b.Method != "GET" || b.Status != "" || b.Number != 8 || *b.Body != "hé" || !b.Repeat ||
		!slices.Equal(b.Variables, []Variable{{Name: "é", Value: "ü"}}) {
		t.Errorf("%+v", b)
	}
	for find, of := range map[string]func() ([]Push, error){
		"by name": func() ([]Push, error) { return o.BuildPushes(t.Context(), "a/b", 7) },
		"by URL":  func() ([]Push, error) { return o.PushesBelow(t.Context(), "/job/a/job/b/7/") },
	} {
		if got, err := of(); err != nil || len(got) != 1 || got[0].Seq != 41 {
			t.Errorf("%s: %+v, %v", find, got, err)
		}
	}
}

func execAll(t *testing.T, db *sql.DB, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := db.Exec(text); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTwoReceiversShareTheirPlaces: two processes may receive into one database.
func TestTwoReceiversShareTheirPlaces(t *testing.T) {
	t.Parallel()
	db := openTemp(t)
	second, err := openFile(databaseFile(db))
	if err != nil {
		t.Fatal(err)
	}
	defer second.Close()
	o := &Outbox{DB: db}
	receivers := []*Receiver{{Outbox: o}, {Outbox: &Outbox{DB: second}}}
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
