package config

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/adrg/xdg"
	"github.com/pelletier/go-toml/v2"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/query"
	"github.com/jenkwatch/jenkwatch/sender"
)

// Config is the config file. The tables of docs/config.md and the JSON schema are generated from the tags: doc and default,
// and enum where only these values are allowed.
type Config struct {
	// Me are more names of mine, beside each controller's user: matched against causes and change authors.
	Me          []string          `toml:"me" doc:"more names that mean me, beside the user of each controller"`
	Controllers []Controller      `toml:"controllers" doc:"the Jenkins controllers to watch"`
	Endpoints   []sender.Endpoint `toml:"endpoints" doc:"where notifications go"`
	UI          uiConfig          `toml:"ui" doc:"how the screen looks and what its keys do"`
	Commands    []Command         `toml:"commands" doc:"shell commands of your own, each on a key"`
	Secrets     secretsConfig     `toml:"secrets" doc:"what else is a secret"`
	Retention   retentionConfig   `toml:"retention" doc:"how much is kept on disk"`
	Notify      Notify            `toml:"notify" doc:"how the screen tells that something happened to a run you follow"`
	Rules       []Rule            `toml:"rules" doc:"what is done when something happens to builds"`

	Path           string           // where it was read from, or would be written to
	SecretPatterns []*regexp.Regexp // the patterns of Secrets
}

// Controller is one Jenkins controller.
type Controller struct {
	Name         string           `toml:"name" doc:"what --controller and JSON output call it; by default the host"`
	URL          string           `toml:"url" doc:"its address as you reach it, with its path prefix"`
	User         string           `toml:"user" doc:"user ID; by default requests are anonymous"`
	Token        sender.Reference `toml:"token" doc:"the API token of the user; must be a reference"`
	CAFile       string           `toml:"ca_file" doc:"PEM file of a private CA, trusted in addition to the system's"`
	ClientCert   string           `toml:"client_cert" doc:"PEM file of your client certificate"`
	ClientKey    string           `toml:"client_key" doc:"PEM file of its key"`
	Proxy        sender.Reference `toml:"proxy" doc:"URL of a proxy; one with a password must be a reference; by default HTTPS_PROXY, HTTP_PROXY and NO_PROXY apply"`
	Mark         string           `toml:"mark" doc:"a word shown prominently in the header, such as production"`
	Interval     sender.Duration  `toml:"interval" doc:"time between two refreshes while builds run; it grows when nothing runs, and when Jenkins is slow or fails" default:"2s"`
	MaxPerMinute int              `toml:"max_requests_per_minute" doc:"upper limit for the requests that the list needs" default:"60"`
	AllowScripts bool             `toml:"allow_script_console" doc:"let env ask a running or finished build through /scriptText" default:"false"`
	Protected    bool             `toml:"protected" doc:"changing anything on this controller requires typing its name: on the screen, or with --yes NAME" default:"false"`
	Events       *bool            `toml:"events" doc:"use the events of the sse-gateway plugin; by default sync and runs --watch find out whether it is there, and the screen does without"` // nil: where the controller has them, if it is worth finding out

	PlainToken string // from JENKINS_API_TOKEN or --token-file; never written anywhere
	Implied    bool   // only the URL of a build says that it is there
}

// uiConfig is how the terminal UI looks and what its keys do.
type uiConfig struct {
	ASCII   bool                `toml:"ascii" doc:"draw with ASCII only; also the case where TERM or the locale says so" default:"false"`
	NoMouse bool                `toml:"no_mouse" doc:"start with the mouse off, so that the terminal selects text" default:"false"`
	Pinned  []string            `toml:"pinned" doc:"variables at the top of the env pane; the first three are also columns of the run list"`
	Columns []string            `toml:"columns" doc:"columns of the run list beside name, number and progress, in the order in which they get room; by default all" enum:"stage,node,cause,status"`
	Keys    map[string][]string `toml:"keys" doc:"keys of your own, instead of the defaults, and of what has them by default; docs/keys.md lists the names"`
	Filters []Filter            `toml:"filters" doc:"saved lists: tabs after All, Mine and Failing"`

	Theme      string            `toml:"theme" doc:"colors of the screen; color-blind never puts red beside green, plain has no colors" enum:"auto,dark,light,color-blind,plain" default:"auto"`
	Background string            `toml:"background" doc:"the terminal's background, in case it does not say or is wrong" enum:"auto,dark,light" default:"auto"`
	Colors     map[string]string `toml:"colors" doc:"colors of your own by role, instead of those of the theme"`
}

