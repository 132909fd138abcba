package env

import (
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// leftOut says why a variable of this name is not exported; empty if it is.
func leftOut(name string, o ExportOptions) string {
	switch {
	case isShellState(name):
		return "is set by the shell itself"
	case isUnsafeName(name) && !o.UnsafeNames:
		return "has a name that shells or programs act on"
	}
	return ""
}

// isShellState reports whether a shell computes the variable of this name itself. To assign one has no effect, or ends a
// script: it is read-only, an array, or must be a number.
func isShellState(name string) bool { return shellState().MatchString(name) }

var shellState = lazy.Regexp(`^(?:_|ARGC|argv|aliases|BASH_(?:ARG[CV]|CMDS|LINENO|REMATCH|SOURCE|SUBSHELL|VERSINFO)|` +
	`BASHOPTS|BASHPID|BASH_ALIASES|BASH_COMMAND|builtins|commands|DIRSTACK|dirstack|dis_\w+|EPOCHREALTIME|EPOCHSECONDS|EUID|EGID|GID|` +
	`FUNCNAME|func(?:file|source)?trace|funcstack|functions(?:_source)?|functrace|[gs]aliases|GROUPS|HISTCMD|history|historywords|` +
	`job(?:dirs|states|texts)|keymaps|KSH(?:EGID|GID|UID)|KSH_VERSION|LINENO|modules|(?:named|user)dirs|OPTIND|options|parameters|patchars|PGRP|` +
	`PIPESTATUS|pipestatus|PPID|RANDOM|reswords|SECONDS|SHELLOPTS|SHLVL|signals|SRANDOM|status|termcap|terminfo|` +
	`TTYIDLE|UID|USER_ID|usergroups|widgets|(?i:zsh_eval_context)|ZSH_SUBSHELL)$`)

// isUnsafeName reports whether shells or programs act on the variable of this name, so that who chooses its value can
// have commands run: at once where zsh or mksh evaluate it as a number, later where it says what to run or to load.
// Case does not count: zsh ties path to PATH.
func isUnsafeName(name string) bool {
	return unsafeNames().MatchString(name) && !gitPlugins().MatchString(name)
}

var (
	unsafeNames = lazy.Regexp(`(?i)^(?:` +
		// What shells preset, evaluate or act on.
		`_.*|ARG[CV]|BASH.*|BAUD|CHILD_MAX|COLUMNS|COMP_.*|COMPREPLY|COPROC|CPUTYPE|DIRSTACK.*|EMACS|ENV|EPOCH.*|ERRNO|EXECIGNORE|` +
		`EXECSHELL|FCEDIT|FIGNORE|FISH_.*|FUNCNEST|GLOBIGNORE|GLOBSORT|HIST.*|HOME|HOST|HOST(?:FILE|NAME|TYPE)|IFS|IGNOREEOF|INPUTRC|` +
		`INSIDE_EMACS|KEYBOARD_HACK|KEYTIMEOUT|KSH.*|LINES|LISTMAX|LOGCHECK|LOGNAME|MACHTYPE|MAIL|MAILCHECK|MAPFILE|MODULE_PATH|M?BEGIN|M?END|` +
		`MATCH|NULLCMD|OLDPWD|OPTARG|OPTERR|OSTYPE|PATHEXT|PATHSEP|POSIXLY_CORRECT|POSTEDIT|PROMPT.*|R?PROMPT2?|R?PS[0-9]|PSVAR|PWD|` +
		`READLINE.*|READNULLCMD|REPLY|REPORT(?:MEMORY|TIME)|SAVEHIST|SIGNALS|SPROMPT|STTY|TERM.*|TIMEFMT|TIMEFORMAT|TMOUT|TMPPREFIX|` +
		`TRY_BLOCK_.*|TTY|USER|USERNAME|VENDOR|WATCH|WATCHFMT|WORDCHARS|YASH_.*|ZDOTDIR|ZLE.*|ZSH.*|` +
		// What the loader, language runtimes and tools load or run.
		`BUN_.*|CARGO.*|CC|CLASSPATH|COR_.*|CORECLR_.*|CXX|DOCKER_(?:CONFIG|CONTEXT|HOST)|DOTNET_.*|DYLD_.*|GCONV_.*|GEM_.*|GIT_.*|GLIBC_.*|` +
		`GNUPGHOME|GO(?:ENV|ROOT|TOOLCHAIN)|KUBECONFIG|LD_.*|LESS.*|LUA_.*|MAKE(?:FILES)?|MALLOC_.*|MAVEN_ARGS|NODE_(?:EXTRA_CA_CERTS|OPTIONS|PATH)|NPM_CONFIG_.*|` +
		`OPENSSL_.*|PERL.*|PHP.*|PIP_.*|PYTHON.*|R_(?:HOME|LIBS.*|PROFILE.*)|RUBY.*|RUST.*|SSH_.*|SUDO_.*|SVN_SSH|TAR_.*|TCLLIBPATH|VIM.*|VISUAL|XDG_.*|` +
		`AWS_(?:CONFIG|SHARED_CREDENTIALS)_FILE|` +
		// What ends like this names a command, its options or where it is found, in whatever tool.
		`.*(?:ASKPASS|BROWSER|COMMAND|EDITOR|FLAGS|OPTS?|OPTIONS|PAGER|PRELOAD|PROXY|SHELL|WRAPPER)|[A-Z0-9]*PATH)$`)
	// gitPlugins are what Jenkins' Git plugin sets: they only say what was checked out, or by whom.
	gitPlugins = lazy.Regexp(`^GIT_(?:(?:PREVIOUS_(?:SUCCESSFUL_)?)?COMMIT|(?:LOCAL_)?BRANCH|URL|(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL))(?:_\d+)?$`)
)
