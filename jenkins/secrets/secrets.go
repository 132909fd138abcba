// Package secrets finds what looks like a secret in variables, commands and texts, and masks it. It errs on the side of
// showing hashes, ids, versions and paths, which people read an environment for.
package secrets

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// Masked stands for a secret that is not shown. Its length says nothing about the secret's.
const Masked = "••••••••"

// Compile compiles the user's own patterns of what is secret: regular expressions without regard to case, matched against
// names and values.
func Compile(patterns []string) ([]*regexp.Regexp, error) {
	own := make([]*regexp.Regexp, 0, len(patterns))
	for _, p := range patterns {
		re, err := regexp.Compile("(?i)" + p)
		if err != nil {
			return nil, fmt.Errorf("read the secret pattern %q: %w", p, err)
		}
		own = append(own, re)
	}
	return own, nil
}

// Detect reports whether a variable looks like a secret: by its name, by a known token shape, by credentials in a URL, by how
// random the value is, or by one of the user's own patterns.
func Detect(name, value string, own []*regexp.Regexp) bool {
	return Whole(name, value, own) || MaskCredentials(value) != value
}

// Whole reports whether the whole value is to be masked, not only the credentials in it.
func Whole(name, value string, own []*regexp.Regexp) bool {
	return nameIsSecret(name, value) || hasToken(value) || random(value) ||
		slices.ContainsFunc(own, func(re *regexp.Regexp) bool { return re.MatchString(name) || re.MatchString(value) })
}

// MaskCredentials masks what in a text is secret by where it stands: the password of a URL's user:password@, the values of
// query parameters and of assignments (--password=x, "token": "x", Password=x;) that carry one, and what is posted to
// when anyone who knows the address may.
func MaskCredentials(text string) string {
	// Few values hold what these match, and looking for a part of it first costs a fiftieth.
	url := strings.Contains(text, "://")
	if url && strings.Contains(text, "@") {
		text = userinfo().ReplaceAllString(text, "${1}"+Masked+"@")
	}
	if url && strings.Contains(text, "hook") {
		text = webhook().ReplaceAllString(text, "${1}"+Masked)
	}
	if setsSecret(text) {
		text = queryToken().ReplaceAllString(text, "${1}"+Masked)
		text = setTo().ReplaceAllStringFunc(text, maskSet)
	}
	if strings.Contains(text, "-u") {
		text = userFlag().ReplaceAllString(text, "${1}"+Masked)
	}
	return text
}

// secretEnds end every name that queryToken and setTo match.
var secretEnds = []string{"token", "auth", "key", "password", "passwd", "passphrase", "pwd", "secret", "sig", "signature", "credential"}

// setsSecret reports whether queryToken or setTo could match: whether one of those names ends somewhere in the text.
func setsSecret(text string) bool {
	for i := range len(text) {
		switch text[i] {
		case '=', ':', ' ', '\t', '\n', '"', '\'':
			if slices.ContainsFunc(secretEnds, func(end string) bool {
				return i >= len(end) && strings.EqualFold(text[i-len(end):i], end)
			}) {
				return true
			}
		}
	}
	return false
}

// secretWord ends the name of a parameter that carries a secret.
const secretWord = `(?:password|passwd|passphrase|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|secret[_-]?key)`

var (
	// A password may hold what should be escaped; a port is all digits.
	userinfo   = lazy.Regexp(`(://[^/\s:@?#]*:)(?:[^/\s?#]*|[^/\s@]*[^/\s@\d][^\s@]*)@`)
	queryToken = lazy.Regexp(`(?i)([?&](?:[\w.-]*` + secretWord + `|auth|key|pwd|` +
		`sig|signature|x-amz-(?:signature|credential|security-token))=)[^&\s"'#]+`)
	webhook = lazy.Regexp(`(://(?:hooks\.slack\.com/services|discord(?:app)?\.com/api/webhooks|` +
		`[\w.-]+\.webhook\.office\.com)/)\S+`)
	// setTo is NAME=value, --name value, "name": "value", and name: value on a line of its own.
	setTo = lazy.Regexp(`(?i)((?:\b[\w.-]*` + secretWord + `|\bpwd)["']?\s*=\s*["']?|--[\w-]*` + secretWord + `\s+["']?|` +
		`["'][\w.-]*` + secretWord + `["']\s*:\s*["']|(?m:^)[ \t]*[\w.-]*` + secretWord + `:[ \t]+["']?)` +
		`([^\s"',;&}]+)`)
	userFlag = lazy.Regexp(`((?:^|\s)(?:-u|--user)[ =]["']?[^\s:"'/]+:)[^\s"']+`)
	// harmless is what no secret is: a switch, a small number, a reference, what is masked already.
	harmless = lazy.Regexp(`(?i)^(?:true|false|yes|no|on|off|none|null|nil|\d{1,6}|\$\{?\w+\}?|%\w+%|<.*|\{\{.*|\*+|•.*|-.*)$`)
)

