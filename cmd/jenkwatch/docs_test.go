package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
)

// page is one page of the docs.
type page struct {
	path  string // from the root of the repository
	lines []string
}

// pagesOfDocs returns every page that is written for people.
func pagesOfDocs(t *testing.T) []page {
	t.Helper()
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(paths) == 0 {
		t.Fatal(paths, err)
	}
	pages := make([]page, 0, len(paths)+3)
	for _, path := range append(paths, "../../README.md", "../../CHANGELOG.md", "../../SECURITY.md") {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page{strings.TrimPrefix(path, "../../"), strings.Split(string(b), "\n")})
	}
	return pages
}

// prose returns the lines with those of blocks of code empty.
func (p page) prose() []string {
	out, fenced := make([]string, len(p.lines)), false
	for i, line := range p.lines {
		fence := strings.HasPrefix(line, "```")
		fenced = fenced != fence
		if !fence && !fenced && !strings.HasPrefix(line, "    ") {
			out[i] = line
		}
	}
	return out
}

// code returns the spans of code, and the lines of blocks of code that call jenkwatch, by their line, from 1.
func (p page) code() map[int][]string {
	out, span := map[int][]string{}, regexp.MustCompile("`([^`]+)`")
	for i, line := range p.prose() {
		for _, m := range span.FindAllStringSubmatch(line, -1) {
			out[i+1] = append(out[i+1], strings.ReplaceAll(m[1], `\|`, "|"))
		}
		if line == "" && strings.Contains(p.lines[i], "jenkwatch ") {
			out[i+1] = []string{p.lines[i]}
		}
	}
	return out
}

// anchors returns what a link may have behind its #, as GitHub makes it of the headings.
func (p page) anchors() []string {
	var out []string
	dropped := regexp.MustCompile("[^a-z0-9 _-]")
	for _, line := range p.prose() {
		if level, heading, ok := strings.Cut(line, " "); ok && strings.Trim(level, "#") == "" && level != "" {
			out = append(out, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(heading), ""), " ", "-"))
		}
	}
	return out
}

// TestDocsNameFilesThatExist checks the path of every file or folder of the code that the docs name.
func TestDocsNameFilesThatExist(t *testing.T) {
	t.Parallel()
	path := regexp.MustCompile(`^(?:cmd|jenkins|sender|tui|docs|tools|\.ci)/[\w./-]*$`)
	for _, p := range pagesOfDocs(t) {
		for n, code := range p.code() {
			for _, c := range code {
				if _, err := os.Stat("../../" + strings.TrimSuffix(c, "/...")); path.MatchString(c) && err != nil {
					t.Errorf("%s:%d names %s: %v", p.path, n, c, err)
				}
			}
		}
	}
}

func TestDocsHaveNoBrokenLink(t *testing.T) {
	t.Parallel()
	anchors := map[string][]string{}
	pages := pagesOfDocs(t)
	for _, p := range pages {
		anchors[p.path] = p.anchors()
	}
	link := regexp.MustCompile(`\]\(([^)\s]*)\)`)
	for _, p := range pages {
		for i, line := range p.prose() {
			for _, m := range link.FindAllStringSubmatch(line, -1) {
				if strings.Contains(m[1], "://") {
					continue
				}
				file, anchor, hasAnchor := strings.Cut(m[1], "#")
				target := p.path
				if file != "" {
					target = filepath.ToSlash(filepath.Join(filepath.Dir(p.path), file))
				}
				if _, err := os.Stat("../../" + target); err != nil {
					t.Errorf("%s:%d: %v", p.path, i+1, err)
				} else if hasAnchor && !slices.Contains(anchors[target], anchor) {
					t.Errorf("%s:%d: %s has no heading #%s, but %q", p.path, i+1, target, anchor, anchors[target])
				}
			}
		}
	}
}

// TestDocsHaveNoBrokenTable checks that each table is one block with a heading, and as many cells in each row.
func TestDocsHaveNoBrokenTable(t *testing.T) {
	t.Parallel()
	delimiter := regexp.MustCompile(`^\|(:?-+:?\|)+$`)
	for _, p := range pagesOfDocs(t) {
		cells, first := 0, 0
		for i, line := range p.prose() {
			line = strings.ReplaceAll(strings.TrimSpace(line), `\|`, "")
			if !strings.HasPrefix(line, "|") {
				if cells > 0 && i == first+1 {
					t.Errorf("%s:%d: a row without a table", p.path, i)
				}
				cells = 0
				continue
			}
			if cells == 0 {
				cells, first = strings.Count(line, "|"), i
			}
			if n := strings.Count(line, "|"); n != cells || !strings.HasSuffix(line, "|") {
				t.Errorf("%s:%d: the row has %d cells, the heading %d", p.path, i+1, n-1, cells-1)
			}
			if i == first+1 && !delimiter.MatchString(strings.ReplaceAll(line, " ", "")) {
				t.Errorf("%s:%d: the table has no heading", p.path, i)
			}
		}
	}
}