// Command is a shell command that a key runs on the selected run.
type Command struct {
	Key      string `toml:"key" doc:"a key; it wins over the defaults, but not where text is written"`
	Name     string `toml:"name" doc:"what the help and the palette call it"`
	Command  string `toml:"command" doc:"the line for /bin/sh -c, or cmd /C on Windows"`
	Terminal bool   `toml:"terminal" doc:"give it the terminal until it ends, instead of showing its output afterwards" default:"false"`
}

// Filter is a saved filter: a tab of the run list. All that it says must hold.
type Filter struct {
	Name       string   `toml:"name" doc:"title of the tab"`
	Filter     string   `toml:"filter" doc:"the filter, in the language of /"`
	Job        string   `toml:"job" doc:"only jobs that match this pattern"`
	Text       string   `toml:"text" doc:"only runs that show this text"`
	Status     []string `toml:"status" doc:"only runs with one of these statuses"`
	Mine       bool     `toml:"mine" doc:"only my runs" default:"false"`
	Controller string   `toml:"controller" doc:"only runs of this controller"`
}

// Query returns all that a filter says in the language of jenkins/query.
func (f *Filter) Query() string {
	var terms []string
	add := func(key query.Key, values ...string) {
		for i := range values {
			values[i] = query.Quote(values[i])
		}
		if len(values) > 0 && values[0] != query.Quote("") {
			terms = append(terms, string(key)+":"+strings.Join(values, ","))
		}
	}
	add(query.Job, f.Job)
	add(query.Status, slices.Clone(f.Status)...)
	add(query.Controller, f.Controller)
	if f.Mine {
		terms = append(terms, "@me")
	}
	return query.Join(append(terms, f.Text, f.Filter)...)
}

// secretsConfig is what looks like a secret beyond what the program knows: regular expressions on names and values.
type secretsConfig struct {
	Patterns []string `toml:"patterns" doc:"regular expressions, ignoring case, for names and values that are secrets too"`
}

// retentionConfig bounds what is kept on disk.
type retentionConfig struct {
	Deliveries sender.Duration `toml:"deliveries" doc:"how long delivered and dropped notifications stay in the history" default:"720h"`
	EnvCopies  int             `toml:"env_copies" doc:"how many environments are kept for later comparisons" default:"2000"`
}

// configPath returns the default path of the config, empty when the user has no home folder.
func configPath() string {
	if os.Getenv("XDG_CONFIG_HOME") == "" && Homeless() {
		return ""
	}
	return filepath.Join(xdg.ConfigHome, "jenkwatch", "config.toml")
}

func Homeless() bool { return os.Getenv("HOME") == "" && os.Getenv("USERPROFILE") == "" }

