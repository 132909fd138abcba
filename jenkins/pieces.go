package jenkins

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// pieces reads a long answer one value at a time: of its bytes it never holds more than one value has, however many
// come. (json.Decoder, and with it gojenkins, holds the whole answer three times over while it grows.)
type pieces struct {
	dec  *json.Decoder
	body io.Reader
	q    *Question
	read int64
	seen int64 // elements of lists
}

const (
	longestPiece = 8 * Mega // that one value may have
	shortestItem = 160      // bytes of the limit for each element of a list: many small ones take more memory than bytes
)

// read asks q and hands the answer to take, which reads it.
func (c *Client) read(ctx context.Context, q Question, take func(*pieces) error) error {
	within, cancel := context.WithTimeout(ctx, c.timeoutOf(&q))
	defer cancel()
	resp, err := c.Open(within, q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	p := &pieces{body: resp.Body, q: &q}
	p.dec = json.NewDecoder(p)
	switch err = take(p); {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return c.judge(ctx, &q, err)
}

// Read gives the decoder more of the answer, unless the value that it is about to read is too long.
func (p *pieces) Read(b []byte) (int, error) {
	room := longestPiece - (p.read - p.dec.InputOffset())
	if room <= 0 {
		return 0, p.tooLarge(fmt.Sprintf("more than %d MB in one value", longestPiece/Mega))
	}
	n, err := p.body.Read(b[:min(int64(len(b)), room)])
	p.read += int64(n)
	return n, err
}

func (p *pieces) tooLarge(what string) error {
	return &Error{Kind: TooLarge, Op: p.q.Op, Path: p.q.Path, Status: http.StatusOK, Err: errors.New(what)}
}

// object reads an object: each is called with every key, and reads its value. Anything else is skipped.
func (p *pieces) object(each func(key string) error) error {
	if inside, err := p.enter('{'); !inside {
		return err
	}
	for p.dec.More() {
		key, err := p.dec.Token()
		if err != nil {
			return err
		}
		if err := each(key.(string)); err != nil { // it is one: the decoder sees to that
			return err
		}
	}
	_, err := p.dec.Token()
	return err
}

// list reads an array: each is called before every element, and reads it. Anything else is skipped; it is false then.
func (p *pieces) list(each func() error) (bool, error) {
	if inside, err := p.enter('['); !inside {
		return false, err
	}
	for p.dec.More() {
		if p.seen++; p.seen > p.q.Limit/shortestItem {
			return true, p.tooLarge(fmt.Sprintf("more than %d entries", p.q.Limit/shortestItem))
		}
		if err := each(); err != nil {
			return true, err
		}
	}
	_, err := p.dec.Token()
	return true, err
}

// value reads a value. One of an unexpected type (some plugin's) stays as it was.
func (p *pieces) value(into any) error {
	err := p.dec.Decode(into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// skip reads a value that is not wanted.
func (p *pieces) skip() error {
	_, err := p.enter(0)
	return err
}

// enter reads the beginning of an object or array, or skips what is neither of the wanted kind.
func (p *pieces) enter(wanted json.Delim) (bool, error) {
	for depth := 0; ; {
		token, err := p.dec.Token()
		if err != nil {
			return false, err
		}
		switch delim, _ := token.(json.Delim); {
		case depth == 0 && delim == wanted && wanted != 0:
			return true, nil
		case delim == '{' || delim == '[':
			depth++
		case delim == '}' || delim == ']':
			depth--
		}
		if depth == 0 {
			return false, nil
		}
	}
}
