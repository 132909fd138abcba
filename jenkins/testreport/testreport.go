// Package testreport reads the test results that the junit plugin keeps of a build: all of them with one request, the
// message and stack of one, and how one test did in the last builds.
package testreport

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Report is the tests of one build.
type Report struct {
	Ref                     jenkins.Ref
	Passed, Failed, Skipped int
	New                     int // failing that did not fail in the build before
	Duration                time.Duration
	// Cases are the failing ones first, new ones before those that failed already, those that began to fail last before the
	// others; then the fixed, the skipped and the passed ones, each in the report's order.
	Cases []Case
}

// Status is how a test went.
type Status string

const (
	Passed  Status = "PASSED"
	Fixed   Status = "FIXED" // passed, and failed in the build before
	Skipped Status = "SKIPPED"
	Failed  Status = "FAILED"
)

// Case is one test of a report. Its texts are safe to draw.
type Case struct {
	Suite, Class, Name string
	Status             Status
	// New is set for a test that fails and did not in the build before: it passed there, was skipped or did not exist.
	New      bool
	Since    int    // number of the build since which it fails; 0 if it does not
	Age      int    // for how many builds it has failed, this one included; 0 if it does not
	Message  string // the first line of why it failed, or of why it was skipped
	Duration time.Duration
	Stage    []string // names of the blocks that it ran in, from the outside in; empty for what is no pipeline
	Blocks   []string // the flow nodes of those, from the inside out

	at place
}

// place is where a case stands in Jenkins' own report.
type place struct {
	path        string // of the build, which for a matrix project is one of its configurations
	suite, test int
	class, name string // as Jenkins has them
}

// FullName returns class and name as one: "shop.Cart.total".
func (k *Case) FullName() string { return strings.TrimPrefix(k.Class+"."+k.Name, ".") }

// Details are what only the test's own answer has. They may have many lines; colours and the like are removed.
type Details struct {
	Message, Stack, Stdout, Stderr string
}

// listTree asks for all tests. The report has no filter by status. A matrix project has one report a configuration.
const (
	listTree   = resultTree + ",childReports[child[number,url],result[" + resultTree + "]]"
	resultTree = "duration,failCount,skipCount,passCount,totalCount,suites[name,enclosingBlocks,enclosingBlockNames,cases[" +
		"className,name,status,duration,age,failedSince,skippedMessage,errorDetails]]"
	limit = 16 * jenkins.Mega // 3,000 tests without messages are half a megabyte
)

type answer struct {
	result
	ChildReports []struct {
		Child  struct{ URL string }
		Result result
	}
}

type result struct {
	Duration                        float64
	FailCount, SkipCount, PassCount int
	Suites                          []struct {
		Name                string
		EnclosingBlocks     []string
		EnclosingBlockNames []string
		Cases               []caseAnswer
	}
}

type caseAnswer struct {
	ClassName, Name, Status      string
	Duration                     float64
	Age, FailedSince             int
	SkippedMessage, ErrorDetails string
	ErrorStackTrace              string
	Stdout, Stderr               string
}

// Read asks for the tests of a build. Where it has no report the error's kind is [jenkins.NotFound].
func Read(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (Report, error) {
	var a answer
	path := c.BuildPath(ref)
	if err := c.Get(ctx, question(ref, path+"testReport/api/json", listTree), &a); err != nil {
		return Report{}, err
	}
	return a.report(ref, path), nil
}

func question(ref jenkins.Ref, path, tree string) jenkins.Question {
	return jenkins.Question{Op: "ask Jenkins for the tests of " + ref.Title(), Path: path, Tree: tree, Limit: limit}
}

func (a *answer) report(ref jenkins.Ref, path string) Report {
	r := Report{Ref: ref}
	r.add(&a.result, "", path)
	for i := range a.ChildReports {
		child := &a.ChildReports[i]
		at := jenkins.Locate(child.Child.URL)
		if at.Job == "" || at.Number == 0 {
			continue
		}
		name := clean.Line(at.Job[strings.LastIndexByte(at.Job, '/')+1:])
		r.add(&child.Result, name, at.Path+strconv.Itoa(at.Number)+"/")
	}
	slices.SortStableFunc(r.Cases, func(a, b Case) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Since, a.Since))
	})
	return r
}

func (k *Case) rank() int {
	switch {
	case k.New:
		return 0
	case k.Status == Failed:
		return 1
	case k.Status == Fixed:
		return 2
	case k.Status == Skipped:
		return 3
	}
	return 4
}

