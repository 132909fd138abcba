package env

import (
	"fmt"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// ParseDotenv reads NAME=value lines: comments, "export " before a name, values bare, in single quotes (literally) or
// in double quotes (with \n \r \t \" \\ \$ and whatever other character follows a backslash), quoted values over several
// lines. Where a name stands twice the later value wins, in the place of the first. The error names the line.
func ParseDotenv(data []byte) ([]Variable, error) {
	p := dotenvParser{rest: strings.TrimPrefix(string(data), "\ufeff"), line: 1, at: map[string]int{}}
	for p.rest != "" {
		if err := p.statement(); err != nil {
			return nil, fmt.Errorf("read the env file, line %d: %w", p.line, err)
		}
	}
	return p.vars, nil
}

type dotenvParser struct {
	rest string
	line int
	vars []Variable
	at   map[string]int // index in vars, by name
}

// statement reads one line, or several when a quoted value spans them.
func (p *dotenvParser) statement() error {
	first, _, _ := strings.Cut(p.rest, "\n")
	text := strings.TrimLeft(strings.TrimSuffix(first, "\r"), " \t")
	if text == "" || text[0] == '#' {
		p.skipLine()
		return nil
	}
	name, value, found := strings.Cut(text, "=")
	name = strings.TrimSpace(name)
	if after, ok := strings.CutPrefix(name, "export"); ok && after != "" && strings.ContainsAny(after[:1], " \t") {
		name = strings.TrimSpace(after)
	}
	if !found {
		return fmt.Errorf("%q is not NAME=value", clip(text))
	}
	if !isDotenvName(name) {
		return fmt.Errorf("%q is not a name", clip(name))
	}
	value = strings.TrimLeft(value, " \t")
	if value == "" || value[0] != '"' && value[0] != '\'' {
		p.add(name, bareValue(value))
		p.skipLine()
		return nil
	}
	// The value begins len(value) bytes before the end of this line, less a CR: quoted values may go on below it.
	at := strings.IndexByte(first, '=') + 1
	at += strings.IndexByte(p.rest[at:], value[0])
	return p.quoted(name, p.rest[at:])
}

// quoted reads a quoted value at the head of rest and what follows it on its last line.
func (p *dotenvParser) quoted(name, rest string) error {
	quote := rest[0]
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == quote:
			after, _, _ := strings.Cut(rest[i+1:], "\n")
			if after = strings.TrimSpace(after); after != "" && after[0] != '#' {
				return fmt.Errorf("%q follows the closing quote of %s", clip(after), name)
			}
			p.add(name, b.String())
			p.line += strings.Count(rest[:i], "\n")
			p.rest = rest[i:]
			p.skipLine()
			return nil
		case c == '\\' && quote == '"' && i+1 < len(rest):
			i++
			b.WriteByte(unescapeDotenv(rest[i]))
		default:
			b.WriteByte(c)
		}
	}
	return fmt.Errorf("the quote of %s is never closed", name)
}

func (p *dotenvParser) skipLine() {
	_, p.rest, _ = strings.Cut(p.rest, "\n")
	p.line++
}

func (p *dotenvParser) add(name, value string) {
	if i, ok := p.at[name]; ok {
		p.vars[i].Value = value
		return
	}
	p.at[name] = len(p.vars)
	p.vars = append(p.vars, Variable{Name: name, Value: value, Known: true})
}

// bareValue returns an unquoted value: up to a comment, which needs a space before its #.
func bareValue(value string) string {
	if strings.HasPrefix(value, "#") {
		return ""
	}
	for i := 1; i < len(value); i++ {
		if value[i] == '#' && (value[i-1] == ' ' || value[i-1] == '\t') {
			value = value[:i]
			break
		}
	}
	return strings.TrimRight(value, " \t")
}

func unescapeDotenv(c byte) byte {
	switch c {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c
}

// quoteDotenv quotes a value so that sh and every other reader of such files find where it ends: bare where nobody can
// misunderstand it, else in single quotes, else in double ones. It reports false for what neither quotes can hold.
func quoteDotenv(value string) (string, bool) {
	switch {
	case bareDotenv().MatchString(value):
		return value, true
	case strings.HasSuffix(value, `\`) || strings.ContainsRune(value, 0):
	case !strings.Contains(value, "'"):
		return "'" + value + "'", true
	case !strings.ContainsAny(value, "\"\\$`"):
		return `"` + value + `"`, true
	}
	return "", false
}

var (
	bareDotenv = lazy.Regexp(`^[\w./:@%+,-]*$`)
	// dotenvName is a name that no shell can hold, and that sh does not take for a command with special characters either.
	dotenvName = lazy.Regexp(`^[A-Za-z_][\w.-]*$`)
	// interpolated is what python-dotenv replaces, also in single quotes.
	interpolated = lazy.Regexp(`\$\{[^}:]*(:-[^}]*)?\}`)
)

// misreaders says which readers take a value, quoted as text, for another one; empty when there are none.
func misreaders(text, value string) string {
	switch {
	case text == value:
	case strings.Contains(value, "\r"):
		return "has a carriage return in its value, which most readers of dotenv files change"
	case strings.Contains(value, `\\`) || interpolated().MatchString(value):
		return "is read as another value by python-dotenv"
	}
	return ""
}

// isDotenvName reports whether such a file can hold a variable of this name.
func isDotenvName(name string) bool {
	if name == "" || strings.HasPrefix(name, "#") || strings.HasPrefix(name, "\ufeff") {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == '=' || r == 0x7f || r == 0x85 || r == 0xa0 })
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
