package jenkinstest

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/tree"
)

// injected answers EnvInject's page: a snapshot at the start without WORKSPACE and CI, passwords masked.
func (q buildPages) injected(rest []string) func() {
	env := q.b.ShellEnv(q.b.Plan.Node)
	for _, name := range []string{"CI", "CLASSPATH", "WORKSPACE", "WORKSPACE_TMP", "JOB_DISPLAY_URL"} {
		delete(env, name)
	}
	for _, p := range q.b.Params {
		if p.Type == "Password" {
			env[p.Name] = "[*******]"
		}
	}
	env["BUILD_CAUSE"], env["BUILD_CAUSE_MANUALTRIGGER"] = "MANUALTRIGGER", "true"
	env["ROOT_BUILD_CAUSE"], env["ROOT_BUILD_CAUSE_MANUALTRIGGER"] = "MANUALTRIGGER", "true"
	var list []tree.Entry
	for _, name := range slices.Sorted(maps.Keys(env)) {
		list = append(list, tree.Map(name, env[name])...)
	}
	return q.api(rest, api.InjectedEnvVars(list))
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
		answer = b.Variables()
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
	if j := q.c.world.Job(job); j != nil {
		return j.Build(n)
	}
	return nil
}

func (q *request) runEncoded(job, number, stage string) map[string]any {
	b := q.found(job, number)
	if b == nil {
		return map[string]any{"error": "there is no such build"}
	}
	passwords := []string{}
	for _, p := range b.Params {
		if p.Type == "Password" {
			passwords = append(passwords, p.Name)
		}
	}
	answer := map[string]any{"environment": b.Variables(), "passwords": passwords}
	if stage != "" {
		overrides := []string{}
		for _, sp := range b.Plan.All {
			if strconv.Itoa(sp.ID) == stage {
				for outer := sp; outer != nil; outer = outer.Parent {
					overrides = slices.Concat(outer.WithEnv, overrides)
				}
			}
		}
		answer["overrides"] = overrides
	}
	return answer
}
