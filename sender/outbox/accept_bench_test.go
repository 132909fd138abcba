package outbox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
)

// BenchmarkAcceptProcesses is how many notifications a second processes put on disk together, all in one database: each
// is this test binary again, and accepts one after the other.
func BenchmarkAcceptProcesses(b *testing.B) {
	const each = 500
	for _, processes := range []int{1, 4} {
		b.Run(fmt.Sprintf("processes=%d", processes), func(b *testing.B) {
			var took time.Duration
			for b.Loop() {
				b.StopTimer()
				db := openTemp(b)
				var ready, ended []func() error
				for range processes {
					cmd := exec.Command(os.Args[0])
					cmd.Env = append(os.Environ(), acceptEnv+"="+DatabaseFile(db), "ACCEPT_COUNT="+strconv.Itoa(each))
					cmd.Stderr = os.Stderr
					in, err := cmd.StdinPipe()
					if err != nil {
						b.Fatal(err)
					}
					out, err := cmd.StdoutPipe()
					if err != nil {
						b.Fatal(err)
					}
					if err := cmd.Start(); err != nil {
						b.Fatal(err)
					}
					if _, err := out.Read(make([]byte, 1)); err != nil { // it has opened the database
						b.Fatal(err)
					}
					ready, ended = append(ready, in.Close), append(ended, cmd.Wait)
				}
				b.StartTimer()
				start := time.Now()
				for _, do := range append(ready, ended...) {
					if err := do(); err != nil {
						b.Fatal(err)
					}
				}
				took += time.Since(start)
				b.StopTimer()
				counts, err := (&Outbox{DB: db}).Counts(b.Context())
				if err != nil || counts[sender.Queued] != processes*each {
					b.Fatal(counts, err)
				}
				b.StartTimer()
			}
			b.ReportMetric(float64(b.N*processes*each)/took.Seconds(), "accepted/s")
		})
	}
}

// acceptEnv makes this test binary one of the processes above: it holds the path of their database.
const acceptEnv = "JENKWATCH_ACCEPT_CHILD"

// acceptChild opens the database, says so, and accepts when its standard input ends.
func acceptChild() error {
	count, err := strconv.Atoi(os.Getenv("ACCEPT_COUNT"))
	if err != nil {
		return err
	}
	vars, err := recordedVariables()
	if err != nil {
		return err
	}
	db, err := openFile(os.Getenv(acceptEnv))
	if err != nil {
		return err
	}
	defer db.Close()
	o := &Outbox{DB: db}
	if _, err := o.Counts(context.Background()); err != nil {
		return err
	}
	fmt.Print(".")
	if _, err := io.ReadAll(os.Stdin); err != nil {
		return err
	}
	for range count {
		if _, err := o.Add(context.Background(), sender.Notification{AdHoc: adHoc("http://h/"), Status: "RUNNING", Variables: vars}); err != nil {
			return err
		}
	}
	return nil
}

func recordedVariables() ([]sender.Variable, error) {
	raw, err := os.ReadFile("../testdata/captures/0225-POST-agent_free-3-RUNNING.http")
	if err != nil {
		return nil, err
	}
	_, body, _ := bytes.Cut(raw, []byte("\r\n\r\n"))
	p, err := sender.DecodePush("POST", "", body)
	return p.Variables, err
}
