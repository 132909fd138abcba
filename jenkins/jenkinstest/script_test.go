package jenkinstest

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"testing"
)

func TestProductsOwnScriptIsUnderstood(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../env/script.groovy")
	if err != nil {
		t.Fatal(err)
	}
	c := Demo()
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
