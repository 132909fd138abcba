package jenkins

import (
	"net/http"
)

// Bare is what lies beneath the Client's own RoundTripper.
func (c *Client) Bare() http.RoundTripper { return c.HTTPClient().Transport.(*transport).base }
