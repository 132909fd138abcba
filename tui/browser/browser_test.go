package browser

import (
	"strings"
	"testing"
)

func TestWhereABrowserIs(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		goos string
		env  map[string]string
		want bool
	}{
		{"linux", nil, false},
		{"linux", map[string]string{"DISPLAY": ":0"}, true},
		{"linux", map[string]string{"WAYLAND_DISPLAY": "wayland-0"}, true},
		{"linux", map[string]string{"SSH_CONNECTION": "1"}, false},
		{"linux", map[string]string{"SSH_CONNECTION": "1", "BROWSER": "tell-home"}, true},
		{"linux", map[string]string{"BROWSER": " "}, false},
		{"darwin", nil, true},
		{"darwin", map[string]string{"SSH_CONNECTION": "1"}, false},
		{"windows", nil, true},
	} {
		if got := hasBrowser(c.goos, func(k string) string { return c.env[k] }); got != c.want {
			t.Errorf("%s %v: %v", c.goos, c.env, got)
		}
	}
}

func TestBrowserOfTheUser(t *testing.T) {
	t.Parallel()
	const at = "https://ci.example/job/a/1/"
	for _, c := range []struct{ goos, own, want string }{
		{"linux", "", "xdg-open " + at},
		{"linux", "w3m", "w3m " + at},
		{"linux", "firefox --new-tab %s:w3m", "firefox --new-tab " + at},
		{"darwin", "open -a Firefox", "open -a Firefox " + at},
		{"windows", "w3m", "rundll32 url.dll,FileProtocolHandler " + at},
	} {
		name, args := browserCommand(c.goos, func(k string) string { return map[string]string{"BROWSER": c.own}[k] }, at)
		if got := strings.Join(append([]string{name}, args...), " "); got != c.want {
			t.Errorf("%s %q: %s", c.goos, c.own, got)
		}
	}
}
