package jenkins

import "context"

// LogSize asks how long a run's console is, in bytes of the raw log.
func (c *Client) LogSize(ctx context.Context, ref Ref) (LogChunk, error) { return LogChunk{}, errStub }

// Log asks for a part of a run's console: from start (raw bytes), at most max bytes.
func (c *Client) Log(ctx context.Context, ref Ref, start int64, max int) (LogChunk, error) {
	return LogChunk{}, errStub
}

// LogChunk is a part of a run's console. Text has LF line ends and no console notes; colours are still in it.
type LogChunk struct {
	Ref   Ref
	Start int64 // raw offset at which Text begins
	Next  int64 // raw offset at which the next chunk begins
	Size  int64 // of the raw log as it was when this was read
	More  bool  // it still grows
	Text  []byte
}
