package request

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// Stream reads a long answer one value at a time: of its bytes it never holds more than one value has, however many
// come. (json.Decoder, and with it gojenkins, holds the whole answer three times over while it grows.)
type Stream struct {
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

// Stream asks q and hands the answer to take, which reads it.
func (c *Controller) Stream(ctx context.Context, q Question, take func(*Stream) error) error {
	within, cancel := context.WithTimeout(ctx, c.timeoutOf(&q))
	defer cancel()
	resp, err := c.Open(within, q)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	s := &Stream{body: resp.Body, q: &q}
	s.dec = json.NewDecoder(s)
	switch err = take(s); {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		err = io.ErrUnexpectedEOF
	}
	return c.judge(ctx, &q, err)
}

// Read gives the decoder more of the answer, unless the value that it is about to read is too long.
func (s *Stream) Read(b []byte) (int, error) {
	room := longestPiece - (s.read - s.dec.InputOffset())
	if room <= 0 {
		return 0, s.tooLarge(fmt.Sprintf("more than %d MB in one value", longestPiece/Mega))
	}
	n, err := s.body.Read(b[:min(int64(len(b)), room)])
	s.read += int64(n)
	return n, err
}

func (s *Stream) tooLarge(what string) error {
	return &Error{Kind: TooLarge, Op: s.q.Op, Path: s.q.Path, Status: http.StatusOK, Err: errors.New(what)}
}

// Object reads an object: each is called with every key, and reads its value. Anything else is skipped.
func (s *Stream) Object(each func(key string) error) error {
	if inside, err := s.enter('{'); !inside {
		return err
	}
	for s.dec.More() {
		key, err := s.dec.Token()
		if err != nil {
			return err
		}
		if err := each(key.(string)); err != nil { // it is one: the decoder sees to that
			return err
		}
	}
	_, err := s.dec.Token()
	return err
}

// List reads an array: each is called before every element, and reads it. Anything else is skipped; it is false then.
func (s *Stream) List(each func() error) (bool, error) {
	if inside, err := s.enter('['); !inside {
		return false, err
	}
	for s.dec.More() {
		if s.seen++; s.seen > s.q.Limit/shortestItem {
			return true, s.tooLarge(fmt.Sprintf("more than %d entries", s.q.Limit/shortestItem))
		}
		if err := each(); err != nil {
			return true, err
		}
	}
	_, err := s.dec.Token()
	return true, err
}

// Value reads a value. One of an unexpected type (some plugin's) stays as it was.
func (s *Stream) Value(into any) error {
	err := s.dec.Decode(into)
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return nil
	}
	return err
}

// Skip reads a value that is not wanted.
func (s *Stream) Skip() error {
	_, err := s.enter(0)
	return err
}

// enter reads the beginning of an object or array, or skips what is neither of the wanted kind.
func (s *Stream) enter(wanted json.Delim) (bool, error) {
	for depth := 0; ; {
		token, err := s.dec.Token()
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
