package sender

import (
	"crypto/rand"
	"os"
)

// bell is a FIFO that this process reads.
type bell struct {
	f     *os.File
	path  string
	token string        // its name: the relay's as an owner
	rung  chan struct{} // holds one: rings between two looks are one
}

// run reads until close. It blocks in the read: no wake-ups while nobody rings.
func (b *bell) run() {
	buf := make([]byte, 4096)
	for {
		n, err := b.f.Read(buf)
		for _, c := range buf[:n] {
			if c == 0 {
				return
			}
		}
		if err != nil {
			return
		}
		select {
		case b.rung <- struct{}{}:
		default:
		}
	}
}

// close ends run by a zero byte of our own: where a FIFO is no friend of the poller, closing would not end its read. A
// FIFO that is left behind tells others that its relay is dead and holds something still.
func (b *bell) close(leave bool) {
	if !leave {
		os.Remove(b.path)
	}
	_, _ = b.f.Write([]byte{0}) // it only ends a read that waits
	b.f.Close()
}

func newToken() string { return rand.Text() }
