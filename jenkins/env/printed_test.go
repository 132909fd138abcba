package env

import (
	"slices"
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/recorded"
)

func lines(text ...string) []byte { return []byte(strings.Join(text, "\n") + "\n") }

// printed returns what a console's listings say, NAME=value each.
func printed(text []byte) []string {
	var got []string
	for _, v := range scanPrinted(text) {
		value := v.Value
		if !v.Known {
			value = "?"
		}
		got = append(got, v.Name+"="+value)
	}
	return got
}

func TestListingOfARecordedConsoleIsWhatThePluginPushed(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ console, push string }{{"828", "0226"}, {"032", "0004"}} {
		vars := ScanConsole(jenkins.Run{}, 0, withoutNotes(recorded.Read(t, c.console).Body))
		got := map[string]string{}
		for _, v := range vars {
			got[v.Name] = v.Value
		}
		for name, value := range pushed(t, c.push) {
			if name == "CLASSPATH" || strings.Contains(value, "\n") {
				continue // the shell unset it; sort tore it apart
			}
			if got[name] != value {
				t.Errorf("console %s: %s = %q, want %q", c.console, name, got[name], value)
			}
		}
		for _, name := range []string{"line", "_", "Finished"} {
			if _, ok := got[name]; ok {
				t.Errorf("console %s: %s is no variable", c.console, name)
			}
		}
	}
	got := map[string]string{}
	for _, v := range ScanConsole(jenkins.Run{Pipeline: true}, 0, withoutNotes(recorded.Read(t, "125").Body)) {
		got[v.Name] = v.Value
		if v.Source != Printed {
			t.Errorf("%s of a pipeline comes from %s", v.Name, v.Source)
		}
	}
	if got["STAGE_NAME"] != "Prepare" || got["BUILD_TOOL"] != "tool-2" || got["inner"] != "" {
		t.Errorf("pipeline: %v", got)
	}
}