// TestDocsNameCommandsThatExist checks every command and flag of jenkwatch in the docs, in a sentence or a block of code.
func TestDocsNameCommandsThatExist(t *testing.T) {
	t.Parallel()
	root := rootCommand(cli.New(nil, nil, nil))
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	foreign := []string{"--password=x"} // of other programs
	found := 0
	for _, p := range pagesOfDocs(t) {
		for n, code := range p.code() {
			for _, c := range code {
				if strings.HasPrefix(c, "--") && !slices.Contains(foreign, strings.Fields(c)[0]) && !anyHasFlag(root, strings.Fields(c)[0]) {
					t.Errorf("%s:%d: no command has %s", p.path, n, c)
				}
				for _, args := range callsOf(c) {
					found++
					if wrong := unknownIn(root, args); wrong != "" {
						t.Errorf("%s:%d: there is no %s in jenkwatch %s", p.path, n, wrong, strings.Join(args, " "))
					}
				}
			}
		}
	}
	if found < 100 {
		t.Errorf("only %d commands were found", found)
	}
}

// callsOf returns the words behind each jenkwatch in a line of shell, without what is quoted.
func callsOf(line string) [][]string {
	line = regexp.MustCompile(`'[^']*'|"[^"$]*"`).ReplaceAllString(line, "QUOTED")
	line, _, _ = strings.Cut(line, " #")
	var out [][]string
	for _, part := range regexp.MustCompile(`[;|&()<>"]+`).Split(line, -1) {
		words := strings.Fields(part)
		if len(words) > 1 && (words[0] == "kubectl" || words[0] == "go" && words[1] != "run") {
			continue // another program, which is given the name
		}
		if i := slices.IndexFunc(words, func(w string) bool { return w == "jenkwatch" || strings.HasSuffix(w, "/jenkwatch") }); i >= 0 {
			out = append(out, words[i+1:])
		}
	}
	return out
}

// unknownIn returns the first word that is no command or flag, where only one can stand.
func unknownIn(root *cobra.Command, args []string) string {
	cmd := root
	for i, arg := range args {
		if !strings.HasPrefix(arg, "-") {
			next := slices.IndexFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == arg })
			if next >= 0 {
				cmd = cmd.Commands()[next]
			} else if i == 0 && regexp.MustCompile(`^[a-z]+$`).MatchString(arg) {
				return arg
			}
			continue
		}
		if arg != "-" && arg != "--" && !hasFlag(cmd, arg) {
			return arg
		}
	}
	return ""
}

func hasFlag(cmd *cobra.Command, arg string) bool {
	cmd.InitDefaultHelpFlag()
	cmd.InitDefaultVersionFlag()
	cmd.InheritedFlags() // merges them
	name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
	if strings.HasPrefix(arg, "--") {
		return cmd.Flags().Lookup(name) != nil
	}
	return len(name) == 1 && cmd.Flags().ShorthandLookup(name) != nil
}

func anyHasFlag(cmd *cobra.Command, arg string) bool {
	return hasFlag(cmd, arg) || slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return anyHasFlag(c, arg) })
}

// TestArchitectureNamesEveryPackage keeps the map whole.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, root := range []string{"cmd", "jenkins", "sender", "tui"} {
		err := filepath.WalkDir("../../"+root, func(path string, d os.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "testdata" {
				return filepath.SkipDir
			}
			files, err := filepath.Glob(path + "/*.go")
			if len(files) > 0 && !regexp.MustCompile("`([a-z/]+/)?"+d.Name()+"`").Match(b) {
				t.Errorf("docs/architecture.md does not name %s", path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestArchitectureStaysShort keeps it readable in one sitting.
func TestArchitectureStaysShort(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../../docs/architecture.md")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(b), "\n"); n > 150 {
		t.Errorf("%d lines", n)
	}
}

// TestTroubleshootingQuotesTheProgram checks that every message in the first column of docs/troubleshooting.md is one of the
// program's; names in quotes differ.
func TestTroubleshootingQuotesTheProgram(t *testing.T) {
	t.Parallel()
	var source strings.Builder
	for _, dir := range []string{"cmd", "jenkins", "sender", "tui"} {
		err := filepath.WalkDir("../../"+dir, func(path string, _ os.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			b, err := os.ReadFile(path)
			source.Write(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b, err := os.ReadFile("../../docs/troubleshooting.md")
	if err != nil {
		t.Fatal(err)
	}
	quoted, example := regexp.MustCompile("`([^`]+)`"), regexp.MustCompile(`(user )?"\w+"|\balice\b`)
	n := 0
	for line := range strings.Lines(string(b)) {
		cells := strings.Split(line, "|")
		if len(cells) < 4 {
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(cells[1], -1) {
			n++
			for _, part := range example.Split(m[1], -1) {
				if !strings.Contains(source.String(), strings.TrimSpace(part)) {
					t.Errorf("the program never says %q", m[1])
				}
			}
		}
	}
	if n < 20 {
		t.Errorf("only %d messages were found", n)
	}
}