// Load reads the config file. No file is an empty config, unless its path was given; missing allows
// that, too.
func Load(ctx context.Context, path string, missing bool) (*Config, error) {
	given := path != ""
	if !given {
		if path = configPath(); path == "" {
			return &Config{}, nil
		}
	}
	text, err := ReadFile(ctx, path)
	if errors.Is(err, os.ErrNotExist) && (!given || missing) {
		return &Config{Path: path}, nil
	}
	if err != nil {
		return nil, exit.Usage("name a file that can be read with --config, or make one with `jenkwatch init`",
			"read the config: %w", err)
	}
	c, err := ParseConfig(text, path)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ParseConfig reads a config strictly: an unknown key is an error.
func ParseConfig(text []byte, path string) (*Config, error) {
	c := &Config{Path: path}
	dec := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields()
	var mistakes []error
	if err := dec.Decode(c); err != nil {
		unknown, ok := errors.AsType[*toml.StrictMissingError](err)
		if !ok {
			return nil, explainTOML(err, path)
		}
		for i := range unknown.Errors {
			mistakes = append(mistakes, explainUnknown(&unknown.Errors[i], path))
		}
	}
	for _, err := range c.check() {
		if len(mistakes) > 0 && errors.Is(err, errNoURL) { // one of the unknown keys may be the url
			continue
		}
		mistakes = append(mistakes, exit.Usage(cmp.Or(exit.HintOf(err), "correct it; docs/config.md describes every key"), "%s: %w", path, err))
	}
	if len(mistakes) > 0 {
		return nil, &Mistakes{All: mistakes, Config: c}
	}
	return c, nil
}

// Mistakes is what is wrong in a config, in its order. As an error it is the first, and says how many there are more.
type Mistakes struct {
	All    []error
	Config *Config // as far as it could be read
}

func (m *Mistakes) Error() string {
	if more := len(m.All) - 1; more > 0 {
		return fmt.Sprintf("%v (and %d more: jenkwatch doctor lists them)", m.All[0], more)
	}
	return m.All[0].Error()
}

func (m *Mistakes) Unwrap() error { return m.All[0] }

// explainUnknown says where an unknown key stands, and which one may be meant.
func explainUnknown(e *toml.DecodeError, path string) error {
	row, _ := e.Position()
	hint := "remove it or correct its name; docs/config.md lists every key"
	if meant := nearKey(reflect.TypeFor[Config](), e.Key()); meant != "" {
		hint = fmt.Sprintf("did you mean %q? docs/config.md lists every key", meant)
	}
	return exit.Usage(hint, "%s:%d: unknown key %q", path, row, strings.Join(e.Key(), "."))
}

// explainTOML turns the decoder's complaint into one line that names file, line and key.
func explainTOML(err error, path string) error {
	if e, ok := errors.AsType[*toml.DecodeError](err); ok {
		row, col := e.Position()
		key := strings.Join(e.Key(), ".")
		return exit.Usage("correct that line; docs/config.md shows an example of each table", "%s:%d:%d: %s", path, row, col,
			wrongValue(key, strings.TrimPrefix(e.Error(), "toml: ")))
	}
	return exit.Usage("correct the file; docs/config.md shows an example of each table", "%s: %w", path, err)
}

// wrongValue returns what the decoder says of a key's value, without the names of Go types.
func wrongValue(key, what string) string {
	if strings.HasPrefix(what, "cannot store ") {
		return key + " must not be a table here"
	}
	at := strings.LastIndexAny(what, " ") // the type stands at the end
	wanted := strings.TrimLeft(what[at+1:], "*")
	switch {
	case key == "":
		return what
	case !strings.HasPrefix(what, "cannot decode TOML ") && !strings.Contains(what, "cannot be stored in"):
		return key + ": " + what
	case wanted == "string":
		wanted = "text"
	case strings.HasPrefix(wanted, "int"):
		wanted = "a whole number"
	case wanted == "bool":
		wanted = "true or false"
	case wanted == "[]string":
		wanted = "a list of text"
	case strings.HasPrefix(wanted, "[]"):
		wanted = "a list of tables"
	default:
		wanted = "a table"
	}
	return key + " must be " + wanted
}

// nearKey returns the key of a table that the last part of an unknown key is a few letters off; empty when there is none.
func nearKey(table reflect.Type, key []string) (name string) {
	for table.Kind() == reflect.Slice {
		table = table.Elem()
	}
	if table.Kind() != reflect.Struct || len(key) == 0 {
		return ""
	}
	nearest := max(2, len(key[0])/3+1)
	for f := range table.Fields() {
		known := f.Tag.Get("toml")
		switch far := query.Distance(strings.ToLower(key[0]), known); {
		case known == "":
		case far == 0 && len(key) > 1:
			return nearKey(f.Type, key[1:])
		case far < nearest:
			name, nearest = known, far
		}
	}
	return name
}

var errNoURL = errors.New("it has no url")

// ParseControllerURL reads the address of a controller, which may lie behind a path prefix.
func ParseControllerURL(s string) (*url.URL, error) {
	if s == "" {
		return nil, errNoURL
	}
	u, err := url.Parse(s)
	switch {
	case !strings.Contains(s, "://"):
		return nil, fmt.Errorf("%q needs http:// or https:// in front", jenkins.RedactURL(s))
	case err != nil:
		return nil, fmt.Errorf("%q is not a valid URL", jenkins.RedactURL(s))
	case u.Scheme != "http" && u.Scheme != "https" || u.Host == "":
		return nil, fmt.Errorf("%q is not an http or https URL", jenkins.RedactURL(s))
	case u.User != nil:
		return nil, fmt.Errorf("the URL %q contains a name or password: use user and token", jenkins.RedactURL(s))
	}
	u.Path, u.RawPath = strings.TrimRight(u.Path, "/"), strings.TrimRight(u.RawPath, "/")
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}
