package console

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Chunk is a part of a run's console. Text has LF line ends and no console notes; colours are still in it.
//
// Offsets count the raw log as Jenkins stores it. What it sends is longer, each LF comes as CRLF, so an offset is never
// computed from the length of Text. Where a log's own line ends are CRLF already (agents on Windows), Next of a chunk
// that stops short of the end may be a few bytes early; [Client.Log] then finds the seam by its text, and no byte is
// yielded twice or left out. Of a log that grows Jenkins sends whole lines only: then Next stays before Size, and Text is
// empty, until the line is complete.
type Chunk struct {
	Ref   jenkins.Ref
	Start int64 // raw offset at which Text begins
	Next  int64 // raw offset at which the next chunk begins
	Size  int64 // of the raw log as it was when this was read
	More  bool  // it still grows
	Text  []byte
	Cut   bool // of [Client.Follow]: the log has become shorter; what follows is where it differs from what was yielded
}

// Client asks one controller for the consoles of its builds.
type Client struct {
	*jenkins.Client

	node  string // path below the build of the flow node whose log is read; empty for the console
	seams seams
}

// Node returns a client that reads the log of one flow node, a step, of a build instead of its console. Jenkins has a log
// of each step that has begun, also of one that has printed nothing; of stages and branches it has none and answers 404.
func (c *Client) Node(id string) *Client {
	return &Client{Client: c.Client, node: "/execution/node/" + url.PathEscape(id) + "/log"}
}

// LogSize asks how long a run's console is, in bytes of the raw log: Start, Next and Size all are its end.
func (c *Client) LogSize(ctx context.Context, ref jenkins.Ref) (Chunk, error) {
	// A negative start makes Jenkins skip the log instead of reading all of it to answer a HEAD.
	con, err := c.console(ctx, ref, http.MethodHead, -1)
	if e, ok := errors.AsType[*jenkins.Error](err); ok && e.Kind == jenkins.Refused {
		// A log that is kept elsewhere than in a file may not know how to skip, nor a proxy what HEAD is.
		con, err = c.console(ctx, ref, http.MethodGet, 0)
	}
	if err != nil {
		return Chunk{}, err
	}
	con.close()
	return Chunk{Ref: ref, Start: con.size, Next: con.size, Size: con.size, More: con.more}, nil
}

// Log asks for a part of a run's console: from start (raw bytes), at most max bytes, then it stops reading. The chunk ends
// with a line end if it holds one; only the end of an ended log, and a line that is not complete yet or longer than max,
// may lack it. Beyond the end of the log the chunk is empty.
func (c *Client) Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (Chunk, error) {
	con, err := c.resume(ctx, ref, start)
	if err != nil {
		return Chunk{}, err
	}
	defer con.close()
	if err := con.fill(start - con.start + int64(len(con.again))*16 + int64(max)); err != nil {
		return Chunk{}, err
	}
	con.align()
	return con.chunk(0, con.cut(max)), nil
}

// LogTail asks for the last max bytes of a run's console, from the first line that begins in them. A last line that is
// longer comes whole, up to a megabyte.
func (c *Client) LogTail(ctx context.Context, ref jenkins.Ref, max int) (Chunk, error) {
	end, err := c.LogSize(ctx, ref)
	if err != nil || end.Size == 0 {
		return end, err
	}
	return c.logBack(ctx, ref, end.Size, max, func(con *console) (int, error) {
		most := int(end.Size-con.start) + 4*max // it may have grown since
		if err := con.fill(int64(most)); err != nil {
			return 0, err
		}
		con.skipHalfRune()
		return con.cut(most), nil
	})
}

// LogEnd asks where a run's console ends for now: at the beginning of the line that is being written, if there is one.
func (c *Client) LogEnd(ctx context.Context, ref jenkins.Ref) (int64, error) {
	chunk, err := c.LogTail(ctx, ref, lookAhead)
	return chunk.Next, err
}

// LogBefore asks for the part of a run's console that ends at the raw offset end, where a line must begin (a chunk's
// Start): at most max bytes, from the first line that begins in them. One line that is longer comes whole, up to a
// megabyte.
func (c *Client) LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (Chunk, error) {
	chunk, err := c.logBack(ctx, ref, end, max, func(con *console) (int, error) {
		if err := con.fill(end - con.start + lookAhead/2); err != nil {
			return 0, err
		}
		con.skipHalfRune()
		return con.indexOf(end), nil
	})
	chunk.Next = end
	return chunk, err
}

// leastPiece has fewer lines than Jenkins sends at once.
const leastPiece = mostMarks / 2

// longestLine is how far back the beginning of a line is looked for.
const longestLine = 1 << 20

// logBack reads size bytes up to end, of which cut returns how many make the chunk. When no line begins in them it looks
// further back: what begins inside a line may begin inside a console note, which then is not known for one.
func (c *Client) logBack(ctx context.Context, ref jenkins.Ref, end int64, size int, cut func(*console) (int, error)) (Chunk, error) {
	for back := size; ; back *= 8 {
		// One byte more shows whether a line begins right there.
		con, err := c.console(ctx, ref, http.MethodGet, max(0, end-int64(back)-1))
		if err != nil {
			return Chunk{}, err
		}
		n, err := cut(con)
		con.close()
		if err != nil {
			return Chunk{}, err
		}
		if con.capped() && con.start+rawLength(con.body) < end && back > leastPiece {
			back, size = back/32, back/4 // so many lines that the last of them did not come
			continue
		}
		from := con.firstLine(n)
		if from == 0 && con.start > 0 && back < longestLine {
			continue
		}
		if back > size && n > 0 { // only the line that was looked for
			from = bytes.LastIndexByte(con.body[:n-1], '\n') + 1
		}
		return con.chunk(from, n), nil
	}
}

// firstLine returns where the first whole line of body[:n] begins; 0, too, when there is none.
func (con *console) firstLine(n int) int {
	if i := bytes.IndexByte(con.body[:n], '\n') + 1; con.start > 0 && i < n {
		return i
	}
	return 0
}
