package jenkins

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteShell writes vars as export statements that a POSIX shell reads back to the same bytes. What a shell cannot hold
// (a name that is no identifier or that it sets itself, a value with a NUL) and what is secret stand in comments instead, unless reveal is true
// for the latter.
func WriteShell(w io.Writer, vars []Variable, reveal bool) error {
	return writeLines(w, vars, reveal, func(v Variable) (string, string) {
		switch {
		case !isIdentifier(v.Name):
			return "", "is no name that a shell can hold"
		case shellsOwn[v.Name]:
			return "", "is set by the shell itself"
		case strings.ContainsRune(v.Value, 0):
			return "", "holds a NUL, which no shell can"
		}
		return "export " + v.Name + "='" + strings.ReplaceAll(v.Value, "'", `'\''`) + "'", ""
	})
}

// shellsOwn are the variables that bash or dash computes itself. To assign one is in vain, or ends a script: they are
// read-only, or must be numbers.
var shellsOwn = wordSet("BASHOPTS", "BASHPID", "BASH_ALIASES", "BASH_CMDS", "BASH_COMMAND", "BASH_SUBSHELL",
	"BASH_VERSINFO", "DIRSTACK", "EPOCHREALTIME", "EPOCHSECONDS", "EUID", "FUNCNAME", "GROUPS", "HISTCMD", "LINENO", "OPTIND",
	"PPID", "RANDOM", "SECONDS", "SHELLOPTS", "SHLVL", "SRANDOM", "UID", "_")

// WriteDotenv writes vars as NAME=value lines that [ParseDotenv] reads back to the same bytes. What is secret stands in
// a comment instead, unless reveal is true, and so does a name that such a file cannot hold.
func WriteDotenv(w io.Writer, vars []Variable, reveal bool) error {
	return writeLines(w, vars, reveal, func(v Variable) (string, string) {
		if !isDotenvName(v.Name) {
			return "", "is no name that such a file can hold"
		}
		return v.Name + "=" + quoteDotenv(v.Value), ""
	})
}

// writeLines writes a line a variable, or a comment that says why there is none.
func writeLines(w io.Writer, vars []Variable, reveal bool, line func(Variable) (line, why string)) error {
	out := bufio.NewWriter(w)
	for _, v := range vars {
		text, why := "", ""
		switch {
		case !v.Known && v.Password:
			why = "is a password that Jenkins does not show"
		case !v.Known:
			why = "has a value that Jenkins does not show"
		case v.Secret && !reveal:
			why = "is a secret and was not revealed: " + Masked
		default:
			text, why = line(v)
		}
		if why != "" {
			text = "# " + oneLine(v.Name) + " " + why
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return fmt.Errorf("write the env: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write the env: %w", err)
	}
	return nil
}

// WriteObject writes vars as one flat JSON object, name to value, sorted as they come: what send --env-file reads.
// Secrets are masked unless reveal is true; what Jenkins names without a value is left out.
func WriteObject(w io.Writer, vars []Variable, reveal bool) error {
	var members []string
	for _, v := range vars {
		if v.Known || v.Secret {
			members = append(members, "\n  "+jsonString(v.Name)+": "+jsonString(v.Shown(reveal)))
		}
	}
	text := "{" + strings.Join(members, ",")
	if len(members) > 0 {
		text += "\n"
	}
	if _, err := io.WriteString(w, text+"}\n"); err != nil {
		return fmt.Errorf("write the env: %w", err)
	}
	return nil
}

// envDocument is the env as jenkwatch env --json prints it. Its keys are an interface.
type envDocument struct {
	Build struct {
		Controller string `json:"controller"`
		Job        string `json:"job"`
		Number     int    `json:"number"`
		URL        string `json:"url"`
	} `json:"build"`
	Variables []envRow `json:"variables"`
	Missing   int      `json:"missing"`
	FromCopy  bool     `json:"from_copy,omitempty"`
}

type envRow struct {
	Name   string  `json:"name"`
	Value  *string `json:"value"` // null: a file or the like, which Jenkins names without its value
	Source Source  `json:"source"`
	// Also lists the weaker sources that name it, too.
	Also   []Source `json:"also,omitempty"`
	Secret bool     `json:"secret"`
}

// WriteJSON writes the env as one JSON document with stable keys. Secrets are masked unless reveal is true.
func WriteJSON(w io.Writer, e Env, reveal bool) error {
	doc := envDocument{Variables: make([]envRow, 0, len(e.Variables)), Missing: len(e.Missing), FromCopy: e.FromCopy}
	doc.Build.Controller, doc.Build.Job, doc.Build.Number = e.Ref.Controller, e.Ref.Job, e.Ref.Number
	doc.Build.URL = e.Run.URL
	for _, v := range e.Variables {
		row := envRow{Name: v.Name, Source: v.Source, Also: v.Sources()[1:], Secret: v.Secret}
		if v.Known || v.Secret {
			row.Value = new(v.Shown(reveal))
		}
		doc.Variables = append(doc.Variables, row)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(doc); err != nil {
		return fmt.Errorf("write the env: %w", err)
	}
	return nil
}

func jsonString(s string) string {
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(s) // a string into a Builder cannot fail
	return strings.TrimSuffix(b.String(), "\n")
}

// isIdentifier tells whether a shell can hold a variable of this name.
func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// oneLine is a name that may hold anything, fit for a comment.
func oneLine(name string) string {
	if isIdentifier(name) {
		return name
	}
	return strconv.Quote(name)
}
