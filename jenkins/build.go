package jenkins

import (
	"context"
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

const buildTree = "number,url,result,building,timestamp,duration,estimatedDuration,displayName,fullDisplayName,description,builtOn," +
	"executor[number,progress,likelyStuck],actions[_class," + parameterFields +
	revisionFields + "," + otherFields + "]"

// revisionFields are the git plugin's.
const revisionFields = "lastBuiltRevision[SHA1,branch[name]],remoteUrls"

// historyFields are what a job's history shows of each build. Whether one waits for input it does not tell: to know that,
// Jenkins loads the execution of every pipeline that ever did.
const historyFields = "number,url,result,building,timestamp,duration,displayName,description,builtOn," +
	"actions[_class," + parameterFields + causesTree + "]"

// Build asks for one build. spec may name a permalink instead of a number.
func (c *Client) Build(ctx context.Context, spec BuildSpec) (Run, error) {
	var answer buildAnswer
	q := Question{Op: "ask Jenkins for " + clean.Line(spec.String()), Path: spec.segment() + "/api/json",
		Tree: buildTree, Limit: 4 * Mega}
	path, err := c.getBelow(ctx, spec.Job, q, &answer)
	if err != nil {
		return Run{}, err
	}
	if answer.Number == 0 {
		answer.Number = spec.Number
	}
	// The answer's URL repeats the spelling of the request; it shows the controller's root, not the job's name.
	c.learn(Place{Root: Locate(answer.URL).Root})
	if misspelt(spec.Job, &answer) {
		spec.Job = spelling(ctx, c, spec.Job)
	}
	return answer.run(c, Place{Job: spec.Job, Path: path}), nil
}

// misspelt reports whether a job's name may differ from the one that was asked for: Jenkins finds it without regard to case.
// What it shows are display names, which may differ from the names in case only, too.
func misspelt(job string, b *buildAnswer) bool {
	shown := strings.ReplaceAll(strings.TrimSuffix(b.FullDisplayName, " "+b.DisplayName), " » ", "/")
	asked := DisplayName(job)
	return shown != asked && strings.EqualFold(shown, asked)
}

// spelling asks a job for its name.
func spelling(ctx context.Context, c *Client, job string) string {
	var answer struct{ FullName string }
	q := Question{Op: "ask Jenkins for the name of " + clean.Line(job), Path: c.Path(job) + "api/json", Tree: "fullName", Limit: Mega}
	if err := c.Get(ctx, q, &answer); err != nil || !strings.EqualFold(answer.FullName, job) {
		return job
	}
	return answer.FullName
}

// History asks for a page of a job's builds, newest first: n builds from the from-th (0 is the newest).
func (c *Client) History(ctx context.Context, job string, from, n int) ([]Run, error) {
	var answer struct{ AllBuilds []buildAnswer }
	q := Question{Op: "ask Jenkins for the history of " + clean.Line(job), Path: "api/json", Limit: 16 * Mega,
		Tree: fmt.Sprintf("allBuilds[%s]{%d,%d}", historyFields, max(0, from), max(0, from)+max(0, n))}
	path, err := c.getBelow(ctx, job, q, &answer)
	if err != nil {
		return nil, err
	}
	runs := make([]Run, 0, len(answer.AllBuilds))
	for i := range answer.AllBuilds {
		runs = append(runs, answer.AllBuilds[i].run(c, Place{Job: job, Path: path}))
	}
	return runs, nil
}
