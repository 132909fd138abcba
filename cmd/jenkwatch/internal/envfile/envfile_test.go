package envfile

import (
	"strings"
	"testing"
)

func TestWhatIsNotUTF8IsRefusedWithItsLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"JOB_NAME=x\nNAME=caf\xe9\n": "line 2 is not UTF-8", "{\"A\":\n\"\xff\"}": "line 2 is not UTF-8",
		"\xff\xfeA\x00=\x00": "line 1 is not UTF-8", `{"A": "\ud800"}`: "half of a character",
	} {
		if _, err := parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	if vars, err := parse([]byte(`{"A": "\ufffd \ud83d\ude00 ` + "\ufffd" + `"}`)); err != nil || vars[0].Value != "\ufffd 😀 \ufffd" {
		t.Errorf("read %+v, %v", vars, err)
	}
}
