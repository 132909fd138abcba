package secrets

import (
	"strings"
	"testing"
)

func TestDetect(t *testing.T) {
	t.Parallel()
	long := func(s string) string { return strings.Repeat(s, 40/len(s)+1)[:40] }
	for _, c := range []struct {
		name, value string
		want        bool
	}{
		// Names.
		{"DB_PASSWORD", "hunter2", true},
		{"dbPassword", "hunter2", true},
		{"db.password", "hunter2", true},
		{"SECRET_PW", "given-pw", true},
		{"API_KEY", "sekrit", true},
		{"apiKey", "sekrit", true},
		{"AWS_SECRET_ACCESS_KEY", "x", true},
		{"NPM_TOKEN", "x", true},
		{"DOCKER_CREDS", "me:pw", true},
		{"DOCKER_CREDS_PSW", "pw", true},
		{"DB_PASS", "hunter", true},
		{"SIGNING_KEY", "abc", true},
		{"ANSIBLE_VAULT_PASSPHRASE", "correct horse", true},
		{"PGPASSWORD", "hunter2", true},
		{"SSHPASS", "hunter2", true},
		{"PASSWORD2", "hunter2", true},
		{"NPM_AUTHTOKEN", "abcd", true},
		{"CLIENTSECRET", "abcd", true},
		{"AWS_ACCESSKEY", "abcd", true},
		{"TOKENS", "abc,def", true},
		// Names that only sound like it.
		{"MAX_TOKENS", "4096", false},
		{"SECRETARIAT", "x", false},
		{"TOKENIZER", "x", false},
		{"PASSENGERS", "four", false},
		{"KEYSTORE_TYPE", "JKS", false},
		{"KEYBOARD", "de", false},
		{"MONKEY", "banana", false},
		{"PWD", "/srv/ws", false},
		{"OLDPWD", "/srv", false},
		{"BYPASS_CACHE", "now", false},
		{"COMPASS", "north", false},
		{"TESTS_PASS", "12", false},
		{"TOKENIZERS_PARALLELISM", "4", false},
		{"TOKEN_URL", "https://sso.example/token", false},
		{"CREDENTIALS_ID", "github-bot", false},
		{"GOOGLE_APPLICATION_CREDENTIALS_FILE", "/run/x.json", false},
		{"SSH_KEY", "/root/.ssh/id_ed25519", false},
		{"SSH_AUTH_SOCK", "/tmp/ssh", false},
		{"PASSWORD_MIN_LENGTH", "12", false},
		{"USE_TOKEN", "true", false},
		{"PASSWORD", "", false},
		{"SONAR_PROJECT_KEY", "shop:checkout", false},
		{"CACHE_KEY", "go-mod", false},
		{"JIRA_KEY", "SHOP-12", false},
		{"PUBLIC_KEY", "ssh-ed25519 AAAA", false},
		{"JENKINS_SERVER_COOKIE", "f7e6a1b76880ac54", false},
		{"AUTHOR", "zoe", false},
		// Token shapes under harmless names.
		{"X", "ghp_" + long("aB3"), true},
		{"X", "github_pat_11AAAAAAA0abcdefghijkl", true},
		{"X", "glpat-abcdefghij0123456789", true},
		{"X", "xoxb-123456789012-abcdefghij", true},
		{"X", "AKIAIOSFODNN7EXAMPLE", true},
		{"X", "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc", true},
		{"X", "-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n", true},
		{"X", "sk-proj-abcdefghijklmnopqrstuv", true},
		{"X", "sk_live_abcdefghijklmnop", true},
		{"X", "npm_" + strings.Repeat("a1", 18), true},
		{"X", "Authorization: Bearer abcdefghijklmnop", true},
		{"X", "Basic YWRtaW46c2VjcmV0", true},
		{"X", "11" + strings.Repeat("0a", 16), true},
		{"X", "curl -H 'PRIVATE-TOKEN: glpat-abcdefghij0123456789' x", true},
		{"X", "ATATT3xFfGF0abcdefghijklmnopqrstuvwx", true},
		{"X", "shpat_0123456789abcdef0123456789abcdef", true},
		{"X", "hf_abcdefghijklmnopqrstuvwxyzABCDEFGH", true},
		{"X", "glsa_abcdefghijklmnopqrstuvwxyz012345_abcdef12", true},
		{"X", "dapi0123456789abcdef0123456789abcdef", true},
		{"X", "AGE-SECRET-KEY-1QQPQQ0", true},
		{"X", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0tLQo=", true},
		{"X", "LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUQ=", false},
		{"X", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", true},
		{"X", "jenkins-shop-Checkout-PR-88-Build-And-Deploy-1203", false},
		{"X", "-----BEGIN CERTIFICATE-----\nabc\n", false},
		{"X", "desk-abcdefghijklmnopqrstuvwxyz", false},
		{"X", "basic tests", false},
		{"X", "bearer of bad news, indeed", false},
		// Random words and what is none.
		{"X", "kJ8s7Qp2LmZ0xWv5Rt9YbN3cHd6FgA1e", true},
		{"X", "f829d9c61fd7b93834e48e34bc1f0fc2687daa41", false},
		{"X", "c3119ea5-705c-49c5-b63d-9809107f707d", false},
		{"X", "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", false},
		{"X", "2.14.0-rc.3+build.20261123.g9f31c02abcdef0123456", false},
		{"X", "/home/jenkins/agent/workspace/Shop_Checkout_PR-88@2", false},
		{"X", "feature/SHOP-1234-AddLoginFormToCheckoutPage2", false},
		{"X", "ThisIsARatherLongCamelCaseIdentifierOfSomeTest42", false},
		{"X", "https://ci.example/job/Shop/job/Checkout/12/display/redirect?page=tests", false},
		{"X", "registry.example/shop/checkout:9f31c02ABCDEFabcdef1234567890", false},
		{"PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", false},
		{"JAVA_OPTS", "-Xmx2G -XX:+UseG1GC -Dfile.encoding=UTF-8 -Duser.timezone=UTC", false},
		{"JENKINS_SERVER_COOKIE", "durable-9ef19f8ee35d28536f9d56b6dd5332d89480468530b9485dd86283d48f50402d", false},
		// URLs with credentials.
		{"GIT_URL", "https://bot:pw@git.example/app.git", true},
		{"HOOK", "https://hooks.slack.com/services/T0/B0/abc", true},
		{"URL", "https://x.example/?access_token=abc&page=2", true},
		{"GIT_URL", "ssh://git@git.example:7999/app.git", false},
		{"GIT_URL", "https://bot@git.example/app.git", false},
		{"URL", "https://x.example/a:b@c/d", false},
	} {
		if got := Detect(c.name, c.value, nil); got != c.want {
			t.Errorf("Detect(%q, %q) = %v", c.name, c.value, got)
		}
	}
}
