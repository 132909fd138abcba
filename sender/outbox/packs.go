package outbox

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"

	"github.com/klauspost/compress/s2"
	"modernc.org/sqlite"

	"github.com/jenkwatch/jenkwatch/sender"
)

// Earlier versions stored pushes that came together in one compressed row, a pack. A migration unpacks them with this SQL
// function: it returns a JSON array of what a row of the table pushes holds.
func init() {
	sqlite.MustRegisterDeterministicScalarFunction("unpack_pushes", 1,
		func(_ *sqlite.FunctionContext, args []driver.Value) (driver.Value, error) {
			pack, _ := args[0].([]byte)
			pushes, err := json.Marshal(unpack(pack))
			return string(pushes), err
		})
}

// packedPush is what stands before each push of a pack. Its text follows on the next line and has Size bytes.
type packedPush struct {
	At     int64    `json:"at"`
	Method string   `json:"method"`
	Key    string   `json:"key"`
	Repeat bool     `json:"repeat"`
	Masked []string `json:"masked"`
	Size   int      `json:"size"`

	Job      string `json:"job"`
	Number   int    `json:"number"`
	BuildURL string `json:"build_url"`
	Text     string `json:"text"`
}

// unpack returns the pushes of a pack up to the first that is damaged.
func unpack(pack []byte) []packedPush {
	pushes := []packedPush{}              // never null in JSON
	if len(pack) > 0 && pack[0] >= 0x80 { // compressed: its length comes first, with the highest bit set
		var err error
		if pack, err = s2.Decode(nil, pack); err != nil {
			return pushes
		}
	}
	for len(pack) > 0 {
		line, rest, _ := bytes.Cut(pack, []byte{'\n'})
		var p packedPush
		if json.Unmarshal(line, &p) != nil || p.Size < 0 || p.Size >= len(rest) {
			break
		}
		p.Text, pack = string(rest[:p.Size]), rest[p.Size+1:]
		payload, err := sender.DecodeJSON(p.Text)
		if err != nil {
			break
		}
		of := sender.TakeApart(p.Method, payload)
		p.Job, p.Number, p.BuildURL = of.Job, of.Number, of.BuildURL
		pushes = append(pushes, p)
	}
	return pushes
}
