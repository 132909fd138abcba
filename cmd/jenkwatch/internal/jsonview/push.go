package jsonview

import "time"

// Push is a push that was received: a line of `listen`.
type Push struct {
	ReceivedAt  *time.Time        `json:"received_at"`
	Status      string            `json:"status"` // empty: it says none
	Job         string            `json:"job"`
	Number      int               `json:"number"` // 0: it says none
	Body        *string           `json:"body"`   // null: it has none
	Variables   map[string]string `json:"variables"`
	Method      string            `json:"method"`
	Repeat      bool              `json:"repeat"`      // the same bytes came within the last minute
	Build       *Build            `json:"build"`       // the build it is really about; null: not known
	Contradicts []string          `json:"contradicts"` // what in it is not true, or not what it seems
}
