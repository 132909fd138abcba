package request

import (
	"errors"
	"io"
	"net/http"
	"strings"
)

// guard lets only JSON of a bearable length through.
type guard struct {
	body       io.ReadCloser
	controller *Controller
	q          *Question
	read       int64
	first      byte // the first that is not white space
	quoted     bool // inside of a string, and behind a backslash there
	escape     bool
}

func (g *guard) Read(p []byte) (int, error) {
	n, err := g.body.Read(p[:min(int64(len(p)), g.q.Limit-g.read+1)])
	g.read += int64(n)
	if g.read > g.q.Limit {
		return 0, g.fail(TooLarge, tooLarge(g.q.Limit))
	}
	g.mend(p[:n])
	if g.first != 0 && g.first != '{' && g.first != '[' {
		return 0, g.fail(NotJenkins, errors.New("something other than JSON"))
	}
	if errors.Is(err, io.EOF) && g.first == 0 {
		return 0, g.fail(CutShort, errors.New("it is empty"))
	}
	if err != nil && !errors.Is(err, io.EOF) {
		kind := kindOf(err)
		if kind == Unreachable {
			kind = CutShort
		}
		return n, g.fail(kind, err)
	}
	return n, err
}

// mend replaces the bytes that make JSON invalid and that controllers write all the same, each by one byte: a byte order
// mark in front, raw controls (before 2020) and escapes that JSON does not have. The decoder reads 0xff as U+FFFD.
func (g *guard) mend(p []byte) {
	for i, c := range p {
		switch {
		case g.escape:
			g.escape = false
			if strings.IndexByte(`"\/bfnrtu`, c) < 0 {
				p[i] = '\\'
			}
		case g.quoted && c == '\\':
			g.escape = true
		case c == '"':
			g.quoted = !g.quoted
		case g.quoted && c < ' ':
			p[i] = 0xff
		case c < ' ', g.first == 0 && strings.IndexByte("\ufeff", c) >= 0:
			p[i] = ' '
		}
		if g.first == 0 && p[i] != ' ' {
			g.first = p[i]
		}
	}
}

func (g *guard) fail(kind Kind, err error) error {
	e := g.controller.newError(g.q, kind, err)
	e.Status = http.StatusOK
	return e
}

func (g *guard) Close() error { return drain(g.body) }
