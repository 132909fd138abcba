package jenkinstest

import (
	"strings"
	"time"
)

// addActing adds the jobs of the recordings of what changes something.
func addActing(c *Controller) {
	c.AddFreestyle("depth/down", Job{Script: func(*Build) Script { return Script{Takes: time.Second} }})
	c.AddFreestyle("depth/params", Job{Params: []Param{
		{Name: "TEXT", Value: "trim me", Description: "a <b>string</b>"},
		{Type: "Text", Name: "NOTES", Value: "line one\nline two = \"q\"", Description: "several lines"},
		{Type: "Choice", Name: "REGION", Value: "eu", Description: "region", Choices: []string{"eu", "us", "ap"}},
		{Type: "Boolean", Name: "DRY", Value: "true", Description: "dry run"},
		{Type: "Password", Name: "SECRET", Value: "s", Description: "secret"},
		{Type: "Run", Name: "FROM", Job: "depth/down", Description: "which build"},
		{Type: "File", Name: "upload.txt", Description: "a file"},
	}})
	pipe := func(name string, j Job, s Script) {
		j.Script = func(*Build) Script { return s }
		c.AddPipeline("depth/"+name, j)
	}
	named := Job{Params: []Param{{Name: "NAME", Value: "odd & even"}}}
	pipe("replayable", named, Script{})
	pipe("loads", Job{}, Script{})
	pipe("secret", Job{Params: []Param{{Type: "Password", Name: "PW", Value: "s"}}}, Script{})
	pipe("restartable", Job{}, Script{Stages: []Stage{{Name: "One"}, {Name: "Two"}, {Name: "Skip", Skip: true}, {Name: "Three", Result: "FAILURE"}, {Name: "Four"}}})
	hour := []Stage{{Name: "Long", Takes: time.Hour}}
	pipe("deaf", Job{}, Script{Outlives: 1, Stages: hour})
	pipe("stubborn", Job{}, Script{Outlives: 2, Stages: hour})
	c.AddFreestyle("depth/free-long", Job{Script: func(*Build) Script { return Script{Takes: time.Hour} }})
	c.AddFreestyle("depth/gpu", Job{Label: "gpu"})
	ship := &Input{ID: "ship", Message: "Ship it?", OK: "Ship", Submitter: "alice,release-team", Params: []Param{
		{Name: "VERSION", Value: "1.0"}, {Type: "Choice", Name: "RING", Choices: []string{"canary", "all"}}, {Type: "Boolean", Name: "TAG", Value: "true"}}}
	pipe("everything", Job{}, Script{Stages: []Stage{{Name: "Ask", Input: ship}}})
	pipe("ask", Job{}, Script{Stages: []Stage{{Name: "Ask", Input: &Input{ID: "Ship-it.now", Message: "Now?", Params: ship.Params}}}})
	pipe("ask-two", Job{}, Script{Stages: []Stage{{Name: "Ask", Input: &Input{ID: "eu", Message: "EU?",
		And: []*Input{{ID: "us", Message: "US?", OK: "Go", Submitter: "reader"}}}}}})
}

func replayActing(s *story) {
	addActing(s.c)
	s.run("depth/down", time.Minute)
	s.replay("933")
	s.c.world.LastItem = 89
	s.replay("934", form("TEXT", "  padded  ", "NOTES", "a\r\nb", "REGION", "us", "DRY", "false", "SECRET", "s3cret", "FROM", "depth/down#1"))
	time.Sleep(time.Second)
	s.replayAll("934b", "939")
	part := "------depth\r\nContent-Disposition: form-data; name=\"%NAME\"\r\n\r\n%VALUE\r\n"
	s.replay("935", rawBody(strings.NewReplacer("%NAME", "REGION", "%VALUE", "ap").Replace(part)+
		"------depth\r\nContent-Disposition: form-data; name=\"upload.txt\"; filename=\"notes.txt\"\r\nContent-Type: text/plain\r\n\r\nfile body\n\r\n------depth--\r\n",
		"multipart/form-data; boundary=----depth"))
	time.Sleep(time.Minute)
	s.replay("935b")
	b := s.c.Job("depth/params").Build(2)
	if b == nil || b.Param("upload.txt") != "file body\n" || b.Param("REGION") != "ap" {
		s.t.Errorf("the file did not arrive")
	}
	s.replay("936", form("FROM", "depth/down#99"))
	s.replay("937", rawBody("TEXT=a&TEXT=b", "application/x-www-form-urlencoded"))
	s.replay("938")
	s.replay("939c")
	s.replayAgain()
	s.replayStops()
	s.replayAnswers()
}

func (s *story) replayAgain() {
	reader := as(recordedReader)
	for _, name := range []string{"replayable", "loads", "secret", "restartable"} {
		s.run("depth/"+name, time.Minute)
	}
	s.replay("941")
	s.replay("942", form("json", `{"mainScript": "echo \"edited\""}`))
	s.replay("943", form("json", `{"Script1": "x"}`))
	s.replay("944", form("mainScript", "x"))
	s.replay("945", form("value", "node {\n  echo \"x\n"))
	declarative := "pipeline {\n  agent any\n  stages { stage(\"A\") { echo \"x\" } }\n}\n"
	s.replay("945b", form("value", declarative))
	s.replay("945c", form("jenkinsfile", declarative))
	s.replay("946", reader)
	s.replayAll("947", "948", "950", "951", "952")
	s.c.Disable(s.c.Job("depth/replayable"), true)
	s.replay("949")
	time.Sleep(time.Minute)
	s.ask("GET", "/api/json", false)
	last := s.c.Job("depth/restartable").Permalink("lastBuild")
	if log := last.Plan.Lines; last.Number() != 2 || !strings.Contains(log[len(log)-1].Text, "FAILURE") || !last.Plan.Spans[0].Skipped || last.Plan.Spans[3].Skipped {
		s.t.Errorf("the restart ran as %d: %v", last.Number(), last.Plan.Spans)
	}
}

func (s *story) replayStops() {
	s.run("depth/deaf", time.Minute)
	s.run("depth/stubborn", time.Minute)
	s.run("depth/free-long", time.Minute)
	s.replay("955")
	s.replay("955c")
	s.replay("955b", as(recordedReader))
	s.replayAll("956", "957", "958", "963", "964")
	if b := s.c.Job("depth/stubborn").Build(1); b.Result != "ABORTED" {
		s.t.Errorf("a killed build is %q", b.Result)
	}
	s.c.world.LastItem = 154
	s.ask("POST", "/job/depth/job/gpu/build", false)
	s.replay("966", as(recordedReader))
}

func (s *story) replayAnswers() {
	reader := as(recordedReader)
	s.run("depth/everything", time.Second)
	s.run("depth/everything", time.Second)
	answer := form("json", `{"parameter": [{"name": "VERSION", "value": "9"}, {"name": "RING", "value": "all"}, {"name": "TAG", "value": true}]}`)
	s.replay("976", reader, answer)
	s.replay("975", form("json", `{"parameter": [{"name": "NOSUCH", "value": "9"}]}`))
	s.replay("972", answer)
	for range 7 {
		s.run("depth/ask", time.Second)
	}
	s.replay("975b", form("VERSION", "form"))
	s.replay("974")
	s.run("depth/ask-two", time.Second)
	s.replay("977", reader)
	s.replay("977b", reader)
}