func maskSet(text string) string {
	m := setTo().FindStringSubmatch(text)
	if m == nil || harmless().MatchString(m[2]) {
		return text
	}
	return m[1] + Masked
}

var (
	strongWords = wordSet("APIKEY", "CREDENTIAL", "CREDENTIALS", "CREDS", "PASSPHRASE", "PASSWD", "PASSWORD", "PASSWORDS",
		"PRIVATEKEY", "PSW", "PW", "PWD", "SECRET", "SECRETKEY", "SECRETS", "SSHPASS", "TOKEN")
	// strongEnds end a word that is written as one: PGPASSWORD, AUTHTOKEN.
	strongEnds = []string{"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "ACCESSKEY", "SECRETKEY", "PRIVATEKEY",
		"ENCRYPTIONKEY", "SIGNINGKEY"}
	// weakWords name something else often enough that the value must not be a number or a path.
	weakWords = wordSet("KEY", "PASS", "AUTH", "TOKENS")
	// openKeys stand before KEY where the key opens nothing.
	openKeys = wordSet("CACHE", "FOREIGN", "HOST", "ISSUE", "JIRA", "PARTITION", "PRIMARY", "PROJECT", "PUBLIC", "SORT",
		"SPACE", "TICKET")
	// aboutWords end the name of something that is about a secret without being one.
	aboutWords = wordSet("ARN", "COUNT", "DIR", "ENABLED", "ENDPOINT", "EXPIRES", "EXPIRY", "FILE", "FORMAT", "HEADER",
		"HOST", "ID", "IDS", "ISSUER", "LENGTH", "LIFETIME", "LIMIT", "MAX", "METHOD", "MIN", "MODE", "NAME", "PATH", "POLICY",
		"PROVIDER", "REQUIRED", "ROTATION", "SIZE", "SOCK", "STORE", "TIMEOUT", "TTL", "TYPE", "URI", "URL", "USER", "USERNAME",
		"USR", "VERSION")
)

func wordSet(words ...string) map[string]bool {
	set := make(map[string]bool, len(words))
	for _, w := range words {
		set[w] = true
	}
	return set
}

// nameIsSecret reports whether the name says that the value is a secret. Words count whole: KEY does, KEYBOARD does not.
func nameIsSecret(name, value string) bool {
	if value == "" || name == "PWD" || name == "OLDPWD" {
		return false
	}
	if len(value) <= len("false") {
		switch strings.ToLower(value) {
		case "true", "false", "yes", "no", "on", "off", "none", "null":
			return false
		}
	}
	var few [8]string
	words := nameWords(few[:0], name)
	if len(words) == 0 || aboutWords[words[len(words)-1]] {
		return false
	}
	for i, w := range words {
		w = strings.TrimRight(w, "0123456789")
		switch {
		case strongWords[w] || slices.ContainsFunc(strongEnds, func(end string) bool { return strings.HasSuffix(w, end) }):
			return true
		case !weakWords[w] || plain(value):
		case w == "KEY" && i > 0 && openKeys[words[i-1]]:
		default:
			return true
		}
	}
	return false
}

// nameWords splits a name into upper-case words, which it appends: API_KEY, apiKey and api.key are API and KEY.
func nameWords(words []string, name string) []string {
	start := -1 // of the word that has begun
	flush := func(end int) {
		if start >= 0 {
			words = append(words, strings.ToUpper(name[start:end]))
			start = -1
		}
	}
	wasLower := false
	for i, r := range name {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			flush(i)
			wasLower = false
			continue
		}
		if wasLower && unicode.IsUpper(r) {
			flush(i)
		}
		if start < 0 {
			start = i
		}
		wasLower = unicode.IsLower(r)
	}
	flush(len(name))
	return words
}

// plain reports whether a value is a number or a path, which no key is.
func plain(value string) bool {
	return strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./") || strings.HasPrefix(value, "~/") ||
		strings.Trim(value, "0123456789.") == "" || len(value) > 2 && value[1] == ':' && value[2] == '\\'
}

