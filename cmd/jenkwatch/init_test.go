//go:build !windows

package main

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
)

func TestInitLeavesTheTokenOfAControllerThatItMayNotReplace(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(jenkinstest.New(jenkinstest.Options{Users: []jenkinstest.User{{Name: "alice", Token: "new-token"}}}))
	t.Cleanup(server.Close)
	host := strings.TrimPrefix(server.URL, "http://")
	dir := filepath.Join(t.TempDir(), "jenkwatch")
	token := filepath.Join(dir, "token-"+strings.ReplaceAll(host, ":", "_"))
	for path, text := range map[string]string{
		filepath.Join(dir, "config.toml"): "[[controllers]]\nname = \"" + host + "\"\nurl = \"http://elsewhere\"\ntoken = \"file:" + token + "\"\n",
		token:                             "old-token\n",
	} {
		if err := config.WritePrivate(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	s := startSessionWith(t, []string{"XDG_CONFIG_HOME=" + filepath.Dir(dir)}, 80, 24, "init", "--url", server.URL, "--user", "alice")
	s.until("API token")
	s.keys("new-token\r")
	s.until("URL that receives notifications")
	s.keys("\r")
	s.wantsEnd(exit.CodeUsage)
	if kept, err := os.ReadFile(token); err != nil || string(kept) != "old-token\n" {
		t.Errorf("the token file holds %q, %v", kept, err)
	}
}
