package env

import (
	"maps"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// TestParametersBecomeWhatJenkinsMakesOfThem has every kind of parameter that Jenkins itself brings, and odd names and
// values of them. What Jenkins names without a value is no variable with an empty one.
func TestParametersBecomeWhatJenkinsMakesOfThem(t *testing.T) {
	t.Parallel()
	const p = `{"_class":"hudson.model.`
	env := envOfParameters(t, p+`StringParameterValue","name":"a.b-c","value":"dots and dashes"},`+
		p+`StringParameterValue","name":"BUILD_NUMBER","value":"7000"},`+
		p+`StringParameterValue","name":"job_name","value":"mine"},`+
		p+`StringParameterValue","name":"EMPTY","value":""},`+
		p+`BooleanParameterValue","name":"YES","value":true},`+
		p+`BooleanParameterValue","name":"NO","value":false},`+
		p+`TextParameterValue","name":"TEXT","value":"one\r\ntwo\n\tü"},`+
		p+`PasswordParameterValue","name":"LOGIN"},`+
		p+`FileParameterValue","name":"FILE"},`+
		p+`StringParameterValue","name":"NULL","value":null},`+
		`null,`+
		p+`RunParameterValue","name":"BASE","jobName":"dir/a~b","number":"12"},`+
		`{"_class":"com.example.ListParameterValue","name":"LIST","value":["a"]},`+
		`{"_class":"com.example.CountParameterValue","name":"COUNT","value":12}`)
	want := map[string]string{
		"a.b-c": "dots and dashes", "BUILD_NUMBER": "7000", "JOB_NAME": "mine", "EMPTY": "", "YES": "true", "NO": "false",
		"TEXT": "one\r\ntwo\n\tü", "COUNT": "12", "BUILD_ID": "5", "BUILD_TAG": "jenkins-app-5",
		"BASE": "https://ci.example/j/job/dir/job/a%7Eb/12/", "BASE_JOBNAME": "dir/a~b", "BASE.jobName": "dir/a~b",
		"BASE_NUMBER": "12", "BASE.number": "12",
	}
	for name, value := range want {
		if v, _ := env.Lookup(name); v.Name != name || !v.Known || v.Value != value {
			t.Errorf("%s is %+v, want %q", name, v, value)
		}
	}
	for _, name := range []string{"LOGIN", "FILE", "NULL", "LIST"} {
		if v, ok := env.Lookup(name); !ok || v.Known || v.Password != (name == "LOGIN") {
			t.Errorf("%s: %+v", name, v)
		}
	}
	for _, name := range []string{"", "BASE_NAME", "BASE_RESULT"} {
		if v, ok := env.Lookup(name); ok {
			t.Errorf("%+v cannot be known", v)
		}
	}
}

// TestReferencesInValuesAreExpandedAsJenkinsDoes has one case a rule of EnvVars.resolve.
func TestReferencesInValuesAreExpandedAsJenkinsDoes(t *testing.T) {
	t.Parallel()
	const p = `{"_class":"hudson.model.StringParameterValue","name":"`
	env := envOfParameters(t, p+`A","value":"${BUILD_NUMBER}-$job_base_name"},`+
		p+`B","value":"<$A>"},`+ // A comes before B: it is expanded already
		p+`AA","value":"<$B>"},`+ // and B after AA
		p+`PRICE","value":"5$$"},`+
		p+`HALF","value":"$ ${ ${} $-x ${A"},`+
		p+`LOST","value":"$NOBODY ${JENKINS_HOME}"},`+
		p+`SELF","value":"$SELF"},`+
		p+`SIGNED","value":"$LOGIN"},`+
		p+`API_TOKEN","value":"harmless"},`+
		p+`CLEAR","value":"Basic $API_TOKEN"},`+
		`{"_class":"hudson.model.PasswordParameterValue","name":"LOGIN"}`)
	got := map[string]string{}
	for _, name := range []string{"A", "B", "AA", "PRICE", "HALF", "LOST", "SELF", "SIGNED", "CLEAR"} {
		v, _ := env.Lookup(name)
		got[name] = v.Shown(false)
	}
	want := map[string]string{"A": "5-app", "B": "<5-app>", "AA": "<<$A>>", "PRICE": "5$", "HALF": "$ ${ ${} $-x ${A",
		"LOST": "$NOBODY ${JENKINS_HOME}", "SELF": "$SELF", "SIGNED": "$LOGIN", "CLEAR": secrets.Masked}
	if !maps.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

// envOfParameters returns the environment of a freestyle build that was given these parameters, as JSON.
func envOfParameters(t *testing.T, parameters string) Env {
	t.Helper()
	client, _ := playedBy(t, recorded.Pages{
		"/job/app/5/api/json": `{"_class":"hudson.model.FreeStyleBuild","number":5,"id":"5","url":"https://ci.example/j/job/app/5/",` +
			`"displayName":"#5","result":"SUCCESS","builtOn":"","actions":[{"_class":"hudson.model.ParametersAction","parameters":[` +
			parameters + `]}]}`,
	})
	env, err := client.Env(t.Context(), jenkins.Run{Ref: jenkins.Ref{Job: "app", Number: 5}})
	if err != nil {
		t.Fatal(err)
	}
	return env
}

func TestBranchOfAFreestyleBuildIsCalledAsTheGitPluginCallsIt(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"refs/remotes/origin/main": "origin/main", "origin/feature/x": "origin/feature/x", "detached": "detached",
		"refs/heads/main": "refs/heads/main",
	} {
		vars := revisionOf(&jenkins.Run{Revisions: []jenkins.Revision{{Commit: "1", Branches: []string{name}}}})
		if vars[1].Value != want {
			t.Errorf("%s is called %q, want %q", name, vars[1].Value, want)
		}
	}
}