func TestListingsAreFoundInWhatConsolesLookLike(t *testing.T) {
	t.Parallel()
	block := []string{"BUILD_ID=1", "BUILD_NUMBER=1", "HOME=/root", "JOB_NAME=x", "LANG=C", "PATH=/bin", "USER=me", "Z=z"}
	stamped := slices.Clone(block)
	for i := range stamped {
		stamped[i] = "[2026-11-23T22:09:48.123Z] " + stamped[i]
	}
	for _, c := range []struct {
		name string
		text []byte
		want []string
	}{
		{"nothing", lines("Started by user", "hello"), nil},
		{"env", lines("+ env", "A=1", "B=two words", "+ true", "C=3"), []string{"A=1", "B=two words"}},
		{"printenv piped", lines("+ printenv", "+ sort", "A=1", "B=", "Finished: SUCCESS"), []string{"A=1", "B="}},
		{"CRLF and colours", []byte("\x1b[36m+ env\x1b[0m\r\nA=1\r\nB=\x1b[1m2\x1b[0m\r\n"), []string{"A=1", "B=2"}},
		{"time stamps", lines("12:00:01  + env", "12:00:01  A=1", "12:00:01  B=2", "12:00:02  + true"), []string{"A=1", "B=2"}},
		{"parallel branches", lines("[unit] + env", "[unit] A=1", "[unit] B=2", "[unit] + true"), []string{"A=1", "B=2"}},
		{"export -p of sh", lines("+ export -p", "export A='it'\\''s'", `export B="q"`, "export C", "export D='two", "lines'"),
			[]string{"A=it's", "B=q", "D=two\nlines"}},
		{"declare -x of bash", lines("+ declare -x", `declare -x A="a \"b\" \$c \\d"`, `declare -x B=$'a\tb\n\x41\101\u00e9'`, "+ true"),
			[]string{`A=a "b" $c \d`, "B=a\tb\nAAé"}},
		{"set", lines("+ set", "A='x y'", "B=plain", "IFS=' ", "'", "_=/bin/true"), []string{"A=x y", "B=plain", "IFS= \n"}},
		{"set on Windows", lines(`C:\ws>set`, "ProgramFiles(x86)=C:\\Program Files (x86)", "OS=Windows_NT", `C:\ws>exit 0`),
			[]string{`ProgramFiles(x86)=C:\Program Files (x86)`, "OS=Windows_NT"}},
		{"several lines in one value", lines("+ env", "NOTES=one", "two = \"q\"", "", "A=1", "stray", "+ true"),
			[]string{"NOTES=one\ntwo = \"q\"\n", "A=1"}},
		{"sorted: torn values stay as they are", lines("+ env", "+ sort", "A=1", "B=2", "C=3", "D=4", " torn", "E=5"),
			[]string{"A=1", "B=2", "C=3", "D=4", "E=5"}},
		{"masked", lines("+ env", "TOKEN=****", "B=2"), []string{"TOKEN=?", "B=2"}},
		{"unannounced", lines(append([]string{"env of this build:"}, block...)...), block},
		{"unannounced and stamped", lines(stamped...), block},
		{"properties", lines("a=1", "b=2", "c=3", "d=4", "e=5", "f=6", "g=7", "h=8", "i=9", "j=10"), nil},
		{"too few", lines(block[:7]...), nil},
		{"one line", lines("+ env", "A=1", "+ true"), nil},
		{"an assignment is traced", lines("+ export A=1", "+ B=2", "+ env A=1 make", "CC=gcc", "LD=ld"), nil},
		{"an open quote", lines("+ export -p", "export A='never closed", "export B='x'"), nil},
	} {
		if got := printed(c.text); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestWorkspaceStandsInTheFirstLines(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]string{
		"Building in workspace /ws/a b":                                         "/ws/a b",
		"Building on the built-in node in workspace /ws/a\r":                    "/ws/a",
		"Building remotely on agent one (big linux) in workspace /ws/a@2":       "/ws/a@2",
		"22:00:01 Building in workspace /ws/a":                                  "/ws/a",
		"Building remotely on win in workspace C:\\ws\\a":                       `C:\ws\a`,
		"Baue in Arbeitsbereich /ws/a":                                          "/ws/a", // hudson/model/Messages_de.properties, and so on
		"Baue auf dem Agenten „eins“ (groß) in Arbeitsbereich /ws/a b":          "/ws/a b",
		"Construction à distance sur un dans le répertoire de travail /ws/a":    "/ws/a",
		"Ejecutando. en el espacio de trabajo /ws/a":                            "/ws/a",
		"eins でビルドします。 ワークスペース: /ws/a":                                          "/ws/a",
		"Baue das Haus in Arbeitsbereich web":                                   "",
		"echo Building in workspace /ws/a":                                      "",
		"Building shop in workspace web":                                        "",
		"Building on node in workspace web":                                     "",
		"Сборка в сборочной директории /var/lib/jenkins/workspace/shop/web":     "/var/lib/jenkins/workspace/shop/web",
		"在工作空间 /root/my jenkins/workspace/shop/web@2 中构建":                       "/root/my jenkins/workspace/shop/web@2",
		"正在構建於C:\\jenkins\\workspace\\shop\\web":                                `C:\jenkins\workspace\shop\web`,
		"Bygger /ws/shop/webshop":                                               "",
		"/ws/shop/web":                                                          "",
		"[web] $ /bin/sh\ncd /ws/shop/web":                                      "",
		strings.Repeat("line\n", maxHead) + "Building in workspace /ws/too-far": "",
	} {
		if got := workspaceIn("Started by user\n"+line+"\nmore\n", "shop/web"); got != want {
			t.Errorf("%q: %q, want %q", line, got, want)
		}
	}
}

func TestOnlyTheBeginningOfAConsoleTellsTheWorkspace(t *testing.T) {
	t.Parallel()
	line := []byte("Building in workspace /ws/inner\n")
	if vars := ScanConsole(jenkins.Run{}, 8192, line); len(vars) != 0 {
		t.Errorf("from the middle of a console: %+v", vars)
	}
	if vars := ScanConsole(jenkins.Run{}, 0, line); len(vars) != 2 {
		t.Errorf("from its beginning: %+v", vars)
	}
}

// FuzzScanConsole: no console crashes the scanner, and what it finds has names that could be printed.
func FuzzScanConsole(f *testing.F) {
	f.Add([]byte("+ env\nA=1\nB=2\n"))
	f.Add([]byte("+ export -p\nexport A='x\ny'\ndeclare -x B=$'\\x4\\u00e9\\0'\n"))
	f.Add([]byte("C:\\ws>set\r\nA=1\r\nB=2\r\n"))
	f.Add([]byte("[a] + set\n[a] A=\"\\\n\"\n[a] B=\\\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, v := range ScanConsole(jenkins.Run{Ref: jenkins.Ref{Job: "a"}}, 0, text) {
			if v.Name == "" || strings.ContainsAny(v.Name, "=\n ") {
				t.Errorf("found a variable named %q", v.Name)
			}
		}
	})
}

func BenchmarkScanConsole(b *testing.B) {
	text := []byte(strings.Repeat("2026-11-23T22:09:48.123Z compiling module of the shop with options -Dx=1 and more\n", 10_000) +
		"+ env\nA=1\nB=2\n")
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		if len(scanPrinted(text)) != 2 {
			b.Fatal("the listing was not found")
		}
	}
}