// add adds the tests of a result; of a matrix project's, configuration says which.
func (r *Report) add(from *result, configuration, path string) {
	r.Passed += from.PassCount
	r.Failed += from.FailCount
	r.Skipped += from.SkipCount
	r.Duration += seconds(from.Duration)
	for s := range from.Suites {
		suite := &from.Suites[s]
		name := clean.Line(suite.Name)
		if configuration != "" {
			name = strings.TrimSuffix(configuration+" "+name, " ")
		}
		stage := stageOf(suite.EnclosingBlockNames)
		for i := range suite.Cases {
			k := suite.Cases[i].value()
			k.Suite, k.Stage, k.Blocks = name, stage, suite.EnclosingBlocks
			k.at.path, k.at.suite, k.at.test = path, s, i
			if k.New {
				r.New++
			}
			r.Cases = append(r.Cases, k)
		}
	}
}

// stageOf turns the names of blocks around. A declarative branch is there twice, as branch and as stage.
func stageOf(names []string) []string {
	var path []string
	for _, name := range slices.Backward(names) {
		name = clean.Line(strings.TrimPrefix(name, "Branch: "))
		if n := len(path); name != "" && (n == 0 || path[n-1] != name) {
			path = append(path, name)
		}
	}
	return path
}

// value reads a case. REGRESSION is a test that passed before; FAILED with an age of 1 is one that is new and fails at once.
// Age and failedSince of what does not fail mean nothing.
func (a *caseAnswer) value() Case {
	k := Case{Class: clean.Line(a.ClassName), Name: clean.Line(a.Name), Status: Passed, Duration: seconds(a.Duration),
		at: place{class: a.ClassName, name: a.Name}}
	switch a.Status {
	case "FAILED", "REGRESSION":
		k.Status, k.Since, k.Age = Failed, max(0, a.FailedSince), max(0, a.Age)
		k.New = a.Status == "REGRESSION" || a.Age == 1
		k.Message = clean.FirstLine(a.ErrorDetails)
	case "SKIPPED":
		k.Status, k.Message = Skipped, clean.FirstLine(a.SkippedMessage)
	case "FIXED":
		k.Status = Fixed
	}
	return k
}

func seconds(s float64) time.Duration {
	const most = 365 * 24 * 3600
	return time.Duration(min(max(0, s), most) * float64(time.Second))
}

// Read asks for the message, the stack and the output of a test of this report, with one request.
func (k *Case) Read(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (Details, error) {
	var a result
	tree := fmt.Sprintf("suites[cases[className,name,errorDetails,errorStackTrace,skippedMessage,stdout,stderr]{%d,%d}]{%d,%d}",
		k.at.test, k.at.test+1, k.at.suite, k.at.suite+1)
	path := cmp.Or(k.at.path, c.BuildPath(ref))
	if err := c.Get(ctx, question(ref, path+"testReport/api/json", tree), &a); err != nil {
		return Details{}, err
	}
	for _, s := range a.Suites {
		for _, from := range s.Cases {
			if from.ClassName == k.at.class && from.Name == k.at.name {
				return Details{Message: text(cmp.Or(from.ErrorDetails, from.SkippedMessage)), Stack: text(from.ErrorStackTrace),
					Stdout: text(from.Stdout), Stderr: text(from.Stderr)}, nil
			}
		}
	}
	return Details{}, fmt.Errorf("ask Jenkins for the test %s: the report has changed since", k.FullName())
}

// text is a text of many lines, safe to draw.
func text(s string) string {
	return strings.TrimRight(clean.Text(s), "\n ")
}

// Filter returns the indices of the cases whose class, name, suite or stage have all of these words, without regard to case, and
// which fail, if failed is set.
func (r *Report) Filter(words string, failed bool) []int {
	wanted := strings.Fields(strings.ToLower(words))
	var found []int
	for i := range r.Cases {
		k := &r.Cases[i]
		if failed && k.Status != Failed {
			continue
		}
		if len(wanted) == 0 || k.has(wanted) {
			found = append(found, i)
		}
	}
	return found
}

func (k *Case) has(words []string) bool {
	all := strings.ToLower(k.Class + "." + k.Name + " " + k.Suite + " " + strings.Join(k.Stage, " "))
	for _, w := range words {
		if !strings.Contains(all, w) {
			return false
		}
	}
	return true
}
