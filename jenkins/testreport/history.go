package testreport

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"

	"golang.org/x/sync/errgroup"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// Past is how a test did in one build.
type Past struct {
	Run jenkins.Run
	// Status is empty where the build has no such test, or no report.
	Status   Status
	New      bool // it fails there and did not in the build before
	Duration time.Duration
	Message  string // the first line
}

// History asks how a test did in a build and in up to n-1 builds before it, newest first. It takes one or two requests for
// the builds and one for each of them, at most n+3.
func (k *Case) History(ctx context.Context, c *jenkins.Client, run jenkins.Run, n int) ([]Past, error) {
	builds, err := before(ctx, c, run, n)
	if err != nil {
		return nil, err
	}
	ask := k.ofPage
	if from, err := k.ofPage(ctx, c, run.Ref); err != nil {
		return nil, err
	} else if from == nil { // its name makes another address than we know
		ask = k.ofReport
	}
	past := make([]Past, len(builds))
	var asking errgroup.Group
	asking.SetLimit(4)
	for i, b := range builds {
		past[i].Run = b
		asking.Go(func() error {
			from, err := ask(ctx, c, b.Ref)
			if err != nil || from == nil {
				return err
			}
			v := from.value()
			past[i].Status, past[i].New, past[i].Duration, past[i].Message = v.Status, v.New, v.Duration, v.Message
			return nil
		})
	}
	if err := asking.Wait(); err != nil {
		return nil, err
	}
	return past, nil
}

// before asks for a build and those before it, n together.
func before(ctx context.Context, c *jenkins.Client, run jenkins.Run, n int) ([]jenkins.Run, error) {
	n = max(1, n)
	last, err := c.History(ctx, run.Job, 0, n)
	if err != nil || len(last) == 0 {
		return []jenkins.Run{run}, err
	}
	if newer := last[0].Number - run.Number; newer > 0 { // where none was deleted, it is so far behind
		if last, err = c.History(ctx, run.Job, newer, n); err != nil {
			return nil, err
		}
	}
	last = slices.DeleteFunc(last, func(r jenkins.Run) bool { return r.Number >= run.Number })
	builds := append([]jenkins.Run{run}, last...)
	return builds[:min(n, len(builds))], nil
}

const pastFields = "className,name,status,duration,age,failedSince,skippedMessage,errorDetails"

// ofPage asks a build for the test's own page; nil if it has none.
func (k *Case) ofPage(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (*caseAnswer, error) {
	var a caseAnswer
	err := c.Get(ctx, question(ref, c.BuildPath(ref)+"testReport/"+k.page()+"/api/json", pastFields), &a)
	if err != nil || a.Name != k.at.name || a.ClassName != k.at.class { // two names may make one address
		return nil, unlessMissing(err)
	}
	return &a, nil
}

// ofReport looks for the test in a build's whole report; nil if it is not there.
func (k *Case) ofReport(ctx context.Context, c *jenkins.Client, ref jenkins.Ref) (*caseAnswer, error) {
	var a answer
	err := c.Get(ctx, question(ref, c.BuildPath(ref)+"testReport/api/json", "suites[cases["+pastFields+"]],childReports[result[suites[cases["+
		pastFields+"]]]]"), &a)
	if err != nil {
		return nil, unlessMissing(err)
	}
	results := []result{a.result}
	for _, child := range a.ChildReports {
		results = append(results, child.Result)
	}
	for _, r := range results {
		for _, s := range r.Suites {
			for i := range s.Cases {
				if f := &s.Cases[i]; f.Name == k.at.name && f.ClassName == k.at.class {
					return f, nil
				}
			}
		}
	}
	return nil, nil
}

func unlessMissing(err error) error {
	if jenkins.IsKind(err, jenkins.NotFound) {
		return nil
	}
	return err
}

// page is the path of the test's own page below the report: package, class and test. The package is "(root)" if there is none,
// the class "(empty)".
func (k *Case) page() string {
	pkg, class := "(root)", k.at.class
	if i := strings.LastIndexByte(class, '.'); i >= 0 {
		pkg, class = class[:i], class[i+1:]
	}
	return url.PathEscape(safe(pkg)) + "/" + url.PathEscape(cmp.Or(safe(class), "(empty)")) + "/" + url.PathEscape(safeName(k.at.name))
}

// safe is a package's or a class's name as junit puts it into an address.
func safe(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:?#%<>`, r) {
			return '_'
		}
		return r
	}, s)
}

// safeName is a test's name as junit puts it into an address: what cannot be in a name of Java is "_" (CaseResult.getSafeName).
func safeName(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r > 0xffff: // two characters of Java, neither of which is a letter alone
			b.WriteString("__")
		case unicode.In(r, unicode.L, unicode.Nd, unicode.Nl, unicode.Mn, unicode.Mc, unicode.Sc, unicode.Pc):
			b.WriteRune(r)
		default:
			b.WriteByte('_')
		}
	}
	return cmp.Or(b.String(), "(empty)")
}
