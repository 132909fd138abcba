package watch

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"iter"
)

// serverEvent is one event of a text/event-stream.
type serverEvent struct {
	name string // "message" when the stream gives none
	data []byte
}

// maxServerEvent bounds one event. Those of Jenkins have about a kilobyte.
const maxServerEvent = 256 << 10

// serverEvents reads a text/event-stream until it ends. Fields other than event and data are of no use here, comments
// keep the connection alive. What follows the last blank line is no event. The last pair holds why the stream ended.
func serverEvents(r io.Reader) iter.Seq2[serverEvent, error] {
	return func(yield func(serverEvent, error) bool) {
		lines := bufio.NewScanner(r)
		lines.Buffer(make([]byte, 0, 4<<10), maxServerEvent)
		var e serverEvent
		dataLines := 0
		for lines.Scan() {
			line := lines.Bytes()
			if len(line) == 0 {
				if dataLines > 0 {
					if e.name == "" {
						e.name = "message"
					}
					if !yield(e, nil) {
						return
					}
				}
				e, dataLines = serverEvent{}, 0
				continue
			}
			field, value, _ := bytes.Cut(line, []byte(":"))
			value = bytes.TrimPrefix(value, []byte(" "))
			switch string(field) {
			case "event":
				e.name = string(value)
			case "data":
				if dataLines > 0 {
					e.data = append(e.data, '\n')
				}
				e.data = append(e.data, value...)
				dataLines++
			}
			if len(e.data) > maxServerEvent {
				yield(serverEvent{}, fmt.Errorf("read the events: %w", bufio.ErrTooLong))
				return
			}
		}
		err := lines.Err()
		if err == nil {
			err = io.EOF
		}
		yield(serverEvent{}, fmt.Errorf("read the events: %w", err))
	}
}
