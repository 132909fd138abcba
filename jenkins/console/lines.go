package console

import (
	"bufio"
	"context"
	"errors"
	"html"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// Line is a line of a pipeline's console with where it comes from.
type Line struct {
	Text string   // without colours and the time in front
	Node string   // the flow node that printed it; empty for what is no node's
	Step string   // the step's function, such as sh
	In   []string // the flow nodes around Node, from the inside out
	// Stage is the names of the stages and branches around, from the outside in.
	Stage    []string
	Pipeline bool      // a line "[Pipeline] ..." that Jenkins wrote as the node began
	Time     time.Time // zero unless the console has times
}

// Lines yields the lines of a pipeline's console with one request. The console as HTML names the node that printed each
// piece and the block that each node is in, whatever plugins there are, so that parallel branches can be distinguished. Of a build
// that runs it returns what was printed so far, the first ten thousand lines at most.
func (c *Client) Lines(ctx context.Context, ref jenkins.Ref) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		q := jenkins.Question{Op: "read the console of " + clean.Line(jenkins.BuildSpec{Job: ref.Job, Number: ref.Number}.String()),
			Path: c.BuildPath(ref) + "logText/progressiveHtml", Query: "start=0", Text: true, Page: true}
		resp, err := c.Open(ctx, q)
		if err != nil {
			yield(Line{}, err)
			return
		}
		defer resp.Body.Close()
		p := pageReader{nodes: map[string]*pageNode{}}
		in := bufio.NewReaderSize(resp.Body, readSize)
		for {
			piece, err := in.ReadSlice('>') // a tag ends with it, and text does not hold it unescaped
			for line := range p.add(string(piece)) {
				if !yield(line, nil) {
					return
				}
			}
			switch {
			case err == nil, errors.Is(err, bufio.ErrBufferFull):
			case errors.Is(err, io.EOF):
				if line, ok := p.rest(); ok {
					yield(line, nil)
				}
				return
			default:
				yield(Line{}, err)
				return
			}
		}
	}
}

// pageNode is a node of the flow graph, as the console names it.
type pageNode struct {
	step, label, around string

	in, stage []string // what is around it, once it has been looked for
}

// pageReader reads a console as HTML.
type pageReader struct {
	nodes map[string]*pageNode
	open  []pageSpan // elements that are open
	tag   string     // one that is not complete
	text  strings.Builder
	at    pageSpan // of the line's first text
}

// pageSpan is a span element: the node whose text is in it.
type pageSpan struct {
	node     string
	began    bool // the line with which the node begins
	timeOnly bool // a clock time beside the line's own
}

const (
	longestText = 1 << 20 // of a line that is kept
	longestTag  = 4 << 10
)

// add reads the next piece of a page and yields the lines that end in it.
func (p *pageReader) add(piece string) iter.Seq[Line] {
	return func(yield func(Line) bool) {
		for piece != "" {
			if p.tag != "" {
				inside, after, ends := strings.Cut(piece, ">")
				if len(p.tag) < longestTag {
					p.tag += inside
				}
				if !ends {
					return
				}
				p.element(p.tag)
				p.tag, piece = "", after
				continue
			}
			text, after, isTag := strings.Cut(piece, "<")
			for line := range strings.SplitAfterSeq(text, "\n") {
				if line == "" {
					continue
				}
				p.put(strings.TrimRight(line, "\n"))
				if strings.HasSuffix(line, "\n") {
					whole := p.line()
					if !yield(whole) {
						return
					}
				}
			}
			piece = after
			if isTag {
				p.tag = "<"
			}
		}
	}
}

func (p *pageReader) rest() (Line, bool) {
	if p.text.Len() == 0 {
		return Line{}, false
	}
	return p.line(), true
}

// put adds text to the line.
func (p *pageReader) put(text string) {
	var now pageSpan
	if n := len(p.open); n > 0 {
		now = p.open[n-1]
	}
	if now.timeOnly {
		return
	}
	if p.text.Len() == 0 {
		p.at = now
	}
	if p.text.Len() < longestText {
		p.text.WriteString(text)
	}
}

// line returns the line that is complete.
func (p *pageReader) line() Line {
	raw := html.UnescapeString(p.text.String())
	p.text.Reset()
	at := p.at
	p.at = pageSpan{}
	if at.node == "" && len(p.open) > 0 {
		at = p.open[len(p.open)-1]
	}
	text := ansi.Strip(string(clean.Log([]byte(raw))))
	l := Line{Node: at.node, Pipeline: at.began}
	l.Time, l.Text = CutTime(text)
	l.Pipeline = l.Pipeline || strings.HasPrefix(l.Text, "[Pipeline] ")
	if n := p.nodes[at.node]; n != nil {
		if at.began && n.step == "" {
			n.step = clean.Line(strings.TrimPrefix(l.Text, "[Pipeline] "))
		}
		l.Step = n.step
	}
	l.In, l.Stage = p.around(at.node)
	return l
}

// around returns the nodes around one, from the inside out, a hundred at most, and the names of those that are stages or branches.
func (p *pageReader) around(node string) (in, stage []string) {
	known := p.nodes[node]
	if known == nil {
		return nil, nil
	}
	if known.in != nil || known.around == "" && known.label == "" {
		return known.in, known.stage
	}
	for id := node; len(in) < 100; {
		n := p.nodes[id]
		if n == nil {
			break
		}
		if n.label != "" {
			stage = append(stage, n.label)
		}
		if id = n.around; id == "" {
			break
		}
		in = append(in, id)
	}
	slices.Reverse(stage)
	known.in, known.stage = in, slices.Compact(stage)
	return known.in, known.stage
}

// element reads a tag without its end: "<span class=...".
func (p *pageReader) element(tag string) {
	name, _, _ := strings.Cut(strings.TrimPrefix(tag, "<"), " ")
	switch name {
	case "/span":
		if n := len(p.open); n > 0 {
			p.open = p.open[:n-1]
		}
		return
	case "span":
	default:
		return
	}
	var s pageSpan
	if n := len(p.open); n > 0 {
		s = p.open[n-1]
	}
	class := attribute(tag, "class")
	switch id, ok := strings.CutPrefix(class, "pipeline-node-"); {
	case ok:
		s = pageSpan{node: id}
		if p.nodes[id] == nil {
			p.nodes[id] = &pageNode{}
		}
	case class == "pipeline-new-node":
		s = pageSpan{node: attribute(tag, "nodeId"), began: true}
		p.nodes[s.node] = &pageNode{around: attribute(tag, "enclosingId"), label: clean.Line(strings.TrimPrefix(attribute(tag, "label"), "Branch: "))}
	case class == "timestamp":
		s.timeOnly = true
	}
	if len(p.open) < 100 {
		p.open = append(p.open, s)
	}
}

// attribute is the value of a tag's attribute, unescaped.
func attribute(tag, name string) string {
	_, after, ok := strings.Cut(tag, " "+name+"=\"")
	if !ok {
		return ""
	}
	value, _, _ := strings.Cut(after, "\"")
	return html.UnescapeString(value)
}

// CutTime cuts the time from the beginning of a line that timestamps {} puts there; it is zero where there is none.
func CutTime(line string) (time.Time, string) {
	if stamp, text, ok := strings.Cut(strings.TrimPrefix(line, "["), "] "); ok && strings.HasPrefix(line, "[2") {
		if at, err := time.Parse("2006-01-02T15:04:05.000Z", stamp); err == nil {
			return at, text
		}
	}
	return time.Time{}, line
}
