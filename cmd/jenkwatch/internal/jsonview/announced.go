package jsonview

import "time"

// Announced is a status that was accepted: a line of `sync`.
type Announced struct {
	At         *time.Time `json:"at"`
	Controller string     `json:"controller"`
	Job        string     `json:"job"`
	Number     int        `json:"number"`
	Status     string     `json:"status"`
	Endpoints  []string   `json:"endpoints"`
	DryRun     bool       `json:"dry_run"`
}
