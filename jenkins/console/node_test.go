package console

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

// nodeLog is the log of a flow node of a build, as recordings have it.
func nodeLog(t *testing.T, job, node string, numbers ...string) (*Client, jenkins.Ref) {
	c := &Client{Client: &jenkins.Client{Name: "ci", URL: recorded.Must(url.Parse("http://127.0.0.1:8090/")), HTTP: &http.Client{Transport: recorded.Play(t, numbers...)}}}
	return c.Node(node), jenkins.Ref{Controller: "ci", Job: "depth/" + job, Number: 1}
}

func TestLogOfAStepThatRuns(t *testing.T) {
	t.Parallel()
	c, ref := nodeLog(t, "steps", "15", "908", "908b")
	first, err := c.Log(t.Context(), ref, 0, 1<<20)
	if err != nil || !first.More || first.Size != 93 || !strings.HasPrefix(string(first.Text), "+ echo loud 1\nloud 1\n") || strings.Contains(string(first.Text), "\r") {
		t.Errorf("%+v %q, %v", first, first.Text, err)
	}
}

// TestLogOfAStepThatHasPrintedNothing is a 200 without a body, which is no error.
func TestLogOfAStepThatHasPrintedNothing(t *testing.T) {
	t.Parallel()
	c, ref := nodeLog(t, "steps", "16", "909")
	chunk, err := c.Log(t.Context(), ref, 0, 1<<20)
	if err != nil || !chunk.More || chunk.Size != 0 || len(chunk.Text) > 0 {
		t.Errorf("%+v, %v", chunk, err)
	}
}

func TestStagesHaveNoLog(t *testing.T) {
	t.Parallel()
	c, ref := nodeLog(t, "steps", "6", "912")
	if _, err := c.Log(t.Context(), ref, 0, 1<<20); !jenkins.IsKind(err, jenkins.NotFound) {
		t.Error(err)
	}
}

func TestLogOfAStepThatFailedIsItsOwnOutput(t *testing.T) {
	t.Parallel()
	c, ref := nodeLog(t, "steps", "37", "910")
	chunk, err := c.Log(t.Context(), ref, 0, 1<<20)
	if want := "+ echo about to break\nabout to break\n+ exit 7\n"; err != nil || chunk.More || string(chunk.Text) != want {
		t.Errorf("%q, %v", chunk.Text, err)
	}
	// The recording of a negative start has all of it, unlike a build's console.
	if whole := recorded.Read(t, "911"); !strings.HasPrefix(string(whole.Body), "+ echo about to break\r\n") && !strings.HasPrefix(string(whole.Body), "+ echo about to break\n") {
		t.Errorf("%q", whole.Body)
	}
}

// TestTailOfAStepsLog asks for the size first.
func TestTailOfAStepsLog(t *testing.T) {
	t.Parallel()
	c, ref := nodeLog(t, "biglog", "7", "921", "921b")
	chunk, err := c.LogTail(t.Context(), ref, 299)
	if err != nil || chunk.Size != 208908 || chunk.Next != 208908 || !strings.HasPrefix(string(chunk.Text), "line 1997") {
		t.Errorf("%+v: %q, %v", chunk, chunk.Text, err)
	}
}
