//go:build unix

package sender

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

func TestWhatADeadProcessHeldComesBackAtOnce(t *testing.T) {
	t.Parallel()
	e, _ := failing(t, 0, nil)
	o := &Outbox{DB: openTemp(t), Endpoints: func(string) (Endpoint, error) { return *e, nil }}
	d, err := o.Add(t.Context(), Notification{Endpoint: "hook", Body: new("x")})
	if err != nil {
		t.Fatal(err)
	}
	// This is what a process leaves that was killed while it was sending: a claim, and a bell that nobody reads.
	const dead = "KILLED"
	_, err = o.DB.Exec("UPDATE outbox SET state = 'delivering', attempts = 1, owner = ?, due_at = ?", dead,
		time.Now().Add(time.Hour).UnixMilli())
	if err != nil {
		t.Fatal(err)
	}
	folder := databaseFile(o.DB) + "-bells"
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	bell := filepath.Join(folder, dead+bellSuffix)
	if err := syscall.Mkfifo(bell, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&Relay{Outbox: o}).Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	if d, err = o.Get(t.Context(), d.ID); err != nil || d.State != Delivered || d.Attempts != 2 {
		t.Errorf("%+v, %v", d, err)
	}
	if _, err := os.Stat(bell); !os.IsNotExist(err) {
		t.Errorf("its bell still hangs: %v", err)
	}
}
