package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/sender"
)

// writtenConfig is what init adds to a config. Only what was asked for is in it.
type writtenConfig struct {
	Controllers []writtenController `toml:"controllers,omitempty"`
	Endpoints   []writtenEndpoint   `toml:"endpoints,omitempty"`
}

type writtenController struct {
	Name   string `toml:"name"`
	URL    string `toml:"url"`
	User   string `toml:"user,omitempty"`
	Token  string `toml:"token,omitempty"`
	CAFile string `toml:"ca_file,omitempty"`
	Events *bool  `toml:"events,omitempty"`
}

type writtenEndpoint struct {
	Name    string          `toml:"name"`
	URL     string          `toml:"url"`
	Method  string          `toml:"method,omitempty"`
	Headers []writtenHeader `toml:"headers,omitempty,inline"`
}

type writtenHeader struct {
	Name  string `toml:"name"`
	Value string `toml:"value"`
}

// Write adds a controller and an endpoint to the config and leaves the rest of the file, comments too, as it is.
// An entry of the same name is not replaced without force, and then the old one is commented out.
func Write(path string, cc Controller, e *sender.Endpoint, force bool) error {
	old, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return exit.Usage("make it readable", "read the config: %w", err)
	}
	have, err := ParseConfig(old, path)
	if err != nil {
		return err
	}
	add := writtenConfig{Controllers: []writtenController{{cc.Name, cc.URL, cc.User, cc.Token.Config(), cc.CAFile, cc.Events}}}
	text := string(old)
	if !force {
		if err := Taken(have, cc, e); err != nil { // it was changed meanwhile
			return err
		}
	}
	text = commentOut(text, "controllers", cc.Name)
	if e != nil {
		w := writtenEndpoint{Name: e.Name, URL: e.URL.Config(), Method: e.Method}
		for _, h := range e.Headers {
			w.Headers = append(w.Headers, writtenHeader{h.Name, h.Value.Config()})
		}
		add.Endpoints = []writtenEndpoint{w}
		text = commentOut(text, "endpoints", e.Name)
	}
	b, err := toml.Marshal(add)
	if err != nil {
		return fmt.Errorf("write the config: %w", err)
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	if text != "" {
		text += "\n"
	}
	text += string(b)
	if _, err := ParseConfig([]byte(text), path); err != nil {
		return fmt.Errorf("the config would not be readable, so it was left alone: %w", err)
	}
	return WritePrivate(path, []byte(text))
}

// Taken refuses names that the config has already.
func Taken(have *Config, cc Controller, e *sender.Endpoint) error {
	if slices.ContainsFunc(have.Controllers, func(c Controller) bool { return c.Name == cc.Name }) {
		return exit.Usage("give it another --name, or replace it with --force", "%s has a controller %q already", have.Path, cc.Name)
	}
	if e != nil && slices.ContainsFunc(have.Endpoints, func(o sender.Endpoint) bool { return o.Name == e.Name }) {
		return exit.Usage("edit it in the file, or replace it with --force", "%s has an endpoint %q already", have.Path, e.Name)
	}
	return nil
}

// commentOut makes the entry of this name in an array of tables a comment.
func commentOut(text, table, name string) string {
	lines := strings.SplitAfter(text, "\n")
	begin := -1
	end := func(i int) {
		if begin < 0 {
			return
		}
		entry := strings.Join(lines[begin:i], "")
		var one struct {
			Controllers []struct {
				Name string `toml:"name"`
				URL  string `toml:"url"`
			} `toml:"controllers"`
			Endpoints []struct {
				Name string `toml:"name"`
				URL  string `toml:"url"`
			} `toml:"endpoints"`
		}
		if toml.Unmarshal([]byte(entry), &one) == nil {
			for _, c := range append(one.Controllers, one.Endpoints...) {
				u, err := ParseControllerURL(c.URL)
				if c.Name == name || c.Name == "" && err == nil && u.Host == name {
					for j := begin; j < i; j++ {
						lines[j] = "# " + lines[j]
					}
				}
			}
		}
		begin = -1
	}
	for i, line := range lines {
		head := strings.TrimSpace(line)
		inside := strings.HasPrefix(head, "["+table+".") || strings.HasPrefix(head, "[["+table+".")
		if strings.HasPrefix(head, "[") && !inside {
			end(i)
			if strings.HasPrefix(head, "[["+table+"]]") {
				begin = i
			}
		}
	}
	end(len(lines))
	return strings.Join(lines, "")
}

// WritePrivate replaces a file as a whole with one that only the user reads; its folder is made when it is missing.
func WritePrivate(path string, b []byte) error {
	fail := func(err error) error {
		return exit.Failure("make it writable, or name another place with --config", "write %s: %w", path, err)
	}
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // a link stays a link
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".jenkwatch-*") // 0600
	if err != nil {
		return fail(err)
	}
	_, err = f.Write(b)
	if err == nil {
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
		return fail(err)
	}
	return nil
}
