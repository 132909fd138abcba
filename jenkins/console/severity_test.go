package console

import (
	"strings"
	"testing"
)

func TestWhatIsAnError(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Severity{
		"error: cannot find symbol":                             Surely,
		"[ERROR] COMPILATION ERROR :":                           Surely,
		"src/pay.ts(12,5): error TS2322: Type 'string'":         Surely,
		"Program.cs(3,1): error CS1002: ; expected":             Surely,
		"error[E0308]: mismatched types":                        Surely,
		"  12:5  error  'x' is not defined  no-undef":           Surely,
		"CMake Error at CMakeLists.txt:3 (message):":            Surely,
		"Error response from daemon: pull access denied":        Surely,
		"e: file:///src/Main.kt:3:5 Unresolved reference":       Surely,
		"thread 'main' panicked at src/main.rs:2:5:":            Surely,
		"#12 ERROR: process \"/bin/sh -c make\" did not finish": Surely,
		"> Task :test FAILED":                                   Surely,
		"--- FAIL: TestCart (0.00s)":                            Surely,
		"make: *** [Makefile:3: test] Error 2":                  Surely,
		"fatal: [web1]: FAILED! => {\"rc\": 1}":                 Surely,
		"[ERROR] Tests run: 3, Failures: 1, Errors: 0":          Surely,
		"curl: (22) The requested URL returned error: 404":      Surely,
		"[2026-11-30T00:29:09.537Z] make: *** [all] Error 1":    Surely,
		"java.lang.IllegalStateException: no cart":              Perhaps,
		"E   AssertionError: assert 1 == 2":                     Perhaps,
		"AssertionError [ERR_ASSERTION]: 1 == 2":                Perhaps,
		"Traceback (most recent call last):":                    Perhaps,
		"ls: cannot access 'cache': No such file or directory":  Perhaps,
		"line 3: TARGET: unbound variable":                      Perhaps,
		"tar: write: No space left on device":                   Perhaps,
		"Killed":                                                Perhaps,
		"npm@10.0.0 error: x":                                   Surely,
		"sh: 1: foo: not found":                                 Perhaps,
		"ERROR: connection refused, retrying in 5 s":            Perhaps,

		"compiled, 0 errors, 3 warnings":                                NoError,
		"0 FAILED, 12 passed":                                           NoError,
		"Tests: FAILED: 0, ERROR: 0":                                    NoError,
		"no FATAL errors found":                                         NoError,
		"+ grep -c ERROR: app.log":                                      NoError,
		"[WARN] java.io.IOException: socket closed":                     NoError,
		"2026-11-30T10:00:00.123Z INFO  FAILED over to the second node": NoError,
		"[INFO] BUILD FAILURE":                                          NoError,
		"x.c:3:5: warning: unused 'error: x'":                           NoError,
		"npm WARN deprecated x: error: prone":                           NoError,
		"make: [Makefile:3: clean] Error 1 (ignored)":                   NoError,
		"cc -c error.go failed.go":                                      NoError,
		"Finished: FAILURE":                                             NoError,
		"[Pipeline] error":                                              NoError,
		"Build step 'Execute shell' marked build as failure":            NoError,
	} {
		if got := SeverityOf(line); got != want {
			t.Errorf("%q: %d, want %d", line, got, want)
		}
		if in := ErrorsIn(line); (len(in) > 0) != (want > NoError) && want > NoError {
			t.Errorf("%q: marks %v", line, in)
		}
	}
}

func TestTheFirstErrorIsOneThatCounts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		log  string
		want int
	}{
		"none":                    {"a\nb", -1},
		"a sure one":              {"a\nERROR: x\nERROR: y", 1},
		"a harmless one far away": {"cat: x: No such file or directory" + strings.Repeat("\nok", 30) + "\nERROR: x", 31},
		"its cause before it":     {"ok\ncat: x: No such file or directory\nok\nmake: *** [x] Error 1", 1},
		"a cause with a trace":    {"TypeError: x" + strings.Repeat("\n    at f (a.js:1)", 20) + "\n\nnpm error Test failed.", 0},
		"only possible ones":      {"ok\njava.io.IOException: x\nok\njava.io.IOException: y", 1},
		"the nearer cause":        {"a.b.XException: 1" + strings.Repeat("\nok", 30) + "\na.b.YException: 2\nERROR: x", 31},
	} {
		lines := strings.Split(c.log, "\n")
		if got := FirstError(len(lines), func(i int) string { return lines[i] }); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func FuzzSeverity(f *testing.F) {
	f.Add("ERROR: 0 errors")
	f.Fuzz(func(t *testing.T, line string) {
		SeverityOf(line)
		for _, m := range ErrorsIn(line) {
			if m[0] < 0 || m[1] > len(line) || m[0] > m[1] {
				t.Errorf("%v in %q", m, line)
			}
		}
	})
}
