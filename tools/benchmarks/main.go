// Benchmarks measures what docs/benchmarks.md says and writes the page anew: `.ci/benchmarks`, on a machine that does
// nothing else. It takes about three minutes.
package main

import (
	"bytes"
	"fmt"
	"log"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// row is a line of a table: a figure that a benchmark reports.
type row struct {
	what  string
	bench string // as the test prints it, without the number of processors
	unit  string
	show  func(float64) string
	aim   string
}

// suite is the benchmarks of one package.
type suite struct {
	pkg, pattern string
	flags        []string
}

var suites = []suite{
	{"./cmd/jenkwatch", "FirstFrame", []string{"-benchtime", "20x", "-count", "3"}},
	{"./cmd/jenkwatch", "RunsJSON", []string{"-benchtime", "40x", "-count", "3"}},
	{"./cmd/jenkwatch", "MinuteOfWatching", []string{"-benchtime", "1x"}},
	{"./jenkins", "Decode", quick},
	{"./jenkins/watch", "Watch/whole", quick},
	{"./jenkins/stages", "Decode", quick},
	{"./jenkins/testreport", "Report", quick},
	{"./jenkins/console", "ReadLog", quick},
	{"./jenkins/env", "Diff5000$|ScanConsole", quick},
	{"./tui", "Frame10000|FilterKey10000|TickBytes", quick},
	{"./tui/env", "EnvFilter5000", quick},
	{"./tui/log", "LogView", quick},
	{"./tui/popup", "TestsFilter", quick},
	{"./tui/status", "TwoThousandNodes", quick},
	{"./sender/outbox", "AcceptProcesses|Deliver|IdleRelay", []string{"-count", "3"}},
	{"./sender/receive", "Receive", quick},
	{"./cmd/jenkwatch/internal/announce", "SyncOf500", []string{"-benchtime", "1x", "-count", "3"}},
}

var quick = []string{"-benchtime", "300ms", "-count", "3"}

var sections = []struct {
	title string
	rows  []row
}{
	{"The whole program", []row{
		{"from exec to the first frame with the names of running builds", "FirstFrame", "ms/frame", milliseconds, "under 50 ms"},
		{"requests for the list in a minute", "MinuteOfWatching", "requests", number(""), "under 45"},
		{"bytes for the list in a minute", "MinuteOfWatching", "KB", number(" KB"), "60 KB on average, 85 in any one"},
		{"CPU time in a minute while nothing is typed", "MinuteOfWatching", "cpu-s", seconds, "under 0.9 s"},
		{"peak resident memory in that minute", "MinuteOfWatching", "peak-MB", number(" MB"), "under 40 MB"},
		{"written to the terminal in that minute", "MinuteOfWatching", "terminal-KB", number(" KB"), ""},
		{"`runs --json`", "RunsJSON", "ns/op", duration, "under 1.5 times the next row"},
		{"curl of the same URL", "RunsJSONFloor", "ns/op", duration, ""},
	}},
	{"Watching", []row{
		{"decode 500 running builds (580 KB)", "Decode500Running", "ns/op", duration, ""},
		{"decode the last builds of 1,021 jobs (309 KB, recorded)", "DecodeBigLastBuilds", "ns/op", duration, ""},
		{"merge a refresh of 500 builds beside 2,000 jobs", "Watch/whole", "ns/op", duration, ""},
		{"a frame at 200x60 with 10,000 rows", "Frame10000", "ns/op", duration, "under 1 ms"},
		{"from a key to its frame, 10,000 rows", "KeyToFrame10000", "ns/op", duration, ""},
		{"a key of the filter, 10,000 rows, with the frame", "FilterKey10000", "ns/op", duration, ""},
		{"bytes to the terminal when a clock ticks", "TickBytes", "bytes/op", number(""), ""},
	}},
	{"Inside a build", []row{
		{"decode the stages of 2,000 nodes: pipeline-graph-view", "Decode/graph_view", "ns/op", duration, "under 10 ms"},
		{"the same from wfapi", "Decode/wfapi", "ns/op", duration, "under 10 ms"},
		{"the same from the flow graph", "Decode/flow_nodes", "ns/op", duration, "under 10 ms"},
		{"draw them", "TwoThousandNodes", "ns/op", duration, "under 10 ms"},
		{"decode 3,000 tests", "Report/decode", "ns/op", duration, ""},
		{"a key of their filter, with the frame", "TestsFilter", "ns/op", half, "under 10 ms"},
		{"read a console", "ReadLog", "MB/s", number(" MB/s"), ""},
		{"a frame of the log pane", "LogView/wrap=true", "ns/op", duration, ""},
		{"a key of the filter of 5,000 variables, with the frame", "EnvFilter5000", "ns/op", duration, ""},
		{"compare two builds of 5,000 variables", "Diff5000", "ns/op", duration, ""},
		{"search a console for listings of variables", "ScanConsole", "MB/s", number(" MB/s"), ""},
	}},
	{"Sending and receiving", []row{
		{"notifications accepted in a second, one process", "AcceptProcesses/processes=1", "accepted/s", number(""), "over 1,000"},
		{"by four processes at once", "AcceptProcesses/processes=4", "accepted/s", number(""), ""},
		{"delivered in a second to an endpoint on the same machine", "Deliver", "delivery/s", number(""), "over 1,000"},
		{"CPU time of one delivery", "Deliver", "cpu-µs/delivery", number(" µs"), ""},
		{"CPU time of an idle relay in a second", "IdleRelay", "cpu-µs/s", number(" µs"), ""},
		{"pushes stored and answered in a second, 64 at once", "Receive/stored/senders=64", "push/s", number(""), "over 1,000"},
		{"of a handler that drops them", "Receive/dropped/senders=64", "push/s", number(""), ""},
		{"sync: 500 builds that end at once, seen to committed", "SyncOf500ChangesAtOnce", "ms/500-ends", milliseconds, ""},
	}},
}

const page = `# Figures

Made by ` + "`.ci/benchmarks`" + `, which takes about three minutes on a machine that does nothing else. Aims are for plain code: one that is missed is
said, not forced.

Measured on %s with %s on %s/%s, %d processors. Where a benchmark runs several times, this is the median.
%s
## How

- *The whole program* is the program as a process of its own (the test binary, which is larger than a release), on a terminal
  of 120x40, against a simulated controller with 2,000 jobs and 22 running builds in another process' memory. A minute is
  a real minute, the first one after the start: it holds the question about all jobs.
- Requests and bytes are counted by the controller, without those for the build in focus; 300 bytes are added for the headers of each
  answer. ` + "`go test -v -run Budget ./jenkins/watch`" + ` counts twelve simulated minutes and fails beyond the aim:
  40.4 requests and 54.6 KB a minute on average, when this was written. While nothing runs it asks every 10 s, after five minutes every
  15 s: 7 to 9 requests a minute.
- ` + "`go test -run '^$' -bench . ./...`" + ` runs every benchmark there is. Tests assert none of these times.
- Memory stays bounded where answers do not: a 200 MB answer to every question is refused at 16 MB (4 MB about the stages of a build).
`

func main() {
	log.SetFlags(0)
	figures := map[string][]float64{}
	for _, s := range suites {
		if err := s.run(figures); err != nil {
			log.Fatal(err)
		}
	}
	var tables strings.Builder
	for _, section := range sections {
		fmt.Fprintf(&tables, "\n## %s\n\n| what | measured | aim |\n|---|---|---|\n", section.title)
		for _, r := range section.rows {
			values := figures[r.bench+" "+r.unit]
			if len(values) == 0 {
				log.Fatalf("no benchmark reports %s of %s", r.unit, r.bench)
			}
			slices.Sort(values)
			fmt.Fprintf(&tables, "| %s | %s | %s |\n", r.what, r.show(values[len(values)/2]), r.aim)
		}
	}
	text := fmt.Sprintf(page, time.Now().Format("2006-01-02"), runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), tables.String())
	if err := os.WriteFile("docs/benchmarks.md", []byte(text), 0o644); err != nil {
		log.Fatal(err)
	}
}

