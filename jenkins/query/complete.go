package query

import (
	"slices"
	"strings"
)

// Vocabulary is what the values of a query can be, as far as it is known. Jobs are full names as shown.
type Vocabulary struct {
	Jobs, Nodes, Stages, Users, Controllers []string
}

// Complete returns how the last word of a text can go on: whole texts, the best first, at most twenty. A text that ends
// with a space, or a word of plain text, has none.
func Complete(text string, v *Vocabulary) []string {
	words := split(text)
	if len(words) == 0 || words[len(words)-1].to < len(text) {
		return nil
	}
	last := words[len(words)-1]
	head, raw := text[:last.from], last.raw
	for strings.HasPrefix(raw, "!") {
		head, raw = head+"!", raw[1:]
	}
	var out []string
	if user, ok := strings.CutPrefix(raw, "@"); ok {
		for _, u := range beginning(user, append([]string{"me"}, v.Users...)) {
			out = append(out, head+"@"+Quote(u))
		}
		return limited(out)
	}
	name, value, ok := strings.Cut(raw, ":")
	if !ok {
		for _, k := range Keys {
			if len(name) >= 2 && strings.HasPrefix(string(k.Key), strings.ToLower(name)) {
				out = append(out, head+string(k.Key)+":")
			}
		}
		return out
	}
	head += name + ":"
	if at := strings.LastIndexByte(value, ','); at >= 0 {
		head, value = head+value[:at+1], value[at+1:]
	}
	for _, x := range beginning(strings.Trim(value, `"`), v.of(Key(strings.ToLower(name)))) {
		out = append(out, head+Quote(x))
	}
	return limited(out)
}

// of is the values that a key can have.
func (v *Vocabulary) of(k Key) []string {
	switch k {
	case By:
		return append([]string{"me"}, v.Users...)
	case Status:
		return statusNames()
	case Is:
		return States
	case Node:
		return v.Nodes
	case Stage:
		return v.Stages
	case Controller:
		return v.Controllers
	case Older, Newer, Longer:
		return []string{"10m", "1h", "2h", "1d", "7d"}
	case Job:
		return withFolders(v.Jobs)
	}
	return nil
}

// withFolders is each folder of the jobs as a pattern, then the jobs.
func withFolders(jobs []string) []string {
	var folders []string
	seen := map[string]bool{}
	for _, j := range jobs {
		for at := strings.IndexByte(j, '/'); at >= 0; {
			if f := j[:at] + "/*"; !seen[f] {
				seen[f] = true
				folders = append(folders, f)
			}
			next := strings.IndexByte(j[at+1:], '/')
			if next < 0 {
				break
			}
			at += 1 + next
		}
	}
	slices.Sort(folders)
	return append(folders, jobs...)
}

// beginning is the values that begin with a text, in any case, and are longer.
func beginning(text string, values []string) []string {
	text = strings.ToLower(text)
	var out []string
	for _, v := range values {
		if low := strings.ToLower(v); low != text && strings.HasPrefix(low, text) && !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func limited(out []string) []string { return out[:min(len(out), 20)] }
