package jenkins

import (
	"bytes"
	"context"
	"net/http"
)

// LogChunk is a part of a run's console. Text has LF line ends and no console notes; colours are still in it.
//
// Offsets count the raw log as Jenkins stores it. What it sends is longer, each LF comes as CRLF, so an offset is never
// computed from the length of Text. Where a log's own line ends are CRLF already (agents on Windows), Next of a chunk
// that stops short of the end may be a few bytes early; [Client.Log] then finds the seam by its text, and no byte is
// told twice or left out.
type LogChunk struct {
	Ref   Ref
	Start int64 // raw offset at which Text begins
	Next  int64 // raw offset at which the next chunk begins
	Size  int64 // of the raw log as it was when this was read
	More  bool  // it still grows
	Text  []byte
}

// LogSize asks how long a run's console is, in bytes of the raw log: Start, Next and Size all are its end.
func (c *Client) LogSize(ctx context.Context, ref Ref) (LogChunk, error) {
	// A negative start makes Jenkins skip the log instead of reading all of it to answer a HEAD.
	con, err := c.console(ctx, ref, http.MethodHead, -1)
	if err != nil {
		return LogChunk{}, err
	}
	con.close()
	return LogChunk{Ref: ref, Start: con.size, Next: con.size, Size: con.size, More: con.more}, nil
}

// Log asks for a part of a run's console: from start (raw bytes), at most max bytes, then it stops reading. The chunk ends
// with a line end if it holds one; only the end of an ended log, and a line that is not complete yet or longer than max,
// may lack it. Beyond the end of the log the chunk is empty.
func (c *Client) Log(ctx context.Context, ref Ref, start int64, max int) (LogChunk, error) {
	con, err := c.console(ctx, ref, http.MethodGet, start)
	if err != nil {
		return LogChunk{}, err
	}
	defer con.close()
	if err := con.fill(int64(max)); err != nil {
		return LogChunk{}, err
	}
	con.align()
	return con.chunk(0, con.cut(max)), nil
}

// LogTail asks for the last max bytes of a run's console, from the first line that begins in them.
func (c *Client) LogTail(ctx context.Context, ref Ref, max int) (LogChunk, error) {
	end, err := c.LogSize(ctx, ref)
	if err != nil || end.Size == 0 {
		return end, err
	}
	con, err := c.console(ctx, ref, http.MethodGet, before(end.Size, max))
	if err != nil {
		return LogChunk{}, err
	}
	defer con.close()
	most := 4 * max // it may have grown since
	if err := con.fill(int64(most)); err != nil {
		return LogChunk{}, err
	}
	con.skipHalfRune()
	n := con.cut(most)
	return con.chunk(con.firstLine(n), n), nil
}

// LogBefore asks for the part of a run's console that ends at the raw offset end, where a line must begin (a chunk's
// Start): at most max bytes, from the first line that begins in them.
func (c *Client) LogBefore(ctx context.Context, ref Ref, end int64, max int) (LogChunk, error) {
	con, err := c.console(ctx, ref, http.MethodGet, before(end, max))
	if err != nil {
		return LogChunk{}, err
	}
	defer con.close()
	if err := con.fill(end - con.start + lookAhead/2); err != nil {
		return LogChunk{}, err
	}
	con.skipHalfRune()
	n := con.indexOf(end)
	chunk := con.chunk(con.firstLine(n), n)
	chunk.Next = end
	return chunk, nil
}

// before is where to begin so that max bytes lead up to end. One byte more tells whether a line begins right there.
func before(end int64, size int) int64 { return max(0, end-int64(size)-1) }

// firstLine is where the first whole line of body[:n] begins; 0, too, when there is none.
func (con *console) firstLine(n int) int {
	if i := bytes.IndexByte(con.body[:n], '\n') + 1; con.start > 0 && i < n {
		return i
	}
	return 0
}
