package act

import (
	"net/http"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/action"
)

// TestEveryValueThatHasToBeGivenIsNamedAtOnce, not one with each try.
func TestEveryValueThatHasToBeGivenIsNamedAtOnce(t *testing.T) {
	t.Parallel()
	const parameters = `{"_class":"hudson.model.PasswordParameterValue","name":"KEY"},{"_class":"hudson.model.PasswordParameterValue","name":"PW"},` +
		`{"_class":"hudson.model.PasswordParameterValue","name":"TOKEN"}`
	j := jobFound{name: "a", on: played(func(string) (int, string) {
		return http.StatusOK, `{"number":3,"result":"SUCCESS","timestamp":1000,"url":"http://ci.example/job/a/3/",` +
			`"actions":[{"_class":"hudson.model.ParametersAction","parameters":[` + parameters + `]}]}`
	})}
	for _, name := range []string{"KEY", "PW", "TOKEN"} {
		j.parameters = append(j.parameters, action.Parameter{Name: name, Kind: action.Password, Secret: true})
	}
	_, err := j.valuesFrom(t.Context(), "3", []action.Value{{Name: "PW", Text: "x"}})
	if exit.CodeOf(err) != exit.CodeUsage || !strings.Contains(err.Error(), "the value of KEY, TOKEN of a#3") ||
		!strings.Contains(exit.HintOf(err), "-p KEY=@FILE -p TOKEN=@FILE;") {
		t.Errorf("%v, %q", err, exit.HintOf(err))
	}
}
