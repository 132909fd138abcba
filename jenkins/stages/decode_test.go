package stages

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

func at(ms int64) time.Time { return time.UnixMilli(ms) }

func file(t testing.TB, name string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(raw))
}

func seed(f *testing.F, numbers ...string) {
	for _, n := range numbers {
		f.Add(recorded.Read(f, n).Body)
	}
	f.Add([]byte(file(f, "stages-error.json")))
	f.Add([]byte(file(f, "stages-empty.json")))
	f.Add([]byte(file(f, "newer-graph-view.json")))
}

// check fails where a tree holds what must not reach a screen, or a time that cannot be.
func check(t *testing.T, tree *Tree) {
	line := func(s string) {
		if s != clean.Line(s) {
			t.Errorf("%q is not clean", s)
		}
	}
	steps := func(steps []Step) {
		for _, p := range steps {
			line(p.ID + p.Name + p.Title + p.Error + string(p.State))
			if p.Duration < 0 || p.Paused < 0 {
				t.Errorf("%+v", p)
			}
		}
	}
	each(tree.Stages, func(s *Stage) {
		line(s.ID + s.Name + s.Title + s.Node + s.Why + s.Error)
		if s.Duration < 0 || s.Paused < 0 {
			t.Errorf("%+v", s)
		}
		steps(s.Steps)
	})
	steps(tree.Steps)
	for _, status := range []jenkins.Status{jenkins.Running, jenkins.Failure, jenkins.Unstable, jenkins.Aborted} {
		tree.Failed(status)
		tree.Current(status)
	}
	tree.settle(someRun(jenkins.Aborted))
}

func mask(s string) string { return secrets.MaskWords(s, nil) }

func decoded[T any](body []byte) *T {
	answer := new(T)
	_ = decode(body, answer)
	return answer
}

func FuzzDecodeGraphView(f *testing.F) {
	seed(f, "223", "901", "904", "905", "913", "923", "923b", "924", "924b", "927", "928", "928b")
	f.Fuzz(func(t *testing.T, body []byte) {
		var tree Tree
		answer := decoded[envelope](body)
		tree.Stages, _, _ = answer.stages()
		steps, stage, _, _ := answer.steps(mask)
		tree.add(steps, stage, GraphView)
		check(t, &tree)
	})
}

func FuzzDecodeWFAPI(f *testing.F) {
	seed(f, "106", "217", "228", "245", "906", "914", "923c", "924c", "927b", "953")
	tree, _, err := decoded[envelope](recorded.Read(f, "924").Body).stages()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		from, _ := decoded[description](body).stages(mask)
		check(t, &Tree{Stages: from})
		joined := Tree{Stages: tree}
		joined.date(from)
		joined.addFrom(from)
		joined.timeFrom(from, true)
		check(t, &joined)
	})
}

func FuzzDecodeFlowNodes(f *testing.F) {
	seed(f, "907", "915")
	f.Fuzz(func(t *testing.T, body []byte) {
		var tree Tree
		tree.Stages, tree.Steps, _ = decoded[flowNodes](body).stages(mask)
		check(t, &tree)
	})
}

// largeGraph is 2,000 flow nodes: 100 stages with 18 steps each.
func largeGraph() (tree, steps, describe, flow []byte) {
	var stages, all, wf, nodes []string
	id := 3
	parent := 2
	nodes = append(nodes, `{"_class":"x.FlowStartNode","id":"2","displayName":"Start of Pipeline","parents":[],"iconColor":"blue"}`)
	node := func(class, name string) {
		nodes = append(nodes, fmt.Sprintf(`{"_class":"org.jenkinsci.plugins.workflow.cps.nodes.%s","displayName":%q,"iconColor":"blue","id":"%d","parents":["%d"],"running":false}`, class, name, id, parent))
		parent = id
		id++
	}
	const times = `"pauseDurationMillis":0,"startTimeMillis":1795998247669`
	for i := range 100 {
		node("StepStartNode", "Stage : Start")
		node("StepStartNode", fmt.Sprint("stage ", i))
		stage := parent
		stages = append(stages, fmt.Sprintf(`{"id":"%d","name":"stage %d","state":"success","type":"STAGE","title":"stage %d",%s,"totalDurationMillis":556,"children":[],"isSequential":false,"synthetic":false,"placeholder":false,"agent":"built-in","url":"/job/depth/job/everything/3/pipeline-overview?selected-node=12"}`, stage, i, i, times))
		var flowNodes []string
		for j := range 18 {
			before := parent
			node("StepAtomNode", "Shell Script")
			all = append(all, fmt.Sprintf(`{"id":"%d","name":"make test -j4 PART=%d","state":"success","type":"STEP","title":"",%s,"totalDurationMillis":278,"stageId":"%d"}`, parent, j, times, stage))
			flowNodes = append(flowNodes, fmt.Sprintf(`{"_links":{"self":{"href":"/job/depth/job/many-steps/1/execution/node/%d/wfapi/describe"}},"id":"%d","name":"Shell Script","execNode":"","status":"SUCCESS","parameterDescription":"make test -j4 PART=%d",%s,"durationMillis":63,"parentNodes":["%d"]}`, parent, parent, j, times, before))
		}
		wf = append(wf, fmt.Sprintf(`{"id":"%d","name":"stage %d","execNode":"","status":"SUCCESS",%s,"durationMillis":556,"stageFlowNodes":[%s]}`, stage, i, times, strings.Join(flowNodes, ",")))
		node("StepEndNode", "Stage : Body : End")
		node("StepEndNode", "Stage : End")
	}
	list := func(before string, items []string, after string) []byte {
		return []byte(before + strings.Join(items, ",") + after)
	}
	return list(`{"status":"ok","data":{"complete":true,"stages":[`, stages, `]}}`), list(`{"status":"ok","data":{"steps":[`, all, `]}}`),
		list(`{"stages":[`, wf, `]}`), list(`{"actions":[{},{"nodes":[`, nodes, `]}]}`)
}

// BenchmarkDecode is to stay below 10 ms for each source.
func BenchmarkDecode(b *testing.B) {
	tree, steps, describe, flow := largeGraph()
	b.Run("graph view", func(b *testing.B) {
		for b.Loop() {
			var t Tree
			t.Stages, _, _ = decoded[envelope](tree).stages()
			list, stage, _, _ := decoded[envelope](steps).steps(mask)
			t.add(list, stage, GraphView)
			if len(t.Stages) != 100 || len(t.Stages[99].Steps) != 18 {
				b.Fatal(len(t.Stages))
			}
		}
	})
	b.Run("wfapi", func(b *testing.B) {
		for b.Loop() {
			if from, _ := decoded[description](describe).stages(mask); len(from) != 100 || len(from[99].Steps) != 18 {
				b.Fatal(len(from))
			}
		}
	})
	b.Run("flow nodes", func(b *testing.B) {
		for b.Loop() {
			if from, _, _ := decoded[flowNodes](flow).stages(mask); len(from) != 100 || len(from[99].Steps) != 18 {
				b.Fatal(len(from))
			}
		}
	})
}
