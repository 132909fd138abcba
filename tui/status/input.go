package status

import (
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// inputLines say what a paused run asks for. key answers; it is empty where none does.
func inputLines(inputs []jenkins.Input, key string, w int, st *kit.Styles) []string {
	var out []string
	how := ""
	if key != "" {
		how = st.Key.Render(key) + st.Dim.Render(" answers: ")
	}
	if len(inputs) == 0 {
		out = append(out, st.Waiting.Render(" "+st.Glyphs.Paused+" waits for a person's input"))
		if how != "" {
			out = append(out, "   "+how+st.Dim.Render("asks Jenkins what for"))
		}
	}
	for _, in := range inputs {
		for i, l := range kit.Wrap(kit.Clean(in.Message), w-4, "") {
			head := "   "
			if i == 0 {
				head = " " + st.Glyphs.Paused + " "
			}
			out = append(out, st.Waiting.Render(head+l))
		}
		for _, d := range in.Parameters {
			out = append(out, "   "+definition(d))
		}
		ok := kit.Clean(in.OK)
		if ok == "" {
			ok = "Proceed"
		}
		line := "   " + how + "[" + ok + "] or [Abort]"
		of := ""
		if in.Submitter != "" {
			of = st.Dim.Render("  asked of " + kit.Clean(jenkins.SubmitterNames(in.Submitter)))
		}
		if of != "" && kit.Width(line+of) > w-1 {
			out, line, of = append(out, line), " "+of, ""
		}
		out = append(out, line+of)
	}
	return out
}

// definition is a parameter that an input asks for, on one line.
func definition(d jenkins.ParameterDefinition) string {
	s := kit.Clean(d.Name)
	switch {
	case d.Secret:
		s += " (a secret)"
	case len(d.Choices) > 0:
		s += ": " + kit.Clean(strings.Join(d.Choices, " | "))
	case d.Default != "":
		s += " = " + kit.Clean(d.Default)
	}
	if d.Description != "" {
		s += "  " + kit.Clean(d.Description)
	}
	return s
}
