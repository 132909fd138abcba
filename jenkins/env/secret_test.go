package env

import (
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

func TestOfAURLOnlyTheCredentialsAreMasked(t *testing.T) {
	t.Parallel()
	for value, want := range map[string]string{
		"https://bot:p%40ss@git.example/app.git":    "https://bot:" + secrets.Masked + "@git.example/app.git",
		"https://:pw@git.example/":                  "https://:" + secrets.Masked + "@git.example/",
		"a https://u:p@h/ b http://v:q@i/":          "a https://u:" + secrets.Masked + "@h/ b http://v:" + secrets.Masked + "@i/",
		"https://h/?a=1&token=abc&b=2":              "https://h/?a=1&token=" + secrets.Masked + "&b=2",
		"https://hooks.slack.com/services/T0/B0/xy": "https://hooks.slack.com/services/" + secrets.Masked,
		"https://h/?page=2":                         "https://h/?page=2",
		"https://u:p@ss@host/x":                     "https://u:" + secrets.Masked + "@host/x",
		"postgres://u:pa/ss@host/db":                "postgres://u:" + secrets.Masked + "@host/db",
		"https://h:8443/a@b https://h:80/?x=a@b":    "https://h:8443/a@b https://h:80/?x=a@b",
		"https://h/?client_secret=abc&x=1":          "https://h/?client_secret=" + secrets.Masked + "&x=1",
		"https://discord.com/api/webhooks/1/abc":    "https://discord.com/api/webhooks/" + secrets.Masked,
		"Server=db;User Id=sa;Password=hunter2;":    "Server=db;User Id=sa;Password=" + secrets.Masked + ";",
		"-Xmx1g -Dsonar.token=abc --password x -v":  "-Xmx1g -Dsonar.token=" + secrets.Masked + " --password " + secrets.Masked + " -v",
		`{"user":"a","password": "hunter2"}`:        `{"user":"a","password": "` + secrets.Masked + `"}`,
		"user: a\n  db_password: hunter2\n":         "user: a\n  db_password: " + secrets.Masked + "\n",
		"curl -u admin:hunter2 https://h/":          "curl -u admin:" + secrets.Masked + " https://h/",
		"max_token=5 token=true token=$T token_url=https://x/ password required": "max_token=5 token=true token=$T " +
			"token_url=https://x/ password required",
	} {
		vars := []Variable{known("X", value, Param)}
		MarkSecrets(vars)
		if got := vars[0].Shown(false); got != want {
			t.Errorf("%q is shown as %q, want %q", value, got, want)
		}
		if got := vars[0].Shown(true); got != value {
			t.Errorf("%q is revealed as %q", value, got)
		}
	}
}

func TestWholeSecretIsMaskedWhole(t *testing.T) {
	t.Parallel()
	own, err := secrets.Compile([]string{"^ACME_", "s3cr3t"})
	if err != nil {
		t.Fatal(err)
	}
	vars := []Variable{
		known("DB_PASSWORD", "https://u:p@h/", Param), known("acme_x", "plain", Param), known("Y", "an S3CR3T thing", Param),
		known("Z", "https://u:p@h/ghp_aaaaaaaaaaaaaaaaaaaaaaaa", Param), {Name: "PIN", Source: Param, Password: true},
	}
	MarkSecrets(vars, own...)
	for _, v := range vars {
		if v.Shown(false) != secrets.Masked || !v.Secret {
			t.Errorf("%s is shown as %q", v.Name, v.Shown(false))
		}
	}
	if _, err := secrets.Compile([]string{"("}); err == nil {
		t.Error("a bad pattern is no error")
	}
}

// FuzzShown: whatever is a secret is not in what is shown, and nothing that is shown unmasked looks like one.
func FuzzShown(f *testing.F) {
	f.Add("GIT_URL", "https://bot:pw@h/x?token=abc")
	f.Add("X", "ghp_aaaaaaaaaaaaaaaaaaaaaaaaaaaa")
	f.Add("TOKEN", "x")
	f.Fuzz(func(t *testing.T, name, value string) {
		vars := []Variable{known(name, value, Param)}
		MarkSecrets(vars)
		shown := vars[0].Shown(false)
		if vars[0].Secret && shown == value && value != secrets.Masked {
			t.Errorf("%q=%q is secret and shown", name, value)
		}
		if vars[0].Shown(true) != value {
			t.Errorf("%q is revealed as %q", value, vars[0].Shown(true))
		}
		if !vars[0].Secret && (shown != value || secrets.Detect(name, value, nil)) {
			t.Errorf("%q=%q", name, value)
		}
	})
}
