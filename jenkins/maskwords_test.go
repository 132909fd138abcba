package jenkins

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func TestMaskWordsShowsNoSecret(t *testing.T) {
	t.Parallel()
	c := &Client{Own: recorded.Must(SecretPatterns([]string{`^acme-\d+$`}))}
	for text, want := range map[string]string{
		"make  test\n-j4":                                           "make test -j4",
		"curl https://jo:hunter2@host/x?token=abc":                  "curl https://jo:" + Masked + "@host/x?token=" + Masked,
		"deploy --token abcdef --to prod":                           "deploy --token " + Masked + " --to prod",
		"API_KEY='abcdef' ./run --dry":                              "API_KEY=" + Masked + " ./run --dry",
		"login acme-77 now":                                         "login " + Masked + " now",
		"curl -H 'Authorization: Bearer abcdefghijklmnop.qrstuv'":   Masked,
		"gh auth --with ghp_16C7e42F292c6912E7710c838347Ae178B4a x": "gh auth --with " + Masked + " x",
	} {
		if got := c.MaskWords(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
