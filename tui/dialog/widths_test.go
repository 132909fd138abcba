package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
	"github.com/jenkwatch/jenkwatch/tui/popup"
)

// TestDialogsFitEveryWidthWhateverTheirTextsAre.
func TestDialogsFitEveryWidthWhateverTheirTextsAre(t *testing.T) {
	t.Parallel()
	step := 1
	if testing.Short() {
		step = 5
	}
	const evil = "e\x1b[31m\x1b]0;x\a\u202e\u200b日本語क्ष👩‍👩‍👧\r\n\t"
	kittest.InBubble(t, func(t *testing.T) {
		sh := kittest.Shared()
		for _, s := range []string{"", evil, strings.Repeat(evil, 5), "a" + strings.Repeat("\u0301", 1000), strings.Repeat("字", 90)} {
			question := Question{Title: s, Asks: s, Effect: s, Needs: s, Warn: []string{s, s}, Lines: []string{s, "+" + s, "-" + s}, Diff: true, Yes: s, No: s}
			typed := question
			typed.Type, typed.Why, typed.Diff = s+"x", s, false
			form := Spec{Title: s, Asks: s, Effect: s, Needs: s, Warn: []string{s}, Yes: s, Check: func([]Value) (int, error) { return 1, fmt.Errorf("%s", s) }}
			for kind := Line; kind <= Secret; kind++ {
				form.Fields = append(form.Fields, Field{Name: s, Description: s, Kind: kind, Value: s, Choices: []string{s, s + "b"}, Empty: s, Note: s})
			}
			for name, p := range map[string]popup.Popup{
				"question": NewConfirm(sh, question), "typed": NewConfirm(sh, typed), "form": NewForm(sh, form), "empty form": NewForm(sh, Spec{Title: s}),
				"waiting": NewWaiting(s, s, nil), "options": NewOptions(sh, s, []popup.Item{{Label: s, Note: s}, {Label: s}, {Note: s}}),
			} {
				for n := 0; n < 304; n += step {
					w, h := 1+n%300, 1+n*7%31
					if name == "form" && w > 30 && w%17 > 0 {
						continue // its text area is slow
					}
					p.Resize(w, h)
					cw, ch := p.Size()
					if cw > w || ch > h {
						t.Fatalf("%s: %dx%d of %dx%d", name, cw, ch, w, h)
					}
					kittest.Fits(t, p.View(cw, ch), cw, ch)
					_, _ = p.Title(), p.Hint()
					if n%8 == 0 && name != "waiting" {
						time.Sleep(quiet)
						p.Update(kittest.KeyPress([]string{"tab", "down", "right", "x"}[n/8%4]))
					}
				}
			}
		}
	})
}
