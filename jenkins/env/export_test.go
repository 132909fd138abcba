package env

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// oddValues are values that quoting gets wrong easily.
var oddValues = []string{
	"", " ", "plain", "a b", " leading and trailing ", "it's", `"quoted"`, `back\slash`, `\n is no newline`, "line one\nline two",
	"ends with newline\n", "\n", "tab\there", "cr\r\nlf", "$HOME", "`id`", "$(id)", "${X:-y}", "#not a comment", "a #b", "a=b=c",
	"Zoë + 100% & more", "日本語", "emoji 👩‍🚀", "\u2028", "\x1b[31mred", "!history", "*?[", "~", "'", "''", `'\''`, "\xff\xfe",
	"-n", "export X=1", strings.Repeat("x", 5000),
}

func TestShReadsBackExactlyWhatWriteShellWrote(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there is no sh")
	}
	var vars []Variable
	var script strings.Builder
	for i, value := range oddValues {
		vars = append(vars, known("V_"+strconv.Itoa(i), value, Param))
	}
	if _, err := WriteShell(&script, vars, ExportOptions{}); err != nil {
		t.Fatal(err)
	}
	for i := range oddValues {
		script.WriteString("printf '%s\\0' \"$V_" + strconv.Itoa(i) + "\"\n")
	}
	cmd := exec.CommandContext(t.Context(), "sh")
	cmd.Stdin = strings.NewReader(script.String())
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
	if len(got) != len(oddValues) {
		t.Fatalf("sh read %d values, want %d", len(got), len(oddValues))
	}
	for i, want := range oddValues {
		if got[i] != want {
			t.Errorf("sh read %q, want %q", got[i], want)
		}
	}
}