// tokenShape is the shapes by which well-known services mark their tokens.
var tokenShape = lazy.Regexp(`(?:^|[^A-Za-z0-9])(?:` + strings.Join([]string{
	`gh[pousr]_[A-Za-z0-9]{20,}`,                            // GitHub
	`github_pat_[A-Za-z0-9_]{20,}`,                          // GitHub, fine-grained
	`gl(?:pat|dt|rt|cbt|ptt|ft|soat)-[A-Za-z0-9_.-]{16,}`,   // GitLab
	`xox[abeoprs]-[A-Za-z0-9-]{10,}`,                        // Slack
	`xapp-[0-9]-[A-Za-z0-9-]{10,}`,                          // Slack app
	`(?:AKIA|ASIA)[0-9A-Z]{16}(?:[^A-Za-z0-9]|$)`,           // AWS access key id
	`eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.`,          // JSON web token
	`-----BEGIN [A-Z0-9 ]*PRIVATE KEY`,                      // PEM
	`sk-[A-Za-z0-9_-]{20,}`,                                 // OpenAI, Anthropic
	`[rs]k_(?:live|test)_[A-Za-z0-9]{16,}`,                  // Stripe
	`npm_[A-Za-z0-9]{36}`,                                   // npm
	`pypi-[A-Za-z0-9_-]{32,}`,                               // PyPI
	`dckr_pat_[A-Za-z0-9_-]{20,}`,                           // Docker
	`hv[sb]\.[A-Za-z0-9_-]{20,}`,                            // Vault
	`AIza[A-Za-z0-9_-]{35}`,                                 // Google
	`ya29\.[A-Za-z0-9_-]{20,}`,                              // Google OAuth
	`SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}`,            // SendGrid
	`dop_v1_[0-9a-f]{40,}`,                                  // DigitalOcean
	`sq[pau]_[0-9a-f]{40}`,                                  // SonarQube
	`AccountKey=[A-Za-z0-9+/=]{40,}`,                        // Azure storage
	`(?:[Bb]earer|BEARER)\s+[A-Za-z0-9._~+/=-]{16,}`,        // an Authorization header
	`(?:[Bb]asic|BASIC)\s+[A-Za-z0-9+/]{12,}={0,2}(?:\s|$)`, // the same
	`11[0-9a-f]{32}(?:[^0-9A-Za-z]|$)`,                      // Jenkins API token
	`AT[AC]TT[A-Za-z0-9_=-]{20,}`,                           // Atlassian
	`shp(?:at|ca|pa|ss)_[0-9a-f]{32}`,                       // Shopify
	`hf_[A-Za-z]{30,}`,                                      // Hugging Face
	`glsa_[A-Za-z0-9]{32}_[0-9a-f]{8}`,                      // Grafana
	`dapi[0-9a-f]{32}`,                                      // Databricks
	`rubygems_[0-9a-f]{48}`,                                 // RubyGems
	`AGE-SECRET-KEY-1[0-9A-Z]{6,}`,                          // age
	`LS0tLS1CRUdJTi[A-Za-z0-9+/]*(?:UFJJVkFURSBLRVk|BSSVZBVEUgS0VZ|QUklWQVRFIEtFW)`, // PEM in base64
}, "|") + `)`)

// tokenHints are in every value that tokenShape can match, Jenkins' own tokens apart. Looking for them first is ten times as
// fast.
var tokenHints = []string{
	"gh", "gl", "xox", "xapp-", "AKIA", "ASIA", "eyJ", "-----BEGIN", "sk-", "k_live_", "k_test_", "npm_", "pypi-", "dckr_pat_",
	"hvs.", "hvb.", "AIza", "ya29.", "SG.", "dop_v1_", "sqp_", "sqa_", "squ_", "AccountKey", "earer", "EARER", "asic", "ASIC",
	"ATATT", "ATCTT", "shp", "hf_", "dapi", "rubygems_", "AGE-SECRET", "LS0tLS1CRUdJTi",
}

const (
	shortestToken = len("xoxb-0123456789")
	jenkinsToken  = len("11") + 32
)

func hasToken(value string) bool {
	if len(value) < shortestToken {
		return false
	}
	hinted := slices.ContainsFunc(tokenHints, func(hint string) bool { return strings.Contains(value, hint) }) ||
		len(value) >= jenkinsToken && strings.Contains(value, "11")
	return hinted && tokenShape().MatchString(MaskCredentials(value))
}

// random reports whether a value is one long word that no person wrote: letters of both cases and digits, the lower-case
// ones rarely three in a row. Hashes and UUIDs (hexadecimal), versions, paths, URLs, sentences and CamelCase are not.
func random(value string) bool {
	if len(value) < 32 || len(value) > 512 {
		return false
	}
	var lower, upper, digit, runs int // runs of lower-case letters
	inLower := false
	var count [256]int
	for i := range len(value) {
		c := value[i]
		count[c]++
		wasLower := inLower
		inLower = false
		switch {
		case 'a' <= c && c <= 'z':
			inLower = true
			lower++
			if !wasLower {
				runs++
			}
		case 'A' <= c && c <= 'Z':
			upper++
		case '0' <= c && c <= '9':
			digit++
		case strings.IndexByte("+/=_-", c) < 0:
			return false
		}
	}
	if lower < 4 || upper < 4 || digit < 1 || lower*10 > runs*26 {
		return false
	}
	bits := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits >= 4.2
}
