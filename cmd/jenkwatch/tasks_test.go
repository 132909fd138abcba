//go:build !windows

package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
)

// What people want of the program, done on a terminal without reading anything but the screen. Each task is done in terminals
// of different sizes and looks.

func TestTaskSeeWhyABuildFailedWithTwoKeys(t *testing.T) {
	inLooks(t, 0, func(t *testing.T, l look) {
		u := newDemoWorld(t, "").open(l)
		u.sees("Runs", "3 Failing 1")
		u.press("3")
		u.misses("nightly")
		u.press("enter")
		u.sees("FAILURE", "last good #1201", // which is older
			"Test ▸ npm test", "FAIL src/cart/voucher.test.ts", // the step and its error
			"new failure voucher › rounds half cents", // the test
			"in #1203", "tom  Round voucher") // whose commit
		u.resize(200, 60)
		u.sees("expected 7.13 but was 7.12", "tom  Round voucher discounts to whole cents")
		u.resize(l.cols, l.rows)
		u.press("enter")
		u.sees("error 1 of")
		u.leaves()
	})
}

func TestTaskBeToldThatABuildEndsAndComeBackToIt(t *testing.T) {
	inLooks(t, 1, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		b := w.start("shop/search/main", "admin", time.Minute)
		name := fmt.Sprintf("shop/search/main #%d", b.Number())
		u := w.open(l)
		u.sees("Runs")
		u.filters("search/main", "search")
		u.press("f")
		u.sees("following " + name)
		u.press("esc", "g")
		u.press("\x1b[O") // another window has the keys
		u.resize(l.cols+1, l.rows)
		w.controller.Finish(b, "FAILURE")
		u.sees(name + " failed in Build after 1:")
		u.press("\x1b[I")
		if !strings.Contains(u.text(), "\a") {
			t.Error("the terminal does not ring")
		}
		u.confirms("enter")
		u.sees(name, "FAILURE  in 1:")
		u.leaves()
	})
}

func TestTaskStopStartAnswerAndRestart(t *testing.T) {
	inLooks(t, 2, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		w.start("shop/search/main", "tom", time.Minute)
		u := w.open(l)
		u.sees("Runs")

		// Stop what hangs: the safe answer is the one that enter would take.
		u.filters("search/main", "#3")
		u.press("X")
		u.sees("Stop shop/search/main #3", "y stop it", "[ n leave it ]")
		u.confirms("y")
		u.sees("⊘ shop/search/main")
		u.unfilters()

		// Answer what a pipeline asks.
		u.filters("ship-it", "waits for input")
		u.press("i")
		u.sees("Ship 2.14.0-rc.3 to production?", "goes on, after 2 parameters")
		u.press("enter")
		u.sees("TICKET", "NOTIFY", "ctrl+s Ship it")
		u.press("CHG-7")
		u.sees("CHG-7")
		u.confirms("ctrl+s")
		u.misses("waits for input")
		u.unfilters()

		// Start a build with other parameters.
		u.filters("hello-free", "hello-free")
		u.press("B")
		u.wait("the parameters", func(screen string) bool {
			if strings.Contains(screen, "Build") && strings.Contains(screen, "today's script") { // it offers to do it again
				u.press("enter")
			}
			return strings.Contains(screen, "NAME") && strings.Contains(screen, "ctrl+s build")
		})
		u.press(" the second")
		u.sees("the second")
		u.confirms("ctrl+s")
		u.sees("hello-free")
		u.misses("ctrl+s build")
		u.unfilters()

		// Restart what failed from where it failed, and go there.
		u.press("3")
		u.filters("cart/main", "#1203")
		u.press("B")
		u.sees("Restart from stage Test")
		u.press("enter")
		u.sees("Restart shop/cart/main #1203 from stage Test", "y restart")
		u.confirms("y")
		u.sees("shop/cart/main #1204")
		u.press(".")
		u.sees("shop/cart/main #1204", "RUNNING")
		u.leaves()

		w.wantPosts(t, "/stop", "/input/", "/buildWithParameters", "/restart/")
	})
}

func TestTaskCompareAFailedEnvironmentWithTheLastGoodOne(t *testing.T) {
	inLooks(t, 2, func(t *testing.T, l look) {
		u := newDemoWorld(t, "").open(l)
		u.sees("3 Failing 1")
		u.press("3")
		u.misses("nightly")
		u.press("D")
		u.sees("the last good run", "#1201 ✓ SUCCESS")
		u.press("enter")
		u.sees("Diff", "GIT_COMMIT", "the same")
		u.wait("the older side first", func(screen string) bool {
			older, newer := strings.Index(screen, "#1201 "+u.drawn("✓")), strings.Index(screen, "#1203 "+u.drawn("✗"))
			return older >= 0 && newer > older
		})
		u.resize(120, 40)
		u.sees("the same", "+ ")
		u.leaves()
	})
}

