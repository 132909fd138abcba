package jenkins

import (
	"context"
	"errors"
	"iter"
	"time"
)

// The time between two looks at a console that grows: short while text comes, longer while none does.
const (
	shortestWait = 500 * time.Millisecond
	longestWait  = 5 * time.Second
	pieceSize    = 64 << 10
)

// ReadLog yields a run's console from the raw offset start to the end that it has now, in chunks, with one request; of a
// run that goes on with as many as it takes. Memory stays constant however long the log is.
func (c *Client) ReadLog(ctx context.Context, ref Ref, start int64) iter.Seq2[LogChunk, error] {
	return func(yield func(LogChunk, error) bool) {
		for {
			last, behind, err := c.stream(ctx, ref, start, yield)
			if err != nil && !errors.Is(err, errStopped) {
				yield(LogChunk{Ref: ref, Start: last.Next, Next: last.Next}, err)
			}
			if err != nil || !behind {
				return
			}
			start = last.Next
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
			last, behind, err := c.stream(ctx, ref, start, yield)
			if errors.Is(err, errStopped) {
				return
			}
			if behind && err == nil {
				start = last.Next
				continue
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

// stream yields one answer in pieces. What it returns tells where it stopped and whether there will be more; behind that
// there is more already.
func (c *Client) stream(ctx context.Context, ref Ref, start int64, yield func(LogChunk, error) bool) (last LogChunk, behind bool, err error) {
	last = LogChunk{Ref: ref, Start: start, Next: start, More: true}
	con, err := c.resume(ctx, ref, start)
	if err != nil {
		return last, false, err
	}
	defer con.close()
	for first := true; ; first = false {
		if err := con.fill(pieceSize); err != nil {
			return last, false, err
		}
		if first {
			con.align()
		}
		n := con.cut(pieceSize)
		if n > 0 {
			last = con.chunk(0, n)
			if !yield(last, nil) {
				return last, false, errStopped
			}
			con.before = con.tail(n)
			con.start = last.Next
			// A new one: Text may be a part of the old.
			con.body = append(make([]byte, 0, pieceSize+2*readSize), con.body[n:]...)
		}
		if con.whole && (n == 0 || len(con.body) == 0) {
			if n == 0 {
				last.Next = con.chunk(0, 0).Next // nothing new, but perhaps it is better known where that would be
			}
			last.Size, last.More = con.size, con.more
			return last, con.capped() && last.Next > start, nil
		}
	}
}
