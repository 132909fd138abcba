package log

import (
	"bytes"
	"cmp"
	"context"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/tui/kit/kittest"
)

// fakeLog is a console in memory that is cut into pieces as the client does it.
type fakeLog struct {
	data  []byte
	more  bool
	err   error
	asked []int64    // where each question began
	ahead int64      // bytes that the size counts and that cannot be read yet
	mu    sync.Mutex // over asked
}

func (f *fakeLog) note(start int64) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked = append(f.asked, start)
}

func (f *fakeLog) LogSize(ctx context.Context, ref jenkins.Ref) (console.Chunk, error) {
	return f.chunk(ctx, ref, int64(len(f.data)), int64(len(f.data)))
}

func (f *fakeLog) LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.Chunk, error) {
	return f.LogBefore(ctx, ref, int64(len(f.data)), max)
}

func (f *fakeLog) LogBefore(ctx context.Context, ref jenkins.Ref, end int64, size int) (console.Chunk, error) {
	start := max(0, end-int64(size))
	f.note(start)
	if start > 0 && f.data[start-1] != '\n' {
		if i := int64(bytes.IndexByte(f.data[start:end], '\n')) + 1; start+i < end {
			start += i
		}
	}
	return f.chunk(ctx, ref, start, end)
}

func (f *fakeLog) Log(ctx context.Context, ref jenkins.Ref, start int64, size int) (console.Chunk, error) {
	f.note(start)
	start = min(start, int64(len(f.data)))
	end := min(start+int64(size), int64(len(f.data)))
	if i := int64(bytes.LastIndexByte(f.data[start:end], '\n')) + 1; i > 0 && (f.more || end < int64(len(f.data))) {
		end = start + i
	}
	return f.chunk(ctx, ref, start, end)
}

func (f *fakeLog) chunk(ctx context.Context, ref jenkins.Ref, start, end int64) (console.Chunk, error) {
	if err := cmp.Or(ctx.Err(), f.err); err != nil {
		return console.Chunk{}, err
	}
	return console.Chunk{Ref: ref, Start: start, Next: end, Size: int64(len(f.data)) + f.ahead, More: f.more,
		Text: bytes.Clone(f.data[start:end])}, nil
}

// newTestLog is a log pane that reads f.
func newTestLog(f reader) *Pane {
	p := New(kittest.Shared())
	p.ask.run = func(string) reader { return f }
	return p
}
