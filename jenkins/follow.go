package jenkins

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"time"
)

// The time between two looks at a console that grows: short while text comes, longer while none does.
const (
	shortestWait = 500 * time.Millisecond
	longestWait  = 5 * time.Second
	pieceSize    = 64 << 10
)

// ReadLog yields a run's console from the raw offset start to the end that it has now, in chunks, with one request.
// Memory stays constant however long the log is.
func (c *Client) ReadLog(ctx context.Context, ref Ref, start int64) iter.Seq2[LogChunk, error] {
	return func(yield func(LogChunk, error) bool) {
		if last, err := c.stream(ctx, ref, start, yield); err != nil && !errors.Is(err, errStopped) {
			yield(LogChunk{Ref: ref, Start: last.Next, Next: last.Next}, err)
		}
	}
}

// Follow yields a run's console from the raw offset start in chunks, waits for more while the run goes on, and ends with
// the log. An error is yielded with an empty chunk; if it is of a kind that may pass ([*Error.Passing]) and the caller
// ranges on, Follow asks again where it stopped, else it ends.
func (c *Client) Follow(ctx context.Context, ref Ref, start int64) iter.Seq2[LogChunk, error] {
	return func(yield func(LogChunk, error) bool) {
		wait := shortestWait
		for {
			last, err := c.stream(ctx, ref, start, yield)
			if errors.Is(err, errStopped) {
				return
			}
			if err != nil {
				e, ok := errors.AsType[*Error](err)
				if !yield(LogChunk{Ref: ref, Start: last.Next, Next: last.Next}, err) || !ok || !e.Passing() {
					return
				}
			} else if !last.More {
				return
			}
			if wait = min(wait*3/2, longestWait); last.Next > start {
				wait = shortestWait
			}
			start = last.Next
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
		}
	}
}

var errStopped = errors.New("the caller stopped")

// stream yields one answer in pieces. What it returns tells where it stopped and whether there will be more.
func (c *Client) stream(ctx context.Context, ref Ref, start int64, yield func(LogChunk, error) bool) (LogChunk, error) {
	last := LogChunk{Ref: ref, Start: start, Next: start, More: true}
	con, err := c.console(ctx, ref, http.MethodGet, start)
	if err != nil {
		return last, err
	}
	defer con.close()
	for first := true; ; first = false {
		if err := con.fill(pieceSize); err != nil {
			return last, err
		}
		if first {
			con.align()
		}
		n := con.cut(pieceSize)
		if n > 0 {
			last = con.chunk(0, n)
			if !yield(last, nil) {
				return last, errStopped
			}
			con.start = last.Next
			// A new one: Text may be a part of the old.
			con.body = append(make([]byte, 0, pieceSize+2*readSize), con.body[n:]...)
		}
		if con.whole && (n == 0 || len(con.body) == 0) {
			last.Size, last.More = con.size, con.more
			return last, nil
		}
	}
}
