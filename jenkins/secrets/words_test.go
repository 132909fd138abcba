package secrets

import "testing"

func TestMaskWordsShowsNoSecret(t *testing.T) {
	t.Parallel()
	own, err := Compile([]string{`^acme-\d+$`})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"make  test\n-j4":                                           "make test -j4",
		"curl https://jo:hunter2@host/x?token=abc":                  "curl https://jo:" + Masked + "@host/x?token=" + Masked,
		"deploy --token abcdef --to prod":                           "deploy --token " + Masked + " --to prod",
		"API_KEY='abcdef' ./run --dry":                              "API_KEY=" + Masked + " ./run --dry",
		"login acme-77 now":                                         "login " + Masked + " now",
		"curl -H 'Authorization: Bearer abcdefghijklmnop.qrstuv'":   Masked,
		"gh auth --with ghp_16C7e42F292c6912E7710c838347Ae178B4a x": "gh auth --with " + Masked + " x",
	} {
		if got := MaskWords(text, own); got != want {
			t.Errorf("%q is shown as %q, want %q", text, got, want)
		}
	}
}
