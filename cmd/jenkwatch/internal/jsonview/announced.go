package jsonview

import "time"

// AnnouncedJSON is a status that was accepted: a line of `sync`.
type AnnouncedJSON struct {
	At         *time.Time `json:"at"`
	Controller string     `json:"controller"`
	Job        string     `json:"job"`
	Number     int        `json:"number"`
	Status     string     `json:"status"`
	Endpoints  []string   `json:"endpoints"`
	DryRun     bool       `json:"dry_run"`
}
