package sender

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Reach asks whether something answers at the endpoint's address: one OPTIONS request without headers of the endpoint and
// without a payload, which changes nothing anywhere (RFC 9110, 9.3.7). It returns the HTTP status, whichever it is.
func (e Endpoint) Reach(ctx context.Context) (status int, err error) {
	r, err := e.Resolve(ctx)
	if err != nil {
		return 0, err
	}
	rt, err := r.Transport(ctx)
	if err != nil {
		return 0, err
	}
	defer rt.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(ctx, r.timeout())
	defer cancel()
	mask := r.Mask(nil)
	fail := func(err error) error {
		return &Error{Kind: Unreachable, What: "nothing answers there: " + explain(ctx, err, r.timeout(), mask),
			Fix: "check its url, proxy and tls, and whether it runs; what is sent meanwhile waits in the outbox"}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodOptions, r.url, nil)
	if err != nil {
		return 0, fail(fmt.Errorf("its url cannot be used"))
	}
	res, err := rt.RoundTrip(req)
	if err != nil {
		return 0, fail(err)
	}
	defer res.Body.Close()
	_, _ = io.CopyN(io.Discard, res.Body, readAnswer)
	return res.StatusCode, nil
}
