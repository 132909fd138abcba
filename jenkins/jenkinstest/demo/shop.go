package demo

import (
	"path"
	"slices"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

// branch returns the name of a branch job.
func branch(b *Build) string { return path.Base(b.Job().FullName()) }

const git = "https://git.example.com/shop/"

var deployParams = []Param{
	{Type: "Choice", Name: "TARGET", Value: "staging", Description: "where to", Choices: []string{"staging", "prod"}},
	{Type: "Boolean", Name: "DEPLOY", Value: "true", Description: "deploy what was built?"},
	{Type: "Password", Name: "API_KEY", Value: "sk-demo-4f1c9a77d2", Description: "of the deploy service"},
}

func (d *demo) shop() {
	c := d.c
	c.AddMultibranch("shop/checkout", Job{Description: "What customers pay with"})
	c.AddPipeline("shop/checkout/main", Job{Git: git + "checkout.git", Params: deployParams, Script: checkout,
		Every: 5 * time.Minute, First: 2 * time.Minute, Causes: []Cause{{Push: "mira"}}})
	c.AddPipeline("shop/checkout/PR-91", Job{Git: git + "checkout.git", Script: checkout,
		Every: 17 * time.Minute, First: 3 * time.Minute, Causes: []Cause{{Push: "ana"}}})
	c.AddMultibranch("shop/cart", Job{})
	c.AddPipeline("shop/cart/main", Job{Git: git + "cart.git", Script: cart,
		Every: 200 * time.Second, First: 9 * time.Minute, Causes: []Cause{{Push: "tom"}}})
	c.AddPipeline("shop/cart/PR-88", Job{Git: git + "cart.git", Script: cart,
		Every: 190 * time.Second, First: 3 * time.Minute, Causes: []Cause{{Push: "jun"}}})
	c.AddMultibranch("shop/web", Job{})
	c.AddMultibranch("shop/search", Job{})
	c.AddPipeline("shop/web/feature%2Flogin-form", Job{Git: git + "web.git", Script: web,
		Every: 15 * time.Minute, First: 15 * time.Minute, Causes: []Cause{{Push: "jun"}}})
	c.AddPipeline("shop/web/main", Job{Git: git + "web.git", Script: web,
		Every: 8 * time.Minute, First: 80 * time.Second, Causes: []Cause{{Push: "mira"}}})
	c.AddPipeline("shop/search/main", Job{Git: git + "search.git", Script: search,
		Every: 9 * time.Minute, First: 5 * time.Second, Causes: []Cause{{Timer: true}}})
	c.AddPipeline("shop/e2e", Job{Script: func(*Build) Script {
		return Script{Node: "agent-9", Stages: []Stage{
			{Name: "Browsers", Branches: []Stage{
				{Name: "chromium", Takes: 100 * time.Second, Log: jenkinstest.Lines(40, "  ✓ chromium › test %d")},
				{Name: "firefox", Takes: 130 * time.Second, Log: jenkinstest.Lines(40, "  ✓ firefox › test %d")},
			}},
		}}
	}, Every: 150 * time.Second, First: 100 * time.Second})
}

func checkout(b *Build) Script {
	e2e := Stage{Name: "e2e", Node: "agent-9", Takes: 150 * time.Second, Log: append([]string{
		"+ npm run e2e -- --shard 1/3", "Running 42 tests using 3 workers"},
		jenkinstest.Lines(42, "  "+green+"✓"+plain+" checkout › pays with card %d (2.1s)")...)}
	s := Script{Node: "agent-7", Branch: "main", Env: []string{"APP_VERSION=2.14.0-rc.3", "NODE_OPTIONS=--max-old-space-size=4096"},
		Stages: []Stage{
			{Name: "Checkout", Takes: 8 * time.Second, Log: []string{"Cloning repository " + git + "checkout.git",
				" > git fetch --tags --force --progress -- " + git + "checkout.git +refs/heads/*:refs/remotes/origin/* # timeout=10",
				"Checking out Revision " + b.Commit() + " (main)"}},
			{Name: "Build", Takes: 100 * time.Second, Log: slices.Concat(b.Listing("agent-7"), []string{"+ npm ci",
				"added 1243 packages in 41s", "+ npm run build"}, jenkinstest.Lines(60, "[%d/60] Compiling module"),
				[]string{yellow + "warning" + plain + " bundle is larger than 500 kB"}), Env: []string{"GIT_COMMIT_SHORT=9f31c02"}, WithEnv: []string{"NODE_ENV=production"}},
			{Name: "Test", Branches: []Stage{
				{Name: "unit", Takes: 52 * time.Second, Log: jenkinstest.Lines(30, "ok %d - unit")},
				{Name: "lint", Takes: 11 * time.Second, Log: []string{"+ npm run lint", green + "0 problems" + plain}},
				e2e,
			}},
			{Name: "Deploy", Takes: 20 * time.Second, Log: []string{"+ ./deploy.sh", "deployed"}, Skip: b.Param("DEPLOY") == "false"},
		}}
	return s
}

func web(b *Build) Script {
	s := Script{NoNode: true, Stages: []Stage{
		{Name: "Lint", Node: "agent-7", Takes: 12 * time.Second, Log: []string{"+ npm run lint", "0 problems"}},
		{Name: "Build arm64", Takes: 2 * time.Minute, Log: jenkinstest.Lines(30, "layer %d")},
	}}
	if image := &s.Stages[1]; branch(b) != "main" && b.Number() > 8 {
		image.Label = "arm64" // which no node has
	} else {
		image.Node = "agent-9"
	}
	return s
}

func search(b *Build) Script {
	return Script{Node: "agent-9", Branch: "main", Timestamps: true, Stages: []Stage{
		{Name: "Build", Takes: 3 * time.Minute, Log: jenkinstest.Lines(120, "Compiling crate %d of 120")},
		{Name: "Index", Stages: []Stage{
			{Name: "Products", Takes: 2 * time.Minute, Log: jenkinstest.Lines(100, "indexed %d00 products")},
			{Name: "Reviews", Takes: 3 * time.Minute, Log: jenkinstest.Lines(100, "indexed %d00 reviews")},
		}},
	}}
}
