package jenkinstest

import (
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// file is a controller as a file describes it.
type file struct {
	Options Options
	Jobs    []struct {
		Kind, Name string  // "pipeline" or "freestyle"; the full name
		StartedAgo float64 // seconds since its only build started
		Ended      bool    // that build has ended, however long its stages take
		Params     []Param
		Script
	}
}

// ReadWorld makes a controller from JSON: {"Options": {...}, "Jobs": [{"Kind": "pipeline", "Name": "team/pr",
// "StartedAgo": 300, "Ended": true, "Params": [...], and the fields of Script}]}. Durations are in nanoseconds. A root URL
// or prefix that is given replaces the file's.
func ReadWorld(from io.Reader, rootURL, prefix string) (*Controller, error) {
	var w file
	dec := json.NewDecoder(from)
	dec.DisallowUnknownFields()
	if err := dec.Decode(&w); err != nil {
		return nil, fmt.Errorf("read the world: %w", err)
	}
	if rootURL != "" {
		w.Options.RootURL, w.Options.Prefix = rootURL, prefix
	}
	c := New(w.Options)
	for _, j := range w.Jobs {
		add := c.AddPipeline
		switch j.Kind {
		case "pipeline":
		case "freestyle":
			add = c.AddFreestyle
		default:
			return nil, fmt.Errorf("read the world: %q is no kind of job: pipeline or freestyle", j.Kind)
		}
		b := c.StartAt(add(j.Name, Job{Params: j.Params, Script: func(*Build) Script { return j.Script }}),
			time.Now().Add(-time.Duration(j.StartedAgo*float64(time.Second))), nil)
		if j.Ended {
			c.Finish(b, j.Result)
		}
	}
	return c, nil
}
