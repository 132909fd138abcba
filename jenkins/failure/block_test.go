package failure

import (
	"strings"
	"testing"

	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

// TestTheBlockOfTheCommonTools has logs as these tools print them, and the whole block of each.
func TestTheBlockOfTheCommonTools(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ log, want string }{
		"maven": {`
[INFO] --- compiler:3.13.0:compile (default-compile) @ cart ---
[INFO] Compiling 12 source files with javac to target/classes
[INFO] -------------------------------------------------------------
[ERROR] COMPILATION ERROR : 
[INFO] -------------------------------------------------------------
[ERROR] /src/Cart.java:[12,8] cannot find symbol
[ERROR]   symbol:   class Price
[INFO] 1 error
[INFO] -------------------------------------------------------------
[INFO] BUILD FAILURE
`, `
[ERROR] COMPILATION ERROR :
[ERROR] /src/Cart.java:[12,8] cannot find symbol
[ERROR]   symbol:   class Price
`},
		"gradle": {`
> Task :processResources UP-TO-DATE
> Task :compileJava FAILED
/src/Cart.java:3: error: ';' expected
    int a = 1
             ^
1 error

FAILURE: Build failed with an exception.

* What went wrong:
Execution failed for task ':compileJava'.
> Compilation failed; see the compiler error output for details.

* Try:
`, `
> Task :compileJava FAILED
/src/Cart.java:3: error: ';' expected
    int a = 1
             ^
1 error
FAILURE: Build failed with an exception.
* What went wrong:
Execution failed for task ':compileJava'.
> Compilation failed; see the compiler error output for details.
`},
		"jest": {`
+ npm test
> cart@1.0.0 test
> jest --ci
PASS src/cart/cart.test.ts
PASS src/cart/price.test.ts
FAIL src/cart/voucher.test.ts
  ● voucher › rounds half cents

    expect(received).toBe(expected)

    Expected: 1.35
    Received: 1.34

      at Object.<anonymous> (src/cart/voucher.test.ts:12:5)

PASS src/cart/tax.test.ts

Tests:       1 failed, 22 passed, 23 total
`, `
FAIL src/cart/voucher.test.ts
  ● voucher › rounds half cents
    expect(received).toBe(expected)
    Expected: 1.35
    Received: 1.34
      at Object.<anonymous> (src/cart/voucher.test.ts:12:5)
`},
		"npm": {`
+ npm ci
npm warn deprecated inflight@1.0.6: This module is not supported
npm error code E404
npm error 404 Not Found - GET https://registry.example.com/left-padd
npm error A complete log of this run can be found in: /root/.npm/_logs/a.log
`, `
npm error code E404
npm error 404 Not Found - GET https://registry.example.com/left-padd
npm error A complete log of this run can be found in: /root/.npm/_logs/a.log
`},
		"pytest": {`
tests/test_price.py ..F                                            [100%]

=================================== FAILURES ===================================
__________________________________ test_total __________________________________

    def test_total():
>       assert total([1]) == 2
E       assert 1 == 2
E        +  where 1 = total([1])

tests/test_price.py:4: AssertionError
=========================== short test summary info ============================
FAILED tests/test_price.py::test_total - assert 1 == 2
========================= 1 failed, 2 passed in 0.02s ==========================
`, `
tests/test_price.py ..F                                            [100%]
=================================== FAILURES ===================================
__________________________________ test_total __________________________________
    def test_total():
>       assert total([1]) == 2
E       assert 1 == 2
E        +  where 1 = total([1])
tests/test_price.py:4: AssertionError
=========================== short test summary info ============================
FAILED tests/test_price.py::test_total - assert 1 == 2
`},
		"go test -v": {`
=== RUN   TestTotal
--- PASS: TestTotal (0.00s)
=== RUN   TestRound
    price_test.go:12: Round(1.345) = 1.34, want 1.35
--- FAIL: TestRound (0.00s)
FAIL
FAIL	example.com/cart	0.004s
ok  	example.com/tax	0.003s
FAIL
`, `
    price_test.go:12: Round(1.345) = 1.34, want 1.35
--- FAIL: TestRound (0.00s)
FAIL
FAIL	example.com/cart	0.004s
`},
		"make and gcc": {`
cc -c util.c
cc -c main.c
main.c: In function 'main':
main.c:3:5: error: 'x' undeclared (first use in this function)
    3 |     x = 1;
      |     ^
make: *** [Makefile:3: main.o] Error 1
`, `
main.c: In function 'main':
main.c:3:5: error: 'x' undeclared (first use in this function)
    3 |     x = 1;
      |     ^
make: *** [Makefile:3: main.o] Error 1
`},
		"docker build": {`
#8 [3/5] COPY . .
#8 DONE 0.3s

#9 [4/5] RUN make install
#9 0.412 cp: cannot stat 'bin/cart': No such file or directory
#9 0.413 make: *** [Makefile:9: install] Error 1
#9 ERROR: process "/bin/sh -c make install" did not complete successfully: exit code: 2
------
 > [4/5] RUN make install:
------
Dockerfile:4
ERROR: failed to solve: process "/bin/sh -c make install" did not complete successfully: exit code: 2
`, `
#9 [4/5] RUN make install
#9 0.412 cp: cannot stat 'bin/cart': No such file or directory
#9 0.413 make: *** [Makefile:9: install] Error 1
#9 ERROR: process "/bin/sh -c make install" did not complete successfully: exit code: 2
------
 > [4/5] RUN make install:
------
Dockerfile:4
ERROR: failed to solve: process "/bin/sh -c make install" did not complete successfully: exit code: 2
`},
		"kubectl": {`
+ kubectl apply -f k8s/
deployment.apps/cart configured
service/cart unchanged
Error from server (Forbidden): error when creating "k8s/role.yaml": roles is forbidden: User "ci" cannot create resource "roles"
`, `
Error from server (Forbidden): error when creating "k8s/role.yaml": roles is forbidden: User "ci" cannot create resource "roles"
`},
		"groovy": {`
[Pipeline] End of Pipeline
Also:   org.jenkinsci.plugins.workflow.actions.ErrorAction$ErrorId: 0b2c7a
hudson.AbortException: could not read release.json
	at PluginClassLoader//a.b.Read.run(Read.java:60)
	at PluginClassLoader//a.b.Exec.run(Exec.java:47)
	at a.b.Worker.call(Worker.java:1)
	at a.b.Worker.call(Worker.java:2)
	at a.b.Worker.call(Worker.java:3)
Caused by: java.nio.file.NoSuchFileException: /ws/release.json
	at java.base/sun.nio.fs.UnixException.translate(UnixException.java:92)
	... 14 more
Finished: FAILURE
`, `
Also:   org.jenkinsci.plugins.workflow.actions.ErrorAction$ErrorId: 0b2c7a
hudson.AbortException: could not read release.json
	at PluginClassLoader//a.b.Read.run(Read.java:60)
	at PluginClassLoader//a.b.Exec.run(Exec.java:47)
	at a.b.Worker.call(Worker.java:1)
Caused by: java.nio.file.NoSuchFileException: /ws/release.json
	at java.base/sun.nio.fs.UnixException.translate(UnixException.java:92)
	... 14 more
`},
		"set -x": {`
+ ./configure
checking for gcc... gcc
+ curl -fsS https://example.com/release.tgz
curl: (22) The requested URL returned error: 404
+ cleanup
+ rm -rf tmp
`, `
+ curl -fsS https://example.com/release.tgz
curl: (22) The requested URL returned error: 404
+ cleanup
+ rm -rf tmp
`},
	} {
		var b blockReader
		b.add(clean.Log([]byte(c.log[1:])))
		if got, want := "\n"+strings.Join(linesOf(&b), "\n")+"\n", strings.ReplaceAll(c.want, "\t", " "); got != want {
			t.Errorf("%s:%swant:%s", name, got, want)
		}
	}
}

func TestACommitIsShortenedWhereItIsAHash(t *testing.T) {
	t.Parallel()
	one, two := strings.Repeat("0123456789abcdef", 4), strings.Repeat("fedcba9876", 4)
	for value, want := range map[string]string{
		two: "fedcba9876fe", "cart@sha256:" + one: "cart@sha256:0123456789ab", two + "0": two + "0", "v1.2": "v1.2", "": "",
	} {
		if got := ShortHashes(value); got != want {
			t.Errorf("%q is %q", value, got)
		}
	}
}
