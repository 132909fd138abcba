package jenkinstest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestProductsOwnScriptIsUnderstood(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../env/script.groovy")
	if err != nil {
		t.Fatal(err)
	}
	c := New(Options{})
	j := c.AddPipeline("shop/checkout/main", Job{Params: []Param{{Type: "Password", Name: "API_KEY", Value: "s3cret"}},
		Script: func(*Build) Script {
			return Script{Stages: []Stage{{Name: "Build", Takes: time.Minute, WithEnv: []string{"NODE_ENV=production"}}, {Name: "Test", Takes: time.Hour}}}
		}})
	c.NextNumber(j, 412)
	c.StartAt(j, time.Now().Add(-3*time.Minute), byAdmin)
	var tree struct {
		Data struct{ Stages []struct{ ID, Name string } }
	}
	ask(t, c, "/job/shop/job/checkout/job/main/412/pipeline-overview/tree", &tree)
	id := ""
	for _, s := range tree.Data.Stages {
		if s.Name == "Build" {
			id = s.ID
		}
	}
	plain := func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }
	script := strings.NewReplacer("@JOB@", plain("shop/checkout/main"), "@NUMBER@", "412", "@STAGE@", plain(id)).Replace(string(raw))
	s := &story{t: t, c: c}
	_, answer := s.ask(http.MethodPost, "/scriptText", false, form("script", script))
	var got struct {
		Environment          map[string]string
		Passwords, Overrides []string
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatalf("%v: %s", err, answer)
	}
	if got.Environment["JOB_NAME"] != "shop/checkout/main" || len(got.Passwords) != 1 || got.Passwords[0] != "API_KEY" ||
		len(got.Overrides) != 1 || got.Overrides[0] != "NODE_ENV=production" {
		t.Errorf("%+v", got)
	}
}
