package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestDocsNameFilesThatExist checks every path of a Go file or folder that docs/*.md name, and every link.
func TestDocsNameFilesThatExist(t *testing.T) {
	t.Parallel()
	pages, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(pages) == 0 {
		t.Fatal(pages, err)
	}
	path := regexp.MustCompile("`((?:cmd|jenkins|sender|tui|docs)/[\\w./-]*)`")
	link := regexp.MustCompile(`\]\(([^)#\s]+)`)
	for _, page := range pages {
		b, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range path.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat("../../" + strings.TrimSuffix(m[1], "/...")); err != nil {
				t.Errorf("%s names %s: %v", filepath.Base(page), m[1], err)
			}
		}
		for _, m := range link.FindAllStringSubmatch(string(b), -1) {
			if _, err := os.Stat(filepath.Join("../../docs", m[1])); err != nil && !strings.Contains(m[1], "://") {
				t.Errorf("%s links to %s: %v", filepath.Base(page), m[1], err)
			}
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
