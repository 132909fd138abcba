package world

import (
	"cmp"
	"maps"
	"net/url"
	"slices"
)

func (b *Build) workspace(node string) string {
	root := "/var/lib/jenkins/workspace/"
	if node != "" {
		root = "/home/jenkins/workspace/"
	}
	return root + b.job.full
}

// Variables returns what a build's own process would see; passwords in the clear.
func (b *Build) Variables() map[string]string {
	c, n := b.job.w, b.ID()
	jobURL := b.job.URL()
	run := jobURL + n + "/display/redirect"
	tag := []byte("jenkins-" + b.job.full + "-" + n)
	for i := range tag {
		if tag[i] == '/' {
			tag[i] = '-'
		}
	}
	env := map[string]string{
		"BUILD_DISPLAY_NAME": b.Shown(), "BUILD_ID": n, "BUILD_NUMBER": n, "BUILD_TAG": string(tag),
		"BUILD_URL": jobURL + n + "/", "CI": "true", "CLASSPATH": "",
		"HUDSON_HOME": "/var/lib/jenkins", "HUDSON_SERVER_COOKIE": "f7e6a1b76880ac54", "HUDSON_URL": c.RootURL,
		"JENKINS_HOME": "/var/lib/jenkins", "JENKINS_SERVER_COOKIE": "f7e6a1b76880ac54", "JENKINS_URL": c.RootURL,
		"JOB_BASE_NAME": b.job.Name, "JOB_DISPLAY_URL": jobURL + "display/redirect", "JOB_NAME": b.job.full, "JOB_URL": jobURL,
		"RUN_ARTIFACTS_DISPLAY_URL": run + "?page=artifacts", "RUN_CHANGES_DISPLAY_URL": run + "?page=changes",
		"RUN_DISPLAY_URL": run, "RUN_TESTS_DISPLAY_URL": run + "?page=tests",
	}
	if p := b.job.Parent; p != nil && p.Kind == Multibranch {
		env["BRANCH_NAME"], _ = url.PathUnescape(b.job.Name)
		if b.job.Name == "main" {
			env["BRANCH_IS_PRIMARY"] = "true"
		}
	}
	for _, q := range b.Params {
		env[q.Name] = q.Value
	}
	return env
}

// ShellEnv returns the variables that a freestyle build's shell prints.
func (b *Build) ShellEnv(on string) map[string]string {
	env := b.Variables()
	ws := b.workspace(on)
	node := cmp.Or(on, "built-in")
	maps.Copy(env, map[string]string{
		"EXECUTOR_NUMBER": "0", "HOME": "/root", "LANG": "C.UTF-8", "NODE_NAME": node, "NODE_LABELS": b.job.w.labelsOf(on),
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "WORKSPACE": ws, "WORKSPACE_TMP": ws + "@tmp",
	})
	return env
}

// Listing returns what `env | sort` prints in a build on a node.
func (b *Build) Listing(node string) []string {
	lines := []string{"+ env", "+ sort"}
	env := b.ShellEnv(node)
	for _, p := range b.Params {
		if p.Type == "Password" {
			env[p.Name] = "****"
		}
	}
	for _, name := range slices.Sorted(maps.Keys(env)) {
		lines = append(lines, name+"="+env[name])
	}
	return lines
}
