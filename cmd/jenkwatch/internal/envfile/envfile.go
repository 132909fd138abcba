// Package envfile reads the variables of a notification: a JSON object or NAME=value lines.
package envfile

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Read reads the variables of a notification: a JSON object or NAME=value lines.
func Read(ctx context.Context, path string) ([]sender.Variable, error) {
	b, err := config.ReadInput(ctx, path)
	if err != nil {
		return nil, exit.Usage("name a file that can be read", "read the env file: %w", err)
	}
	vars, err := parse(b)
	if err != nil {
		hint := "it must be a JSON object of strings, or NAME=value lines"
		if NotUTF8(b) > 0 {
			hint = "convert it first, for example with iconv -t UTF-8"
		}
		return nil, exit.Usage(hint, "%s: %w", path, err)
	}
	return vars, nil
}

func parse(b []byte) ([]sender.Variable, error) {
	if line := NotUTF8(b); line > 0 {
		return nil, fmt.Errorf("line %d is not UTF-8", line)
	}
	if text := bytes.TrimLeft(bytes.TrimPrefix(b, []byte("\ufeff")), " \t\r\n"); len(text) > 0 && text[0] == '{' {
		return parseObject(text)
	}
	lines, err := env.ParseDotenv(b)
	if err != nil {
		return nil, err
	}
	vars := make([]sender.Variable, len(lines))
	for i, v := range lines {
		vars[i] = sender.Variable{Name: v.Name, Value: v.Value}
	}
	return vars, nil
}

// NotUTF8 returns the first line that is not UTF-8, 0 if there is none.
func NotUTF8(b []byte) int {
	line := 1
	for l := range bytes.Lines(b) {
		if !utf8.Valid(l) {
			return line
		}
		line++
	}
	return 0
}

// replacement is a U+FFFD that was written as one: any other is what the decoder puts in place of a lone surrogate.
var replacement = regexp.MustCompile(`\x{FFFD}|(?i:\\ufffd)`)

// parseObject reads a flat JSON object in its order. Numbers and booleans count as the text they are written with.
func parseObject(b []byte) ([]sender.Variable, error) {
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("read the JSON object: %w", err)
	}
	var vars []sender.Variable
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("read the JSON object: %w", err)
		}
		value, err := dec.Token()
		if err != nil {
			return nil, fmt.Errorf("read the JSON object: %w", err)
		}
		switch value := value.(type) {
		case string:
			if strings.ContainsRune(value, utf8.RuneError) && !replacement.Match(b) {
				return nil, fmt.Errorf("the value of %q has half of a character (a lone surrogate)", name)
			}
			vars = append(vars, sender.Variable{Name: name.(string), Value: value})
		case json.Number, bool:
			vars = append(vars, sender.Variable{Name: name.(string), Value: fmt.Sprint(value)})
		default:
			return nil, fmt.Errorf("the value of %q is not a string", name)
		}
	}
	if _, err := dec.Token(); err != nil {
		return nil, fmt.Errorf("read the JSON object: %w", err)
	}
	if dec.More() {
		return nil, fmt.Errorf("more follows the JSON object")
	}
	return vars, nil
}
