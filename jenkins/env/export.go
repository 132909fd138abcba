package env

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// ExportOptions are what an export includes besides what is safe. The zero value leaves both out.
type ExportOptions struct {
	Reveal      bool // secrets
	UnsafeNames bool // variables that shells and programs act on, such as PATH
}

// Exception is a variable that an export left out, or that some program may read differently.
type Exception struct {
	Name string
	Why  string // continues the sentence that begins with the name
	// Written reports whether the export has the variable all the same.
	Written bool
}

// WriteShell writes vars as export statements that a POSIX shell reads back to the same bytes. What it leaves out stands
// in comments and is returned: secrets, names that shells or programs act on, and what a shell cannot hold.
func WriteShell(w io.Writer, vars []Variable, o ExportOptions) ([]Exception, error) {
	return writeLines(w, vars, o, func(v Variable) (line, why, misread string) {
		switch {
		case !isIdentifier(v.Name):
			return "", "has a name that no shell can hold", ""
		case leftOut(v.Name, o) != "":
			return "", leftOut(v.Name, o), ""
		case strings.ContainsRune(v.Value, 0):
			return "", "has a NUL in its value, which no shell can hold", ""
		}
		return "export " + v.Name + "=" + quoteShell(v.Value), "", ""
	})
}

// quoteShell puts a value into single quotes. Outside of them stand quotes, and backslashes that fish would take for an
// escape inside: those before another backslash or a quote.
func quoteShell(value string) string {
	return "'" + shellEscapes().ReplaceAllStringFunc(value, func(s string) string { return "'" + escapeShell.Replace(s) + "'" }) + "'"
}

var (
	shellEscapes = lazy.Regexp(`\\*'|\\\\+|\\$`)
	escapeShell  = strings.NewReplacer(`\`, `\\`, "'", `\'`)
)

// WriteDotenv writes vars as NAME=value lines that [ParseDotenv] and sh read back to the same bytes. What it leaves out
// stands in comments and is returned, as is what some other reader of such files takes for another value.
func WriteDotenv(w io.Writer, vars []Variable, o ExportOptions) ([]Exception, error) {
	return writeLines(w, vars, o, func(v Variable) (line, why, misread string) {
		switch {
		case !isIdentifier(v.Name) && (!o.UnsafeNames || !dotenvName().MatchString(v.Name)):
			return "", "has a name that sh cannot hold", ""
		case leftOut(v.Name, o) != "":
			return "", leftOut(v.Name, o), ""
		}
		text, ok := quoteDotenv(v.Value)
		if !ok {
			return "", "has a value that no two readers of dotenv files agree on", ""
		}
		return v.Name + "=" + text, "", misreaders(text, v.Value)
	})
}

// writeLines writes a line a variable, or a comment that says why there is none.
func writeLines(w io.Writer, vars []Variable, o ExportOptions,
	line func(Variable) (line, why, misread string)) ([]Exception, error) {
	out := bufio.NewWriter(w)
	var exceptions []Exception
	for _, v := range vars {
		text, why, misread := "", "", ""
		switch {
		case !v.Known && v.Password:
			why = "is a password that Jenkins does not show"
		case !v.Known:
			why = "has a value that Jenkins does not show"
		case v.Secret && !o.Reveal:
			why = "is a secret and was not revealed"
		default:
			text, why, misread = line(v)
		}
		if why != "" {
			text = "# " + oneLine(v.Name) + " " + why
		}
		if why+misread != "" {
			exceptions = append(exceptions, Exception{v.Name, why + misread, why == ""})
		}
		if _, err := fmt.Fprintln(out, text); err != nil {
			return nil, fmt.Errorf("write the env: %w", err)
		}
	}
	if err := out.Flush(); err != nil {
		return nil, fmt.Errorf("write the env: %w", err)
	}
	return exceptions, nil
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

// isIdentifier reports whether a shell can hold a variable of this name.
func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c|0x20 < 'a' || c|0x20 > 'z') && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

// oneLine returns a name that may hold anything, fit for a comment.
func oneLine(name string) string {
	if isIdentifier(name) {
		return name
	}
	return strconv.Quote(name)
}