var processors = regexp.MustCompile(`-\d+$`)

// run adds what the benchmarks report to figures, by name and unit.
func (s suite) run(figures map[string][]float64) error {
	args := append([]string{"test", "-run", "^$", "-bench", s.pattern}, append(s.flags, s.pkg)...)
	log.Println("go", strings.Join(args, " "))
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return fmt.Errorf("%s: %w\n%s", s.pkg, err, out)
	}
	for line := range bytes.Lines(out) {
		fields := strings.Fields(string(line))
		if len(fields) < 4 || !strings.HasPrefix(fields[0], "Benchmark") {
			continue
		}
		name := processors.ReplaceAllString(strings.TrimPrefix(fields[0], "Benchmark"), "")
		for i := 2; i+1 < len(fields); i += 2 {
			v, err := strconv.ParseFloat(fields[i], 64)
			if err != nil {
				return fmt.Errorf("%s: %q: %w", s.pkg, line, err)
			}
			key := name + " " + fields[i+1]
			figures[key] = append(figures[key], v)
		}
	}
	return nil
}

func number(unit string) func(float64) string {
	return func(v float64) string {
		digits := 0
		if v < 100 {
			digits = 1
		}
		s := strconv.FormatFloat(v, 'f', digits, 64)
		s = strings.TrimSuffix(s, ".0")
		if dot := strings.IndexByte(s, '.'); dot < 0 && len(s) > 3 {
			s = s[:len(s)-3] + "," + s[len(s)-3:]
		}
		return s + unit
	}
}

func seconds(v float64) string      { return strconv.FormatFloat(v, 'f', 2, 64) + " s" }
func milliseconds(v float64) string { return strconv.FormatFloat(v, 'f', 0, 64) + " ms" }

// duration shows nanoseconds.
func duration(v float64) string {
	if v < 1e6 {
		return strconv.FormatFloat(v/1e6, 'f', 2, 64) + " ms"
	}
	return strconv.FormatFloat(v/1e6, 'f', 1, 64) + " ms"
}

// half shows the half of a benchmark that types a letter and takes it back.
func half(v float64) string { return duration(v / 2) }