func TestTaskWriteToAnEndpointThatIsDownAndSeeItDeliveredLater(t *testing.T) {
	inLooks(t, 3, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		receiver := downUntil(t, w.hook)
		w.setEndpoint(receiver.URL)
		u := w.open(l)
		u.sees("nightly")
		u.press("c")
		u.sees("Compose", "chat", "ctrl+s")
		u.press("The nightly images are held.")
		u.sees("The nightly images are held.")
		u.press("ctrl+s")
		u.sees("not delivered to chat yet", "outbox 1")
		u.press("q")
		u.sees("1 notification not delivered yet. Quit?", "outbox flush")
		u.press("enter")
		u.wantsEnd(0)
		if want := "1 notification waits in the outbox: `jenkwatch outbox flush` delivers it"; !strings.Contains(u.text(), want) {
			t.Errorf("it does not say: %s", want)
		}
		if got := w.received(); len(got) > 0 {
			t.Fatalf("the receiver that is down got %q", got)
		}
		receiver.goUp()
		u = w.open(l)
		u.sees("nightly")
		u.press("x")
		asked := false
		u.wait("it delivered", func(screen string) bool {
			if !asked && strings.Contains(screen, "connection") { // it waits for its next attempt, or else that was due
				asked = true
				u.press("R")
			}
			return strings.Contains(screen, u.drawn("✓ infra"))
		})
		u.press("enter")
		u.sees("delivered 200 in")
		if got := w.received(); len(got) != 1 || !strings.Contains(got[0], "The nightly images are held.") || !strings.Contains(got[0], `"BUILD_NUMBER":"902"`) {
			t.Errorf("the receiver got %q", got)
		}
		u.leaves()
	})
}

func TestTaskReadTheLogOfOneBranch(t *testing.T) {
	inLooks(t, 4, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		w.start("shop/checkout/main", "admin", 2*time.Minute+10*time.Second) // unit and e2e print
		u := w.open(l)
		u.sees("Runs")
		u.filters("@admin checkout/main", "#413")
		u.press("enter")
		u.sees("shop/checkout/main #413", "▸ lint") // the stages are there, not only their names in the list
		u.press("enter")                            // on the step that runs
		u.sees("Test > e2e", "pays with card")
		u.misses("- unit")
		u.press("g")
		u.sees("Running 42 tests using 3 workers")
		u.press("S")
		u.sees("Log of", "the whole build")
		u.press("unit")
		u.sees("1 of 7")
		u.press("enter")
		u.sees("Test > unit", "- unit")
		u.misses("pays with card")
		u.leaves()
	})
}

func TestTaskKeepAFilterAsAList(t *testing.T) {
	inLooks(t, 5, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		b := w.start("shop/e2e", "admin", time.Minute)
		w.controller.Finish(b, "FAILURE")
		mine := fmt.Sprintf("#%d", b.Number())
		u := w.open(l)
		u.sees("Runs")
		u.filters("@me status:failure job:shop/*", mine)
		u.misses("#1203")
		u.press("L")
		u.sees("Save list", "› name")
		u.sees("enter save")
		u.press("broken", "enter")
		u.sees("4 broken 1")
		u.leaves()

		u = w.open(l)
		u.sees("4 broken 1", mine)
		u.press("1", "g")
		u.sees("nightly")
		u.press("4")
		u.misses("nightly")
		u.sees(mine)
		u.leaves()
	})
}

func TestTaskLearnWhatABuildInTheQueueWaitsFor(t *testing.T) {
	inLooks(t, 6, func(t *testing.T, l look) {
		u := newDemoWorld(t, "").open(l)
		u.sees("Runs")
		for job, why := range map[string]string{
			"lib/firmware":   `no node has the label "riscv"`,
			"mobile/ios app": "is offline",
			"docs/site":      "quiet period",
		} {
			u.filters(job, strings.Split(job, "/")[1])
			u.press("enter")
			u.sees("QUEUED", why)
			u.press("esc")
			u.unfilters()
		}
		u.leaves()
	})
}

func TestTaskSyncMyOwnBuildsOnly(t *testing.T) {
	inLooks(t, 7, func(t *testing.T, l look) {
		w := newDemoWorld(t, "")
		b := w.start("shop/search/main", "admin", time.Minute)
		u := w.open(l)
		u.sees("nightly", "sync off")
		u.press("A")
		u.sees("Announce builds to chat?", "announce every build", "announce mine")
		u.press("mine")
		u.misses("announce every build")
		atOnce := 0
		u.wait("how many are sent at once", func(screen string) bool {
			_, after, _ := strings.Cut(screen, "announce mine")
			n, _ := fmt.Sscanf(after, "%d notifications at once", &atOnce)
			return n == 1
		})
		if got := w.received(); len(got) > 0 {
			t.Fatalf("it sends before it was confirmed: %q", got)
		}
		u.press("enter")
		u.sees("sync on")
		u.wait("what it said", func(string) bool { return len(w.received()) >= atOnce })
		w.controller.Finish(b, "FAILURE")
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("the receiver got %q", w.received())
			}
		})
		u.wait("the result at the receiver", func(string) bool {
			return slices.ContainsFunc(w.received(), func(p string) bool {
				return strings.Contains(p, `"jobExecuteStatus":"FAILURE"`) && strings.Contains(p, `"BUILD_NUMBER":"`+fmt.Sprint(b.Number())+`"`)
			})
		})
		for _, push := range w.received() {
			if !strings.Contains(push, "hello-free") && !strings.Contains(push, "search") {
				t.Errorf("it announces what is not mine: %s", push)
			}
		}
		u.stopsSync()
		u.leaves()
	})
}

func TestTaskWatchFromTheShell(t *testing.T) {
	t.Parallel()
	for _, result := range []struct {
		name string
		code int
	}{{"FAILURE", exit.CodeFailure}, {"SUCCESS", 0}} {
		t.Run(result.name, func(t *testing.T) {
			t.Parallel()
			w := newDemoWorld(t, "")
			b := w.start("shop/search/main", "admin", time.Minute)
			u := w.open(look{80, 24, "NO_COLOR"}, "watch", fmt.Sprintf("shop/search/main#%d", b.Number()), "--log")
			u.sees("Compiling crate")
			w.controller.Finish(b, result.name)
			u.wantsEnd(result.code)
			if !strings.Contains(u.text(), "Finished: "+result.name) {
				t.Errorf("the log's end is missing: %s", u.text())
			}
			wantOwnSequences(t, u.text())
		})
	}
}
