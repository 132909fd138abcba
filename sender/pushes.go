package sender

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/klauspost/compress/s2"
)

// storedPush is what a push has on disk beside its text, the JSON that came, which stands on the next line and has so many
// bytes. Pushes that were stored together follow each other.
type storedPush struct {
	At     int64    `json:"at"`
	Method string   `json:"method"`
	Key    string   `json:"key,omitempty"`
	Repeat bool     `json:"repeat,omitempty"`
	Masked []string `json:"masked,omitempty"` // variables whose values are not in the text
	Size   int      `json:"size"`
}

// appendStored appends a push, which came as this text, as it is stored. The text is made anew where it is no JSON or holds
// what is masked.
func appendStored(b []byte, p *Push, text string) ([]byte, error) {
	var masked []string
	for _, v := range p.Variables {
		if v.Secret || v.Password {
			masked = append(masked, v.Name)
		}
	}
	if p.Method == "GET" || masked != nil {
		decode := decodeJSON
		if p.Method == "GET" {
			decode = decodeQuery
		}
		payload, err := decode(text)
		if err != nil {
			return nil, err
		}
		for i := range payload {
			if slices.Contains(masked, payload[i].Key) && !tellsBuild(payload[i].Key) {
				payload[i].Value = ""
			}
		}
		text = string(payload.JSON())
	}
	b, err := appendHead(slices.Grow(b, len(text)+100), storedPush{p.ReceivedAt.UnixMilli(), p.Method, p.Key, p.Repeat, masked, len(text)})
	return append(append(append(b, '\n'), text...), '\n'), err
}

// appendHead is what encoding/json does with it, for nearly all pushes in a tenth of the time.
func appendHead(b []byte, s storedPush) ([]byte, error) {
	if s.Key != "" || s.Masked != nil {
		head, err := json.Marshal(s)
		return append(b, head...), err
	}
	b = strconv.AppendInt(append(b, `{"at":`...), s.At, 10)
	b = append(append(b, `,"method":"`...), s.Method...)
	if s.Repeat {
		b = append(b, `","repeat":true,"size":`...)
	} else {
		b = append(b, `","size":`...)
	}
	return append(strconv.AppendInt(b, int64(s.Size), 10), '}'), nil
}

// tellsBuild tells whether it is by this variable that a push is found again: it is not masked on disk.
func tellsBuild(name string) bool {
	return name == "JOB_NAME" || name == "BUILD_NUMBER" || name == "BUILD_URL"
}

// squeeze makes a pack small: builds share most of their environment, and what is written costs more than this.
func squeeze(pack []byte) []byte {
	if len(pack) < 1000 {
		return pack
	}
	return s2.Encode(nil, pack)
}

// unsqueeze undoes it. What is squeezed begins with its length, whose first byte has the highest bit set.
func unsqueeze(stored []byte) ([]byte, error) {
	if len(stored) > 0 && stored[0] < 0x80 {
		return stored, nil
	}
	return s2.Decode(nil, stored)
}

// nextStored reads the first push of a pack.
func nextStored(pack []byte) (p Push, rest []byte, err error) {
	line, rest, _ := bytes.Cut(pack, []byte{'\n'})
	var s storedPush
	if err := json.Unmarshal(line, &s); err != nil {
		return Push{}, nil, err
	}
	if s.Size < 0 || s.Size >= len(rest) {
		return Push{}, nil, errors.New("a stored push is not whole")
	}
	payload, err := decodeJSON(string(rest[:s.Size]))
	if err != nil {
		return Push{}, nil, err
	}
	p = takeApart(s.Method, payload)
	p.ReceivedAt, p.Key, p.Repeat = time.UnixMilli(s.At), s.Key, s.Repeat
	for i := range p.Variables {
		if v := &p.Variables[i]; slices.Contains(s.Masked, v.Name) {
			v.Value, v.Secret = "", true
		}
	}
	return p, rest[s.Size+1:], nil
}

// claimLine is what a push is found by.
func (p *Push) claimLine() string {
	return "\n" + p.Job + "#" + strconv.Itoa(p.Number) + " " + p.BuildURL + "\n"
}

// Pushes gives stored pushes that came after the one at this place (0: all), oldest first, at most limit (0: 100). Values
// that [Receiver.Mark] marked are empty, and their variables Secret.
func (o *Outbox) Pushes(ctx context.Context, after int64, limit int) ([]Push, error) {
	limit = cmp.Or(limit, 100)
	return o.unpack(ctx, limit, func(p *Push) bool { return p.Seq > after },
		"SELECT seq, pushes FROM packs WHERE seq + count > ? ORDER BY seq LIMIT ?", after+1, limit)
}

// BuildPushes gives the stored pushes that claim to be of this build, oldest first, from whatever controller: BuildURL's
// path tells which.
func (o *Outbox) BuildPushes(ctx context.Context, job string, number int) ([]Push, error) {
	return o.pushesWith(ctx, "\n"+job+"#"+strconv.Itoa(number)+" ", func(p *Push) bool { return p.Job == job && p.Number == number })
}

// PushesBelow gives the stored pushes whose BUILD_URL ends with this path, oldest first: those of a build of which a
// parameter has replaced JOB_NAME or BUILD_NUMBER.
func (o *Outbox) PushesBelow(ctx context.Context, path string) ([]Push, error) {
	return o.pushesWith(ctx, path+"\n", func(p *Push) bool { return strings.HasSuffix(p.BuildURL, path) })
}

// pushesWith gives the pushes that fit, of which all have this in their claimLine.
func (o *Outbox) pushesWith(ctx context.Context, part string, fits func(*Push) bool) ([]Push, error) {
	return o.unpack(ctx, -1, fits, `SELECT seq, pushes FROM packs WHERE seq IN
		(SELECT seq FROM pack_builds WHERE instr(builds, ?) > 0) ORDER BY seq`, []byte(part))
}

// unpack gives the pushes that fit of the packs that a query finds, at most limit (negative: all).
func (o *Outbox) unpack(ctx context.Context, limit int, fits func(*Push) bool, query string, args ...any) ([]Push, error) {
	const deed = "read the pushes"
	rows, err := o.DB.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, StoreError(deed, err)
	}
	defer rows.Close()
	var out []Push
	for rows.Next() {
		var (
			seq  int64
			pack []byte
		)
		if err := rows.Scan(&seq, &pack); err != nil {
			return nil, StoreError(deed, err)
		}
		if pack, err = unsqueeze(pack); err != nil {
			return nil, StoreError(deed, err)
		}
		for ; len(pack) > 0; seq++ {
			var p Push
			if p, pack, err = nextStored(pack); err != nil {
				return nil, StoreError(deed, err)
			}
			if p.Seq = seq; !fits(&p) {
				continue
			}
			if len(out) == limit {
				return out, nil
			}
			out = append(out, p)
		}
	}
	return out, StoreError(deed, rows.Err())
}
