//go:build !windows

package kit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEditorGetsWholeLines is what most editors expect, and what programs that append to a file rely on.
func TestEditorGetsWholeLines(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("TMPDIR", dir)
	t.Setenv("VISUAL", "")
	copied := filepath.Join(dir, "copy")
	script := filepath.Join(dir, "editor")
	if err := os.WriteFile(script, []byte("#!/bin/sh\ncp \"$2\" \"$1\"\nprintf 'more\\n' >> \"$2\"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("EDITOR", script+" "+copied)
	for text, want := range map[string]string{"": "", "one": "one\n", "one\n": "one\n", "one\ntwo": "one\ntwo\n"} {
		e := &editing{name: "message.txt", text: text}
		if err := e.Run(); err != nil {
			t.Fatal(err)
		}
		if b, err := os.ReadFile(copied); err != nil || string(b) != want {
			t.Errorf("for %q the editor gets %q (%v)", text, b, err)
		}
		if e.text != want+"more" {
			t.Errorf("for %q it comes back as %q", text, e.text)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "jenkwatch-*")); len(left) > 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestEditorThatFailsLeavesTheTextAsItWas(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("VISUAL", "false")
	e := &editing{name: "message.txt", text: "important"}
	err := e.Run()
	if err == nil || !strings.Contains(err.Error(), "the editor false ended") || e.text != "important" {
		t.Errorf("%v, the text is %q", err, e.text)
	}
	t.Setenv("VISUAL", "/no/such/editor")
	if err := e.Run(); err == nil || HintOf(err) != "Set EDITOR to the one you use." {
		t.Errorf("%v", err)
	}
}
