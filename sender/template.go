package sender

import (
	"encoding/json"
	"fmt"
	"mime"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"unicode/utf8"
)

// templateFuncs returns what a template may call besides text/template's own.
//
//	raw   the value as it is, without the escaping that the content type asks for
//	json  the value as a JSON string with its quotes
//	query the value escaped for a query
//	get   a variable that may be missing: {{get "CHANGE_ID"}} is then empty
//	has   whether there is such a variable
func templateFuncs(p Payload) template.FuncMap {
	return template.FuncMap{
		"raw":      func(v any) string { return fmt.Sprint(v) },
		"json":     func(v any) string { return `"` + string(appendJSON(nil, valid(fmt.Sprint(v)))) + `"` },
		"query":    func(v any) string { return string(appendQuery(nil, fmt.Sprint(v))) },
		"_json":    func(v any) string { return string(appendJSON(nil, valid(fmt.Sprint(v)))) },
		"get":      func(name string) string { v, _ := p.Get(name); return v },
		"has":      func(name string) bool { _, ok := p.Get(name); return ok },
		"lower":    strings.ToLower,
		"upper":    strings.ToUpper,
		"truncate": truncate,
	}
}

func truncate(n int, s string) string {
	if r := []rune(s); n >= 0 && len(r) > n {
		return string(r[:n])
	}
	return s
}

// parseTemplate reads a template and puts the escaping that the content type asks for behind every action.
func parseTemplate(text, contentType string) (*template.Template, error) {
	t, err := template.New("payload").Option("missingkey=error").Funcs(templateFuncs(nil)).Parse(text)
	if err != nil {
		return nil, fmt.Errorf("the template cannot be read: %w", err)
	}
	if escaper := escaperFor(contentType); escaper != "" {
		for _, sub := range t.Templates() {
			if sub.Tree != nil {
				escapeList(sub.Root, escaper)
			}
		}
	}
	return t, nil
}

func isJSON(contentType string) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

func escaperFor(contentType string) string {
	kind, _, _ := mime.ParseMediaType(contentType)
	switch {
	case isJSON(contentType):
		return "_json"
	case kind == "application/x-www-form-urlencoded":
		return "query"
	}
	return ""
}

// escapeList ends every pipeline that prints with the escaper, as html/template does, unless the pipeline says itself
// what it wants.
func escapeList(list *parse.ListNode, escaper string) {
	if list == nil {
		return
	}
	branch := func(b *parse.BranchNode) {
		escapeList(b.List, escaper)
		escapeList(b.ElseList, escaper)
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.ActionNode:
			escapePipe(n.Pipe, escaper)
		case *parse.IfNode:
			branch(&n.BranchNode)
		case *parse.RangeNode:
			branch(&n.BranchNode)
		case *parse.WithNode:
			branch(&n.BranchNode)
		}
	}
}

func escapePipe(pipe *parse.PipeNode, escaper string) {
	if len(pipe.Decl) > 0 || len(pipe.Cmds) == 0 {
		return
	}
	if id, ok := pipe.Cmds[len(pipe.Cmds)-1].Args[0].(*parse.IdentifierNode); ok {
		switch id.Ident {
		case "raw", "json", "query", "_json":
			return
		}
	}
	pipe.Cmds = append(pipe.Cmds, &parse.CommandNode{
		NodeType: parse.NodeCommand, Pos: pipe.Pos,
		Args: []parse.Node{parse.NewIdentifier(escaper).SetPos(pipe.Pos)},
	})
}

// templateData returns the plugin's map, and what a person would look for under a shorter name.
func (n Notification) templateData(p Payload) map[string]string {
	data := map[string]string{
		"body": "", "status": n.Status, "job": n.Job, "controller": n.Controller, "endpoint": n.Endpoint, "number": "",
	}
	if n.Number > 0 {
		data["number"] = strconv.Itoa(n.Number)
	}
	for _, e := range p {
		data[e.Key] = e.Value
	}
	if body, ok := p.Get("body"); ok {
		data["body"] = body
	}
	return data
}

// render makes a template's output for p, no longer than limit bytes.
func (n Notification) render(text, contentType string, p Payload, limit int64) ([]byte, error) {
	t, err := parseTemplate(text, contentType)
	if err != nil {
		return nil, &Error{Kind: BadPayload, What: err.Error(), Fix: "mend the template"}
	}
	out := capped{limit: limit}
	if err := t.Funcs(templateFuncs(p)).Execute(&out, n.templateData(p)); err != nil {
		if out.over {
			return nil, tooLarge(limit)
		}
		return nil, &Error{Kind: BadPayload, What: "the template gives no output", Err: err,
			Fix: `a variable that may be missing is written {{get "NAME"}}`}
	}
	if !utf8.Valid(out.b) {
		return nil, &Error{Kind: BadPayload, What: "the template's output is not UTF-8", Fix: "cut texts with truncate, which keeps characters whole"}
	}
	if isJSON(contentType) && !json.Valid(out.b) {
		return nil, &Error{Kind: BadPayload, What: "the template's output is not JSON",
			Fix: `values stand in quotes there: {"text": "{{.body}}"}, or use {{json .body}} without them`}
	}
	return out.b, nil
}

// ExpandText fills a message's {{.JOB_NAME}} and the like with n's variables, without any escaping.
func ExpandText(text string, n Notification) (string, error) {
	out, err := n.render(text, "text/plain", n.Payload(), DefaultMaxBody)
	return string(out), err
}

func tooLarge(limit int64) error {
	return &Error{Kind: BadPayload, What: fmt.Sprintf("the payload is larger than %d bytes", limit),
		Fix: "shorten the body, or raise the endpoint's max_body"}
}

// capped fails when more than limit bytes are written to it.
type capped struct {
	b     []byte
	limit int64
	over  bool
}

func (c *capped) Write(p []byte) (int, error) {
	if int64(len(c.b)+len(p)) > c.limit {
		c.over = true
		return 0, fmt.Errorf("more than %d bytes", c.limit)
	}
	c.b = append(c.b, p...)
	return len(p), nil
}
