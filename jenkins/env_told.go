package jenkins

import (
	"strings"
)

func (r Revision) Key() string {
	return r.Commit + "\x00" + strings.Join(r.Branches, "\x00") + "\x00\x00" + strings.Join(r.Remotes, "\x00")
}
