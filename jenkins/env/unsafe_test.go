package env

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// runsCommands are names by which shells, or programs started from them, run what their value says.
const runsCommands = `COLUMNS LINES HISTSIZE SAVEHIST HISTFILE HISTCMD path cdpath fpath PATH CDPATH FPATH BASH_ENV ENV PROMPT_COMMAND PS0 PS1
	PS2 PS4 PROMPT RPROMPT IFS SHELLOPTS BASHOPTS LD_PRELOAD LD_AUDIT LD_LIBRARY_PATH DYLD_INSERT_LIBRARIES PERL5OPT PERL5LIB PYTHONSTARTUP
	PYTHONPATH PYTHONHOME RUBYOPT RUBYLIB NODE_OPTIONS NODE_PATH GIT_SSH GIT_SSH_COMMAND GIT_EDITOR GIT_PAGER GIT_ASKPASS GIT_EXTERNAL_DIFF
	GIT_CONFIG_COUNT GIT_CONFIG_KEY_0 GIT_CONFIG_PARAMETERS GIT_PROXY_COMMAND GIT_SEQUENCE_EDITOR GIT_EXEC_PATH GIT_DIR SSH_ASKPASS EDITOR VISUAL PAGER
	MANPAGER BROWSER LESSOPEN LESSCLOSE RANDOM SECONDS OPTIND TMOUT MAILCHECK KEYTIMEOUT LISTMAX STTY ZDOTDIR HOME SHELL INPUTRC TERMINFO
	JAVA_TOOL_OPTIONS _JAVA_OPTIONS MAVEN_OPTS MAVEN_ARGS GRADLE_OPTS GOFLAGS MAKEFLAGS CFLAGS RUSTC_WRAPPER CC XDG_CONFIG_HOME KUBECONFIG DOCKER_HOST
	https_proxy HTTP_PROXY GCONV_PATH npm_config_script_shell FCEDIT TIMEFMT module_path psvar prompt histchars BASH_LOADABLES_PATH`

func TestExportsLeaveOutNamesByWhichCommandsRun(t *testing.T) {
	t.Parallel()
	for name := range strings.FieldsSeq(runsCommands) {
		vars := []Variable{known(name, "x", Param)}
		for _, write := range exporters {
			var b strings.Builder
			exceptions, err := write(&b, vars, ExportOptions{})
			if err != nil || len(exceptions) != 1 || exceptions[0].Written || !strings.HasPrefix(b.String(), "# "+name+" ") {
				t.Errorf("%s: wrote %q, %v", name, b.String(), err)
			}
		}
	}
}

var exporters = []func(w *strings.Builder, vars []Variable, o ExportOptions) ([]Exception, error){
	func(w *strings.Builder, vars []Variable, o ExportOptions) ([]Exception, error) {
		return WriteShell(w, vars, o)
	},
	func(w *strings.Builder, vars []Variable, o ExportOptions) ([]Exception, error) {
		return WriteDotenv(w, vars, o)
	},
}

func TestExportsKeepOrdinaryNames(t *testing.T) {
	t.Parallel()
	for name := range strings.FieldsSeq(`TARGET VERSION Q BRANCH branch STATUS BUILD_NUMBER BUILD_TAG BUILD_URL JOB_NAME NODE_NAME NODE_LABELS WORKSPACE
		GIT_COMMIT GIT_BRANCH GIT_URL GIT_URL_1 GIT_PREVIOUS_SUCCESSFUL_COMMIT GIT_AUTHOR_NAME SVN_URL CHANGE_ID CHANGE_AUTHOR_EMAIL JENKINS_URL
		EXECUTOR_NUMBER DEPLOY_ENV ARTIFACT_PATH APP_VERSION DOCKER_IMAGE AWS_REGION LANG TZ CI JAVA_HOME STAGE_NAME BUILD_USER MAIL_TO`) {
		if isUnsafeName(name) || isShellState(name) {
			t.Errorf("%s is left out", name)
		}
	}
}

// What a shell presets may be a number, which zsh and mksh evaluate, or is acted on.
func TestExportsLeaveOutWhatShellsPreset(t *testing.T) {
	t.Parallel()
	for _, shell := range [][]string{
		{"zsh", "-f", "-i", "-c", "zmodload zsh/parameter; typeset +"}, {"mksh", "-c", "typeset"}, {"dash", "-c", "set"},
		{"bash", "--norc", "-i", "-c", "compgen -v"},
	} {
		if _, err := exec.LookPath(shell[0]); err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), shell[0], shell[1:]...)
		cmd.Env = []string{"PATH=" + os.Getenv("PATH")}
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", shell[0], err)
		}
		for line := range strings.Lines(string(out)) {
			fields := strings.Fields(strings.Split(line, "=")[0])
			if len(fields) == 0 {
				continue
			}
			if name := fields[len(fields)-1]; isIdentifier(name) && !isUnsafeName(name) && !isShellState(name) {
				t.Errorf("%s presets %s", shell[0], name)
			}
		}
	}
}

func TestShellsRunNothingThatAnExportSays(t *testing.T) {
	t.Parallel()
	values := []string{"path[$(touch pwned)1]", "$(touch pwned)", "`touch pwned`", "it's \"$(touch pwned)\"\n; touch pwned #\\", "'; touch pwned; '",
		"x&touch pwned", "\\", "; touch pwned #", "\ntouch pwned\n"}
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "mksh"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		for _, write := range exporters {
			dir := t.TempDir()
			var b strings.Builder
			for i, value := range values {
				var vars []Variable
				for name := range strings.FieldsSeq(runsCommands + " a;b $(touch${IFS}pwned) x&y a-b") {
					vars = append(vars, known(name, value, Param))
				}
				if _, err := write(&b, append(vars, known("Q"+strconv.Itoa(i), value, Param)), ExportOptions{}); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.WriteFile(filepath.Join(dir, "env"), []byte(b.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.CommandContext(t.Context(), shell, "-c", "set -e; set -a; . ./env; "+shell+" -c : ; echo done")
			cmd.Dir = dir
			if out, err := cmd.CombinedOutput(); err != nil || !regexp.MustCompile(`^done\n$`).Match(out) {
				t.Errorf("%s: %v, %s", shell, err, out)
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Errorf("%s ran a command of\n%s", shell, b.String())
			}
		}
	}
}
