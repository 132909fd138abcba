package jenkinstest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// shapeDiff says where two JSON values differ in shape: keys, types and _class. Lists are compared as sets of the shapes
// of their elements: what the one has, the other must have. With less, got may lack keys: the controller knows only
// the properties for which somebody asks.
func shapeDiff(want, got []byte, less bool) []string {
	var w, g any
	if err := json.Unmarshal(want, &w); err != nil {
		return []string{"the recording is no JSON: " + err.Error()}
	}
	if err := json.Unmarshal(got, &g); err != nil {
		return []string{"the answer is no JSON: " + err.Error()}
	}
	return comparison{less}.diff("", w, g)
}

// unplayed are properties that were recorded, but that the controller does not know: nobody asks for them.
var unplayed = []string{"monitorData", "fingerprint", "tiedJobs", "buildsByBranchName"}

type comparison struct{ less bool }

func (c comparison) diff(at string, want, got any) []string {
	if kindOf(want) != kindOf(got) {
		return []string{fmt.Sprintf("%s: want %s, got %s", at, kindOf(want), kindOf(got))}
	}
	switch w := want.(type) {
	case map[string]any:
		return c.objects(at, w, got.(map[string]any))
	case []any:
		g := got.([]any)
		return append(c.lacking(at, "lacks", w, g), c.lacking(at, "has", g, w)...)
	}
	return nil
}

func (c comparison) objects(at string, w, g map[string]any) []string {
	if w["_class"] != g["_class"] {
		return []string{fmt.Sprintf("%s: want a %v, got a %v", at, w["_class"], g["_class"])}
	}
	var all []string
	for _, key := range slices.Sorted(maps.Keys(w)) {
		if _, ok := g[key]; !ok && (c.less || slices.Contains(unplayed, key)) {
			continue
		} else if !ok {
			all = append(all, at+"."+key+": lacking")
		} else {
			all = append(all, c.diff(at+"."+key, w[key], g[key])...)
		}
	}
	for _, key := range slices.Sorted(maps.Keys(g)) {
		if _, ok := w[key]; !ok && (key != "causes" || w["_class"] != "jenkins.model.InterruptedBuildAction") { // only told where it is named
			all = append(all, at+"."+key+": not in the recording")
		}
	}
	return all
}

// lacking finds elements of a that look like none of b's.
func (c comparison) lacking(at, verb string, a, b []any) []string {
	var all []string
	for _, x := range a {
		best := []string{"nothing like it"}
		tried := false
		for _, y := range b {
			if name(x) != name(y) && classOf(x) != classOf(y) {
				continue
			}
			want, got := x, y
			if verb == "has" {
				want, got = y, x
			}
			d := c.diff(at+"[]", want, got)
			if len(d) == 0 {
				best = nil
				break
			}
			if !tried || len(d) < len(best) {
				best, tried = d, true
			}
		}
		for _, d := range best {
			if d = fmt.Sprintf("%s an element %s: %s", verb, name(x), d); !slices.Contains(all, at+": "+d) {
				all = append(all, at+": "+d)
			}
		}
	}
	return all
}

func classOf(v any) any {
	m, _ := v.(map[string]any)
	return m["_class"]
}

func name(v any) string {
	m, _ := v.(map[string]any)
	for _, key := range []string{"_class", "name", "id"} {
		if s, ok := m[key].(string); ok {
			return s
		}
	}
	return kindOf(v)
}

func kindOf(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case bool:
		return "a boolean"
	case float64:
		return "a number"
	case string:
		return "a string"
	case []any:
		return "a list"
	}
	return "an object"
}
