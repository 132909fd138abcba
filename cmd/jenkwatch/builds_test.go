package main

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestAURLMayBeginAsJenkinsItselfWritesIt(t *testing.T) {
	t.Parallel()
	reached := func(name, root string) *controller {
		c := jenkinstest.New(jenkinstest.Options{RootURL: root})
		return &controller{client: &jenkins.Client{
			Name: name, URL: &url.URL{Scheme: "http", Host: name + ".tunnel"}, User: jenkinstest.Admin.Name, Token: jenkinstest.Admin.Token,
			HTTP: &http.Client{Transport: c.Transport()},
		}}
	}
	cs := []*controller{reached("a", "https://ci.example.com/"), reached("b", "https://build.example.com/")}
	owners, specs, err := buildOwners(t.Context(), cs, "https://build.example.com/job/shop/job/main/7/console")
	if err != nil || len(owners) != 1 || owners[0] != cs[1] || specs[cs[1]] != (jenkins.BuildSpec{Job: "shop/main", Number: 7}) {
		t.Errorf("it is read as %v of %v: %v", specs, owners, err)
	}
	if _, _, err := buildOwners(t.Context(), cs, "https://elsewhere.example.com/job/shop/7/"); codeOf(err) != exitUsage {
		t.Errorf("a URL of nobody: %v", err)
	}
}
