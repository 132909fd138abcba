package jenkins

import (
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// MatchJob reports whether one of the patterns covers a job; no patterns cover every job. In a pattern * stands for any
// text, slashes too, and ? for one character; a pattern that names a folder covers what is below it. Both the name as
// Jenkins has it and the name as a screen shows it are compared.
func MatchJob(patterns []string, job string) bool {
	if len(patterns) == 0 {
		return true
	}
	shown, job := DisplayName(job), Argument(job)
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = Argument(strings.Trim(p, "/"))
		return Glob(p, shown) || Glob(p, job) || Glob(p+"/*", shown) || Glob(p+"/*", job)
	})
}

// Glob reports whether pattern matches all of s: * stands for any text, slashes too, and ? for one character.
func Glob(pattern, s string) bool {
	p, t := []rune(pattern), []rune(s)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// Mine reports whether one of these names started the run, directly or upstream: Jenkins repeats the causes of the
// upstream builds beneath those of the run itself. Where a cause has no user id ("Started by GitHub push by alice") a
// name counts when it stands in the text as a word of its own.
func (r *Run) Mine(names []string) bool {
	return slices.ContainsFunc(r.Causes, func(c Cause) bool {
		return slices.ContainsFunc(names, func(name string) bool {
			return name != "" && (strings.EqualFold(c.UserID, name) || c.UserID == "" && containsWord(c.Text, name))
		})
	})
}

// containsWord reports whether word stands in text as a word of its own, without regard to case.
func containsWord(text, word string) bool {
	text, word = strings.ToLower(text), strings.ToLower(word)
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		from, to := at+i, at+i+len(word)
		if (from == 0 || !wordByte(text[from-1])) && (to == len(text) || !wordByte(text[to])) {
			return true
		}
		at = from + 1
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 0x80
}

// SameReason reports whether two reasons of a queue item are one, apart from the time that is left: "In the quiet period. Expires
// in 3.2 sec".
func SameReason(a, b string) bool { return a == b || withoutNumbers(a) == withoutNumbers(b) }

func withoutNumbers(why string) string {
	return strings.Join(strings.Fields(amount().ReplaceAllString(why, "$1")), " ")
}

// amount is a number that is a word of its own, or a part of a duration as Jenkins writes it (hudson.Util.getTimeSpanString):
// "4 min 59 sec". A build "#3" or a node "agent-7" is another one when its number is another.
var amount = lazy.Regexp(`(^|[\s(])\d[\d.,]*( (ms|sec|min|hr|days?|mo|yr)\b)?`)
