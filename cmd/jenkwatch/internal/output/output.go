package output

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/itchyny/gojq"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Format is how a reading command prints: a table on a terminal, tab-separated lines elsewhere, or JSON.
type Format struct {
	JSON bool
	JQ   string
	code *gojq.Code
}

func (f *Format) AddFlags(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.JSON, "json", false, "print JSON with stable keys (docs/json.md)")
	cmd.Flags().StringVar(&f.JQ, "jq", "", "filter the JSON with this jq EXPR")
}

// Prepare reads the jq expression, so that a typing mistake shows before anything is asked. Expression implies JSON.
func (f *Format) Prepare() error {
	if f.JQ == "" {
		return nil
	}
	f.JSON = true
	q, err := gojq.Parse(f.JQ)
	if err == nil {
		f.code, err = gojq.Compile(q)
	}
	if err != nil {
		return exit.Usage("see the jq manual; quote the expression for your shell", "--jq: %w", err)
	}
	return nil
}

// WriteJSON prints one value: whole, or what the jq expression makes of it. It is one line, on a terminal indented.
func (f *Format) WriteJSON(w io.Writer, v any) error {
	b, err := marshal(v)
	if err != nil {
		return err
	}
	return f.WriteDocument(w, b)
}

// WriteDocument is WriteJSON for what is JSON already.
func (f *Format) WriteDocument(w io.Writer, b []byte) error {
	if f.code == nil && TerminalWidth(w) > 0 {
		var pretty bytes.Buffer
		if err := json.Indent(&pretty, bytes.TrimSpace(b), "", "  "); err == nil {
			b = pretty.Bytes()
		}
	}
	return f.writeLines(w, b)
}

// WriteEvent prints one value of a stream: always one line.
func (f *Format) WriteEvent(w io.Writer, v any) error {
	b, err := marshal(v)
	if err != nil {
		return err
	}
	return f.writeLines(w, b)
}

// writeLines prints a document as it is, or what the jq expression makes of it.
func (f *Format) writeLines(w io.Writer, b []byte) error {
	if f.code == nil {
		_, err := w.Write(append(safeJSON(bytes.TrimRight(b, "\n")), '\n'))
		return err
	}
	var plain any
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if err := dec.Decode(&plain); err != nil {
		return err
	}
	for it := f.code.Run(plain); ; {
		out, ok := it.Next()
		if !ok {
			return nil
		}
		if err, bad := out.(error); bad {
			if halt, ok := errors.AsType[*gojq.HaltError](err); ok && halt.Value() == nil {
				return nil
			}
			return exit.Usage("the keys are listed in docs/json.md", "--jq: %w", err)
		}
		if s, isText := out.(string); isText {
			if file, isFile := w.(*os.File); isFile && term.IsTerminal(int(file.Fd())) {
				s = clean.Text(s) // a pipe gets every byte, a terminal none that it would obey
			}
			if _, err := fmt.Fprintln(w, s); err != nil {
				return err
			}
			continue
		}
		b, err := gojq.Marshal(out)
		if err != nil {
			return err
		}
		if _, err := w.Write(append(safeJSON(b), '\n')); err != nil {
			return err
		}
	}
}

// marshal is JSON on one line that leaves <, > and & alone and holds no byte a terminal would obey.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, fmt.Errorf("write JSON: %w", err)
	}
	return safeJSON(bytes.TrimRight(buf.Bytes(), "\n")), nil
}

// safeJSON escapes what encoding/json leaves raw although terminals obey it or do not show it: DEL, the C1 controls,
// characters that turn the direction of writing and those without width. A JSON reader gets the same value.
func safeJSON(b []byte) []byte {
	if !bytes.ContainsFunc(b, escaped) {
		return b
	}
	out := make([]byte, 0, len(b)+16)
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case !escaped(r):
			out = append(out, b[:n]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, high, low)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		b = b[n:]
	}
	return out
}

func escaped(r rune) bool {
	return r >= 0x7f && (r <= 0x9f || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Variation_Selector,
		unicode.Other_Default_Ignorable_Code_Point))
}
