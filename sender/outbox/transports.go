package outbox

import (
	"context"
	"net/http"
	"sync"

	"github.com/jenkwatch/jenkwatch/sender"
)

// transports holds one transport for each route, so that endpoints share connections.
type transports struct {
	mu   sync.Mutex
	made map[sender.Route]*http.Transport
}

// get returns the transport to an endpoint, which keeps up to idle unused connections.
func (t *transports) get(ctx context.Context, e *sender.Resolved, idle int) (*http.Transport, error) {
	t.mu.Lock()
	made, ok := t.made[e.Route()]
	t.mu.Unlock()
	if ok {
		return made, nil
	}
	made, err := e.Transport(ctx) // may take its time: not while others wait for the lock
	if err != nil {
		return nil, err
	}
	made.MaxIdleConnsPerHost = idle
	t.mu.Lock()
	defer t.mu.Unlock()
	if first, ok := t.made[e.Route()]; ok { // another worker was quicker
		return first, nil
	}
	if t.made == nil {
		t.made = map[sender.Route]*http.Transport{}
	}
	t.made[e.Route()] = made
	return made, nil
}

func (t *transports) closeIdle() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, made := range t.made {
		made.CloseIdleConnections()
	}
}
