package jenkinstest

import (
	"bytes"
	"encoding/json"
)

// indent writes an answer as ?pretty=true does.
func indent(b []byte) []byte {
	var out bytes.Buffer
	if json.Indent(&out, b, "", "  ") != nil {
		return b
	}
	return out.Bytes()
}
