package receive

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// receiverEnv makes this test binary a receiver: it holds the path of its database.
const receiverEnv = "JENKWATCH_CRASH_RECEIVER"

// receiverChild receives until it is killed.
func receiverChild() error {
	db, err := outbox.Open(os.Getenv(receiverEnv))
	if err != nil {
		return err
	}
	srv := httptest.NewServer(&Receiver{Outbox: &outbox.Outbox{DB: db}})
	fmt.Println(srv.URL)
	select {}
}

// TestKillingTheReceiverLosesNoPushThatItTook: what was answered with 200 is there afterwards, once.
func TestKillingTheReceiverLosesNoPushThatItTook(t *testing.T) {
	if testing.Short() {
		t.Skip("kills processes for some seconds")
	}
	db := openTemp(t)
	var (
		mu    sync.Mutex
		taken = map[string]bool{}
	)
	const kills, senders = 20, 24
	for k := range kills {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), receiverEnv+"="+outbox.DatabaseFile(db))
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		lines.Scan()
		url := lines.Text()
		enough := make(chan struct{})
		var wg sync.WaitGroup
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: senders}}
		left := 1 + rand.IntN(150) // pushes that it still takes
		for s := range senders {
			wg.Go(func() {
				for i := 0; ; i++ {
					name := fmt.Sprintf("%d/%d/%d", k, s, i)
					res, err := client.Post(url, sender.ContentType, strings.NewReader(`{"NAME":"`+name+`"}`))
					if err != nil {
						return // it is dead
					}
					res.Body.Close()
					mu.Lock()
					taken[name] = res.StatusCode == http.StatusOK
					if left--; left == 0 {
						close(enough)
					}
					mu.Unlock()
				}
			})
		}
		select {
		case <-enough:
		case <-time.After(30 * time.Second):
			t.Errorf("%q takes no pushes", url)
		}
		cmd.Process.Kill()
		wg.Wait()
		cmd.Wait()
		client.CloseIdleConnections()
	}
	stored, err := (&outbox.Outbox{DB: db}).Pushes(t.Context(), 0, 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	times := map[string]int{}
	for _, p := range stored {
		times[p.Variables[0].Value]++
	}
	for name, ok := range taken {
		if times[name] != 1 || !ok {
			t.Errorf("%s was answered with 200: %v; it is stored %d times", name, ok, times[name])
		}
	}
	t.Logf("%d kills: %d taken, %d stored", kills, len(taken), len(stored))
}
