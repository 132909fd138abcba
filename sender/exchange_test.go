package sender

import (
	"net/http"
	"testing"
)

func TestRedirectToAnotherOriginIsNotFollowed(t *testing.T) {
	t.Parallel()
	for to, followed := range map[string]bool{
		"/other": true, "https://h/other": true, "https://H/other": true, "other?x=y": true,
		"http://h/other": false, "https://h:8443/other": false, "https://h.example.com/other": false, "//evil/other": false,
		"ftp://h/other": false, "": false, "https://h@evil/": false, "http:/other": false,
	} {
		for _, status := range []int{301, 302, 303, 307, 308} {
			res := &http.Response{StatusCode: status, Header: http.Header{"Location": {to}}}
			next, why := redirect(res, "https://h/hook", 0)
			if want := followed && status >= 307; (next != "") != want || (why == "") != want {
				t.Errorf("%d to %q: to %q, %q", status, to, next, why)
			}
		}
	}
}