func TestShAndNodeReadBackExactlyWhatWriteDotenvWrote(t *testing.T) {
	t.Parallel()
	var vars []Variable
	values := append(oddValues, `C:\new\temp\x`, `{"k": "v"}`, "a\tb", "x&y", "it's\ntwo", `\\server\share`, `ends with \`, "it's $5", "=ls", "a: ~")
	for i, value := range values {
		vars = append(vars, known("V_"+strconv.Itoa(i), strings.ToValidUTF8(value, "?"), Param))
	}
	var file strings.Builder
	exceptions, err := WriteDotenv(&file, vars, ExportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	except := map[string]bool{}
	for _, e := range exceptions {
		except[e.Name] = true
	}
	if len(except) != 6 { // a CR, ${X:-y}, two with a backslash, two with a quote beside others
		t.Errorf("exceptions: %v", exceptions)
	}
	for reader, args := range map[string][]string{
		"sh":   {"-c", `set -a; eval "$(cat; echo :)"; env -0`},
		"node": {"-e", `const e=require("util").parseEnv(require("fs").readFileSync(0,"utf8"));for(const k in e)process.stdout.write(k+"="+e[k]+"\0")`},
	} {
		if _, err := exec.LookPath(reader); err != nil {
			continue
		}
		cmd := exec.CommandContext(t.Context(), reader, args...)
		cmd.Stdin = strings.NewReader(file.String())
		out, err := cmd.Output()
		if err != nil {
			t.Logf("%s cannot: %v", reader, err) // node before 20.12 has no parseEnv
			continue
		}
		got := "\x00" + string(out)
		for _, v := range vars {
			if !except[v.Name] && !strings.Contains(got, "\x00"+v.Name+"="+v.Value+"\x00") {
				t.Errorf("%s did not read %s=%q", reader, v.Name, v.Value)
			}
		}
	}
}

func TestWhatAShellSetsItselfDoesNotEndTheScript(t *testing.T) {
	t.Parallel()
	var vars []Variable
	for name := range strings.FieldsSeq("BASHOPTS BASHPID BASH_VERSINFO DIRSTACK EPOCHREALTIME EUID FUNCNAME GROUPS HISTCMD LINENO OPTIND " +
		"PIPESTATUS PPID RANDOM SECONDS SHELLOPTS UID USER_ID _ options status functions aliases commands argv TTYIDLE ARGC") {
		vars = append(vars, known(name, "abc", Printed))
	}
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "mksh"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		var script strings.Builder
		o := ExportOptions{UnsafeNames: true}
		if _, err := WriteShell(&script, append(vars, known("AFTER", "it", Param)), o); err != nil {
			t.Fatal(err)
		}
		cmd := exec.CommandContext(t.Context(), shell)
		cmd.Stdin = strings.NewReader("set -e\n" + script.String() + "printf %s \"$AFTER\"\n")
		if out, err := cmd.CombinedOutput(); err != nil || string(out) != "it" {
			t.Errorf("%s: %v, %q", shell, err, out)
		}
	}
}

func TestParseDotenvReadsWhatPeopleWrite(t *testing.T) {
	t.Parallel()
	const text = "\ufeff# a comment\n\nA=1\nexport B = two words # and a comment\r\nC='literal $X \\n'\nD=\"a\\tb \\$X \\\"q\\\"\" # c\n" +
		"E=\nF=\"over\ntwo lines\"\nG=#none\nA=again\nexported=1\nH='x'"
	want := "A=again|B=two words|C=literal $X \\n|D=a\tb $X \"q\"|E=|F=over\ntwo lines|G=|exported=1|H=x"
	vars, err := ParseDotenv([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range vars {
		got = append(got, v.Name+"="+v.Value)
	}
	if s := strings.Join(got, "|"); s != want {
		t.Errorf("read\n%q, want\n%q", s, want)
	}
}

func TestParseDotenvNamesTheLineThatIsWrong(t *testing.T) {
	t.Parallel()
	for text, line := range map[string]string{
		"A=1\nnonsense\n": "line 2", "=x": "line 1", "A=\"open\nB=1\n": "line 1", "A='x' y": "line 1", "A B=1": "line 1",
		"A=\"x\ny\"\nwrong": "line 3",
	} {
		if _, err := ParseDotenv([]byte(text)); err == nil || !strings.Contains(err.Error(), line) {
			t.Errorf("%q: %v, want %s", text, err, line)
		}
	}
}

func TestExportsLeaveSecretsOutUnlessRevealed(t *testing.T) {
	t.Parallel()
	vars := []Variable{
		known("A", "1", Param), known("API_KEY", "needle", Param), {Name: "PIN", Source: Param, Password: true},
		known("URL", "https://u:needle@h/", SCM), known("not a\nname", "x", Param), known("NUL", "a\x00b", Param),
	}
	MarkSecrets(vars)
	e := Env{Variables: vars}
	for name, write := range map[string]func(*bytes.Buffer, bool) error{
		"shell": func(b *bytes.Buffer, reveal bool) error {
			_, err := WriteShell(b, vars, ExportOptions{Reveal: reveal})
			return err
		},
		"dotenv": func(b *bytes.Buffer, reveal bool) error {
			_, err := WriteDotenv(b, vars, ExportOptions{Reveal: reveal})
			return err
		},
		"object": func(b *bytes.Buffer, reveal bool) error { return WriteObject(b, vars, reveal) },
		"json":   func(b *bytes.Buffer, reveal bool) error { return WriteJSON(b, e, reveal) },
	} {
		var hidden, revealed bytes.Buffer
		if err := write(&hidden, false); err != nil {
			t.Fatal(err)
		}
		if err := write(&revealed, true); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(hidden.String(), "needle") || strings.Count(revealed.String(), "needle") != 2 {
			t.Errorf("%s:\n%s\nrevealed:\n%s", name, hidden.String(), revealed.String())
		}
		if !strings.Contains(hidden.String(), "API_KEY") || !strings.Contains(hidden.String(), "PIN") {
			t.Errorf("%s does not name what it leaves out:\n%s", name, hidden.String())
		}
	}
	var shell bytes.Buffer
	_, _ = WriteShell(&shell, vars, ExportOptions{})
	for line := range strings.Lines(shell.String()) {
		if !strings.HasPrefix(line, "export ") && !strings.HasPrefix(line, "# ") {
			t.Errorf("a line that is neither export nor comment: %q", line)
		}
	}
}

func TestWriteJSONHasStableKeys(t *testing.T) {
	t.Parallel()
	e := Env{Ref: jenkins.Ref{Controller: "ci", Job: "a/b", Number: 7}, Run: jenkins.Run{URL: "https://h/job/a/job/b/7/"},
		Variables: []Variable{known("A", "<&>", Param), {Name: "PIN", Source: Param, Secret: true}}, Missing: []string{"HOME", "PATH"}}
	var b bytes.Buffer
	if err := WriteJSON(&b, e, false); err != nil {
		t.Fatal(err)
	}
	const want = `{"build":{"controller":"ci","job":"a/b","number":7,"url":"https://h/job/a/job/b/7/"},` +
		`"variables":[{"name":"A","value":"<&>","source":"parameter","secret":false},` +
		`{"name":"PIN","value":"` + secrets.Masked + `","source":"parameter","secret":true}],"missing":2}`
	var compact bytes.Buffer
	if err := json.Compact(&compact, b.Bytes()); err != nil || compact.String() != want {
		t.Errorf("wrote %s\nwant  %s (%v)", compact.String(), want, err)
	}
	b.Reset()
	if err := WriteJSON(&b, Env{}, false); err != nil || !strings.Contains(b.String(), `"variables": []`) {
		t.Errorf("of an empty env: %s", b.String())
	}
}

func FuzzDotenvRoundTrip(f *testing.F) {
	for _, v := range append(oddValues, "nul\x00", "x&y", "=ls", `ends with \`, "it's `x`") {
		f.Add("NAME", v)
	}
	f.Add("a b", "x")
	f.Add("$(touch${IFS}x)", "x")
	f.Fuzz(func(t *testing.T, name, value string) {
		var b bytes.Buffer
		vars := []Variable{known(name, value, Param), known("LAST", "kept", Param)}
		exceptions, err := WriteDotenv(&b, vars, ExportOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseDotenv(b.Bytes())
		if err != nil {
			t.Fatalf("%v in\n%s", err, b.String())
		}
		if len(exceptions) > 0 && !exceptions[0].Written {
			got = append([]Variable{vars[0]}, got...)
		}
		if name != "LAST" && (len(got) != 2 || got[0].Name != name || got[0].Value != value || got[1].Value != "kept") {
			t.Errorf("read %v of\n%s", got, b.String())
		}
	})
}

// FuzzShellRoundTrip reads back with a reader of the POSIX grammar's quoting; that sh agrees is tested above.
func FuzzShellRoundTrip(f *testing.F) {
	for _, v := range oddValues {
		f.Add("NAME", v)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		var b bytes.Buffer
		if _, err := WriteShell(&b, []Variable{known(name, value, Param)}, ExportOptions{}); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if strings.HasPrefix(text, "# ") {
			if strings.Count(text, "\n") != 1 || isIdentifier(name) && !isShellState(name) && !isUnsafeName(name) && !strings.Contains(value, "\x00") {
				t.Errorf("%q=%q became %q", name, value, text)
			}
			return
		}
		word, ok := strings.CutPrefix(text, "export "+name+"=")
		if !ok {
			t.Fatalf("wrote %q", text)
		}
		var got strings.Builder
		for word != "\n" {
			switch {
			case word[0] == '\'':
				inside, rest, closed := strings.Cut(word[1:], "'")
				if !closed {
					t.Fatalf("an open quote in %q", text)
				}
				got.WriteString(inside)
				word = rest
			case word[0] == '\\' && len(word) > 2:
				got.WriteByte(word[1])
				word = word[2:]
			default:
				t.Fatalf("%q is not quoted in %q", word, text)
			}
		}
		if got.String() != value {
			t.Errorf("read %q, want %q", got.String(), value)
		}
	})
}

func FuzzJSONRoundTrip(f *testing.F) {
	for _, v := range oddValues {
		f.Add("NAME", v)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		if !utf8.ValidString(name) || !utf8.ValidString(value) {
			t.Skip("JSON is UTF-8, and so is all that Jenkins says")
		}
		vars := []Variable{known(name, value, Param)}
		var object, document bytes.Buffer
		if err := WriteObject(&object, vars, false); err != nil {
			t.Fatal(err)
		}
		if err := WriteJSON(&document, Env{Variables: vars}, false); err != nil {
			t.Fatal(err)
		}
		flat := map[string]string{}
		var doc envDocument
		if err := json.Unmarshal(object.Bytes(), &flat); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(document.Bytes(), &doc); err != nil {
			t.Fatal(err)
		}
		if flat[name] != value || doc.Variables[0].Name != name || *doc.Variables[0].Value != value {
			t.Errorf("read %q and %+v, want %q=%q", flat, doc.Variables, name, value)
		}
	})
}
