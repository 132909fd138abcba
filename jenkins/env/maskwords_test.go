package env

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

func TestMaskWordsShowsNoSecret(t *testing.T) {
	t.Parallel()
	c := &jenkins.Client{Own: must(jenkins.SecretPatterns([]string{`^acme-\d+$`}))}
	for text, want := range map[string]string{
		"make  test\n-j4":                                           "make test -j4",
		"curl https://jo:hunter2@host/x?token=abc":                  "curl https://jo:" + jenkins.Masked + "@host/x?token=" + jenkins.Masked,
		"deploy --token abcdef --to prod":                           "deploy --token " + jenkins.Masked + " --to prod",
		"API_KEY='abcdef' ./run --dry":                              "API_KEY=" + jenkins.Masked + " ./run --dry",
		"login acme-77 now":                                         "login " + jenkins.Masked + " now",
		"curl -H 'Authorization: Bearer abcdefghijklmnop.qrstuv'":   jenkins.Masked,
		"gh auth --with ghp_16C7e42F292c6912E7710c838347Ae178B4a x": "gh auth --with " + jenkins.Masked + " x",
	} {
		if got := c.MaskWords(text); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
