package jenkinstest

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// variables returns what a build's own process would see; passwords in the clear.
func (b *Build) variables() map[string]string {
	c, n := b.job.c, b.id()
	jobURL := b.job.URL()
	run := jobURL + n + "/display/redirect"
	tag := []byte("jenkins-" + b.job.full + "-" + n)
	for i := range tag {
		if tag[i] == '/' {
			tag[i] = '-'
		}
	}
	env := map[string]string{
		"BUILD_DISPLAY_NAME": b.shown(), "BUILD_ID": n, "BUILD_NUMBER": n, "BUILD_TAG": string(tag),
		"BUILD_URL": jobURL + n + "/", "CI": "true", "CLASSPATH": "",
		"HUDSON_HOME": "/var/lib/jenkins", "HUDSON_SERVER_COOKIE": "f7e6a1b76880ac54", "HUDSON_URL": c.RootURL,
		"JENKINS_HOME": "/var/lib/jenkins", "JENKINS_SERVER_COOKIE": "f7e6a1b76880ac54", "JENKINS_URL": c.RootURL,
		"JOB_BASE_NAME": b.job.name, "JOB_DISPLAY_URL": jobURL + "display/redirect", "JOB_NAME": b.job.full, "JOB_URL": jobURL,
		"RUN_ARTIFACTS_DISPLAY_URL": run + "?page=artifacts", "RUN_CHANGES_DISPLAY_URL": run + "?page=changes",
		"RUN_DISPLAY_URL": run, "RUN_TESTS_DISPLAY_URL": run + "?page=tests",
	}
	if p := b.job.parent; p != nil && p.kind == multibranch {
		env["BRANCH_NAME"], _ = url.PathUnescape(b.job.name)
		if b.job.name == "main" {
			env["BRANCH_IS_PRIMARY"] = "true"
		}
	}
	for _, q := range b.params {
		env[q.Name] = q.Value
	}
	return env
}

// shellEnv returns the variables that a freestyle build's shell prints.
func (b *Build) shellEnv(on string) map[string]string {
	env := b.variables()
	ws := b.workspace(on)
	node := cmp.Or(on, "built-in")
	maps.Copy(env, map[string]string{
		"EXECUTOR_NUMBER": "0", "HOME": "/root", "LANG": "C.UTF-8", "NODE_NAME": node, "NODE_LABELS": b.job.c.labelsOf(on),
		"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "WORKSPACE": ws, "WORKSPACE_TMP": ws + "@tmp",
	})
	return env
}

// injected answers EnvInject's page: a snapshot at the start without WORKSPACE and CI, passwords masked.
func (q *request) injected(b *Build, rest []string) func() {
	env := b.shellEnv(b.plan.Node)
	for _, name := range []string{"CI", "CLASSPATH", "WORKSPACE", "WORKSPACE_TMP", "JOB_DISPLAY_URL"} {
		delete(env, name)
	}
	for _, p := range b.params {
		if p.Type == "Password" {
			env[p.Name] = "[*******]"
		}
	}
	env["BUILD_CAUSE"], env["BUILD_CAUSE_MANUALTRIGGER"] = "MANUALTRIGGER", "true"
	env["ROOT_BUILD_CAUSE"], env["ROOT_BUILD_CAUSE_MANUALTRIGGER"] = "MANUALTRIGGER", "true"
	var list []pair
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, pair{name, env[name]})
	}
	return q.api(rest, bean{class: &class{name: "org.jenkinsci.plugins.envinject.EnvInjectVarList", props: []prop{
		get("envMap", func(*exporter, []pair) any { return list }),
	}}, o: list})
}

// The script console understands two scripts, by what stands in them: one that prints a build's environment, its job
// named in quotes, and the one of jenkins.Client.ScriptEnv, whose names are base64 and whose answer also has the
// passwords and what a stage's environment {} block and withEnv add. They are made at their first use.
var (
	plainScript = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)getItemByFullName\(\s*['"](.+?)['"]\s*\).*?getBuildByNumber\(\s*(\d+)\s*\)`)
	})
	encodedScript = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?s)getItemByFullName\(text\('([\w+/=]+)'\)\).*?getBuildByNumber\((\d+)\).*?text\('([\w+/=]*)'\)`)
	})
)

func (q *request) script() func() {
	if send := q.posted(); send != nil {
		return send
	}
	if send := q.needs("hudson.model.Hudson.Administer"); send != nil {
		return send
	}
	out := q.run(q.r.PostFormValue("script"))
	return func() {
		q.w.Header().Set("Content-Type", "text/plain;charset=utf-8")
		q.w.WriteHeader(http.StatusOK)
		put(q.w, []byte(out+"\n"))
	}
}

// run returns what a script prints.
func (q *request) run(script string) string {
	var answer any
	if m := encodedScript().FindStringSubmatch(script); m != nil {
		answer = q.runEncoded(decode(m[1]), m[2], decode(m[3]))
	} else if m := plainScript().FindStringSubmatch(script); m != nil {
		b := q.found(m[1], m[2])
		if b == nil {
			return "java.lang.NullPointerException: Cannot invoke method getBuildByNumber() on null object"
		}
		answer = b.variables()
	} else {
		return "groovy.lang.MissingPropertyException: No such property: " + strings.TrimSpace(script[:min(len(script), 40)])
	}
	out, err := json.Marshal(answer)
	if err != nil {
		return err.Error()
	}
	return string(out)
}

func decode(s string) string {
	b, err := base64.StdEncoding.DecodeString(s)
	if err != nil {
		return ""
	}
	return string(b)
}

func (q *request) found(job, number string) *Build {
	n, err := strconv.Atoi(number)
	if err != nil {
		return nil
	}
	if j := q.c.job(job); j != nil {
		return j.build(n)
	}
	return nil
}

func (q *request) runEncoded(job, number, stage string) map[string]any {
	b := q.found(job, number)
	if b == nil {
		return map[string]any{"error": "there is no such build"}
	}
	passwords := []string{}
	for _, p := range b.params {
		if p.Type == "Password" {
			passwords = append(passwords, p.Name)
		}
	}
	answer := map[string]any{"environment": b.variables(), "passwords": passwords}
	if stage != "" {
		overrides := []string{}
		for _, sp := range b.plan.all {
			if strconv.Itoa(sp.id) == stage {
				for outer := sp; outer != nil; outer = outer.parent {
					overrides = slices.Concat(outer.WithEnv, overrides)
				}
			}
		}
		answer["overrides"] = overrides
	}
	return answer
}
