package jsonview

import (
	"time"
)

// LogLine is a line of a log.
type LogLine struct {
	Text  string     `json:"text"`
	Stage []string   `json:"stage"` // names, from the outermost stage in
	Step  string     `json:"step"`
	Node  string     `json:"node"` // flow node of the step
	Time  *time.Time `json:"time"` // where the console has times
}

// NewLogLine returns a line of a log as JSON.
func NewLogLine(text string, stage []string, step, node string, at time.Time) LogLine {
	return LogLine{text, append([]string{}, stage...), step, node, Time(at)}
}
