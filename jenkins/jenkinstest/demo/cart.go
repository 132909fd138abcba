package demo

import (
	"fmt"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// cart returns the build that fails in the demo: what is wrong came in two steps. Of six builds of main the third is unstable,
// since a test fails, and the fourth fails, since another one does, too.
func cart(b *Build) Script {
	s := Script{Node: "agent-7", Branch: branch(b), Env: []string{"APP_VERSION=1.9.2"}, Commits: cartCommits(b),
		Suites: []Suite{{Name: "cart", Stage: "Test", Tests: cartTests(b)}},
		Artifacts: []Artifact{{Path: "coverage/lcov.info", Size: 180_000}, {Path: "dist/cart-1.9.2.tgz", Size: 1_400_000},
			{Path: "reports/junit.xml", Size: 24_000}, {Path: "reports/price list.txt", Content: "A-100  90.00\nA-200  12.50\n"}}}
	npm := Step{Name: "npm test", Log: slices.Concat([]string{"+ npm test", "", "> cart@1.9.2 test", "> vitest run", ""},
		jenkinstest.Lines(80, green+"PASS"+plain+" src/cart/case%d.test.ts"), cartTrouble(b))}
	test := Stage{Name: "Test", Takes: 70 * time.Second}
	switch failing := failures(b); len(failing) {
	case 1:
		test.Result, npm.Result = "UNSTABLE", "UNSTABLE"
	case 2:
		test.Result, npm.Result, npm.Error = "FAILURE", "FAILURE", "script returned exit code 1"
	}
	test.Steps = []Step{{Name: "npm ci", Log: []string{"+ npm ci", "added 412 packages in 9s"}}, npm,
		{Name: "reports/*.xml", Title: "Archive JUnit-formatted test results", Log: []string{"Recording test results"}}}
	s.Stages = []Stage{
		{Name: "Checkout", Takes: 5 * time.Second, Log: []string{"Cloning repository " + git + "cart.git", "Checking out Revision " + b.Commit()}},
		{Name: "Build", Takes: 80 * time.Second, Log: jenkinstest.Lines(50, "[%d/50] tsc")},
		{Name: "Preview", Takes: 30 * time.Second, Steps: []Step{{Name: "Building deploy » preview", Starts: "deploy/preview"}}, Skip: branch(b) != "main"},
		test,
		{Name: "Publish", Takes: 20 * time.Second, Log: []string{"+ npm publish --dry-run"}},
	}
	return s
}

const (
	twice = "voucher › applies twice"
	cents = "voucher › rounds half cents"
)

// failures returns the tests that fail in a build.
func failures(b *Build) []string {
	if branch(b) != "main" {
		return nil
	}
	return map[int][]string{2: {twice}, 3: {twice, cents}}[b.Number()%6]
}

func cartCommits(b *Build) []Commit {
	if branch(b) != "main" {
		return nil
	}
	return map[int][]Commit{
		2: {{Author: "jun", Message: "Apply vouchers in the order they were given", Paths: []string{"src/cart/voucher.ts"}}},
		3: {{Author: "ana", Message: "Describe the price list in the read me", Paths: []string{"README.md"}},
			{Author: "tom", Message: "Round voucher discounts to whole cents\n\nThe shop's books do not know half cents.",
				Paths: []string{"src/cart/voucher.ts", "src/money/round.ts"}}},
		4: {{Author: "tom", Message: "Revert \"Round voucher discounts to whole cents\"", Paths: []string{"src/cart/voucher.ts", "src/money/round.ts"}},
			{Author: "jun", Message: "Apply a voucher once", Paths: []string{"src/cart/voucher.ts"}}},
	}[b.Number()%6]
}

// expectations are what the failing tests want and get, and where.
var expectations = map[string][3]string{
	twice: {"90.00", "81.00", "src/cart/voucher.test.ts:48:27"},
	cents: {"7.13", "7.12", "src/cart/voucher.test.ts:71:31"},
}

func cartTests(b *Build) []Test {
	failing := failures(b)
	var tests []Test
	for i, n := range append(jenkinstest.Lines(80, "prices case %d"), twice, cents) {
		t := Test{Class: "cart.Voucher", Name: n, Takes: time.Duration(3+i%17) * 10 * time.Millisecond}
		if e := expectations[n]; slices.Contains(failing, n) {
			t.Result, t.Message = "FAILURE", fmt.Sprintf("expected %s but was %s", e[0], e[1])
			t.Trace = fmt.Sprintf("AssertionError: %s\n    at applyVoucher (src/cart/voucher.ts:33:11)\n    at Object.<anonymous> (%s)", t.Message, e[2])
		}
		tests = append(tests, t)
	}
	return append(tests, Test{Class: "cart.Export", Name: "writes a spreadsheet", Result: "SKIPPED", Message: "needs LibreOffice"})
}

// cartTrouble returns what npm prints of the tests that fail.
func cartTrouble(b *Build) []string {
	failing := failures(b)
	if len(failing) == 0 {
		return []string{"Tests:       82 passed, 1 skipped, 83 total"}
	}
	lines := []string{red + "FAIL" + plain + " src/cart/voucher.test.ts"}
	for _, name := range failing {
		e := expectations[name]
		lines = append(lines, "  "+bold+"● "+name+plain, "", "    expect(received).toBe(expected)", "",
			"    Expected: "+green+e[0]+plain, "    Received: "+red+e[1]+plain, "", "      at Object.<anonymous> ("+e[2]+")", "")
	}
	return append(lines, fmt.Sprintf("Tests:       %s%d failed%s, %d passed, 1 skipped, 83 total", red, len(failing), plain, 82-len(failing)),
		"npm error Test failed.  See above for more details.")
}
