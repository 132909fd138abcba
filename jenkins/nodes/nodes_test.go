package nodes

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func list(t *testing.T, rt http.RoundTripper) []Node {
	t.Helper()
	c := &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), User: jenkinstest.Admin.Name,
		Token: jenkinstest.Admin.Token, HTTP: &http.Client{Transport: rt}}
	all, err := List(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestWhyANodeIsOffline(t *testing.T) {
	t.Parallel()
	n := list(t, recorded.Play(t, "994"))[0]
	if n.Name != "built-in" || !n.Offline || !n.Temporary || n.Why != "disk swap" || n.Cause != "Disconnected by admin : disk swap" ||
		n.Since.UnixMilli() != 1795998242846 || n.Executors != 4 || n.Labels[0] != "built-in" {
		t.Errorf("%+v", n)
	}
}

func TestWhatRunsOnANode(t *testing.T) {
	t.Parallel()
	var working []Work
	for _, n := range list(t, recorded.Play(t, "810")) {
		if n.Busy != len(n.Work) {
			t.Errorf("%+v", n)
		}
		working = append(working, n.Work...)
	}
	stages := 0
	for _, w := range working {
		if w.Ref.Job == "" || w.Ref.Number == 0 || w.Ref.Controller != "ci" {
			t.Errorf("%+v", w)
		}
		if w.Stage != "" {
			stages++
		}
	}
	if len(working) == 0 || stages == 0 {
		t.Errorf("%+v", working)
	}
}

func TestNodesOfTheSimulatedController(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := jenkinstest.New(jenkinstest.Options{Nodes: []*jenkinstest.Node{{Executors: 2},
			{Name: "gone", Executors: 1, Offline: "Connection was broken", Lost: true, Since: time.Now()}}})
		job := sim.AddFreestyle("job", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script { return jenkinstest.Script{Takes: time.Minute} }})
		sim.Enqueue(job, 0, []jenkinstest.Cause{{User: "admin"}})
		time.Sleep(2 * time.Second)
		all := list(t, sim.Transport())
		if len(all) != 2 || all[0].Busy != 1 || all[0].Work[0].Ref.Job != "job" || all[0].Work[0].Since.IsZero() {
			t.Errorf("%+v", all)
		}
		if n := all[1]; !n.Offline || n.Temporary || n.Why != "Connection was broken" || n.Since.IsZero() {
			t.Errorf("%+v", n)
		}
	})
}

func FuzzNodes(f *testing.F) {
	f.Add(recorded.Read(f, "994").Body)
	f.Add(recorded.Read(f, "810").Body)
	f.Add([]byte(`{"computer":[{"displayName":"\u001b]0;x\u0007","offline":true,"numExecutors":-1,"executors":[{"currentExecutable":{"url":"job/a/-1/","number":-3}}]}]}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		var a answer
		if json.Unmarshal(body, &a) != nil {
			return
		}
		for _, n := range a.nodes("ci") {
			texts := append([]string{n.Name, n.Why, n.Cause}, n.Labels...)
			for _, w := range n.Work {
				texts = append(texts, w.Name, w.Stage)
				if w.Ref.Number < 0 {
					t.Error(w.Ref)
				}
			}
			for _, s := range texts {
				if strings.ContainsFunc(s, clean.IsJunk) {
					t.Errorf("%q", s)
				}
			}
		}
	})
}
