package console

import (
	"bytes"
	"context"
	"errors"
	"hash"
	"hash/fnv"
	"iter"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// The time between two looks at a console that grows: short while text comes, longer while none does.
const (
	shortestWait = 500 * time.Millisecond
	longestWait  = 5 * time.Second
	pieceSize    = 64 << 10
)

// ReadLog yields a run's console from the raw offset start to the end that it has now, in chunks, with one request; of a
// run that goes on with as many as it takes. Memory stays constant however long the log is.
func (c *Client) ReadLog(ctx context.Context, ref jenkins.Ref, start int64) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		for {
			last, behind, err := c.stream(ctx, ref, start, yield)
			if err != nil && !errors.Is(err, errStopped) {
				yield(Chunk{Ref: ref, Start: last.Next, Next: last.Next}, err)
			}
			if err != nil || !behind {
				return
			}
			start = last.Next
		}
	}
}

// Follow yields a run's console from the raw offset start in chunks, waits for more while the run goes on, and ends with
// the log. An error is yielded with an empty chunk; if the caller ranges on, which a [Waiter] decides, Follow asks again
// where it stopped, and not before RetryAfter is over. The first chunk after errors may be empty: it says that they are over.
// When the log has become shorter, as when its owner cut it, an empty chunk with Cut set is yielded, and then what differs
// from the lines before.
func (c *Client) Follow(ctx context.Context, ref jenkins.Ref, start int64) iter.Seq2[Chunk, error] {
	return func(yield func(Chunk, error) bool) {
		wait, origin := shortestWait, start
		var lines lineMemory
		for failed := false; ; {
			last, behind, err := c.stream(ctx, ref, start, func(chunk Chunk, err error) bool {
				chunk.Text = lines.fresh(chunk.Text)
				return len(chunk.Text) == 0 || yield(chunk, err)
			})
			if errors.Is(err, errStopped) {
				return
			}
			if err == nil && last.Size < start {
				if !yield(Chunk{Ref: ref, Start: last.Size, Next: last.Size, Size: last.Size, More: last.More, Cut: true}, nil) {
					return
				}
				if last.Size < origin {
					origin = 0
					lines = lineMemory{}
				}
				c.seams.forget(ref)
				lines.rewind()
				start = origin
				continue
			}
			if behind && err == nil {
				start = last.Next
				continue
			}
			if err != nil || failed {
				if !yield(Chunk{Ref: ref, Start: last.Next, Next: last.Next, Size: last.Size, More: last.More}, err) || ctx.Err() != nil {
					return
				}
			}
			if err == nil && !last.More {
				return
			}
			if wait = min(wait*3/2, longestWait); last.Next > start {
				wait = shortestWait
			}
			if e, ok := errors.AsType[*jenkins.Error](err); ok {
				wait = max(wait, e.RetryAfter)
			}
			start, failed = last.Next, err != nil
			select {
			case <-ctx.Done():
				return
			case <-time.After(wait):
			}
			wait = min(wait, longestWait)
		}
	}
}

var errStopped = errors.New("the caller stopped")

// stream yields one answer in pieces. It returns where it stopped and whether there will be more; behind
// reports that there is more already.
func (c *Client) stream(ctx context.Context, ref jenkins.Ref, start int64, yield func(Chunk, error) bool) (last Chunk, behind bool, err error) {
	last = Chunk{Ref: ref, Start: start, Next: start, More: true}
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

// lineMemory remembers the lines of a console that were yielded, by their hashes, to find where another console differs.
type lineMemory struct {
	lines []uint64
	hash  hash.Hash64 // of the line that is not complete yet
	old   []uint64    // of the console before, as far as the new one has been equal
}

// mostLines is how many lines are remembered: of a longer console all is yielded again.
const mostLines = 1 << 17

// rewind begins with the same console anew.
func (m *lineMemory) rewind() {
	m.old, m.lines, m.hash = m.lines, nil, nil
	if len(m.old) >= mostLines {
		m.old = nil
	}
}

// fresh returns the part of text that the console before did not have, and remembers its lines.
func (m *lineMemory) fresh(text []byte) []byte {
	from := 0
	for line := range bytes.Lines(text) {
		if m.hash == nil {
			m.hash = fnv.New64a()
		}
		_, _ = m.hash.Write(line)
		sum, whole := m.hash.Sum64(), line[len(line)-1] == '\n'
		if len(m.old) > 0 && whole && m.old[0] == sum {
			m.old = m.old[1:]
			from += len(line)
		} else {
			m.old = nil
		}
		if whole {
			m.hash = nil
			if len(m.lines) < mostLines {
				m.lines = append(m.lines, sum)
			}
		}
	}
	return text[from:]
}
