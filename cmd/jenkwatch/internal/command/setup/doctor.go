package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/colorprofile"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/config"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/deliver"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/screen"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	jenkinsenv "github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/sender"
)

const (
	stateOK      = "ok"
	stateWarning = "warning"
	stateFailed  = "failed"
)

// checkup collects findings, and the exit code of the first that failed.
type checkup struct {
	findings []jsonview.Finding
	code     int
}

func (c *checkup) ok(check, format string, args ...any) {
	c.findings = append(c.findings, jsonview.Finding{Check: check, State: stateOK, Detail: fmt.Sprintf(format, args...)})
}

func (c *checkup) warn(check, detail, hint string) {
	c.findings = append(c.findings, jsonview.Finding{Check: check, State: stateWarning, Detail: detail, Hint: hint})
}

func (c *checkup) fail(check string, err error) {
	c.findings = append(c.findings, jsonview.Finding{Check: check, State: stateFailed, Detail: err.Error(), Hint: exit.HintOf(err)})
	if c.code == 0 {
		c.code = exit.CodeOf(err)
	}
}

// DoctorCommand returns `jenkwatch doctor`.
func DoctorCommand(a *cli.App) *cobra.Command {
	var o output.Format
	var test string
	var reach bool
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Check config, controllers, endpoints, database and terminal, and say what to fix",
		Long: "Check config (keys, columns, filters, commands and themes, too), controllers (reachable, user, permissions, useful plugins), endpoints (references resolve; nothing is\n" +
			"sent), database and terminal. The exit code is 0 when nothing failed, else that of the first failure.",
		Example: "  jenkwatch doctor\n" +
			"  jenkwatch doctor --endpoints\n" +
			"  jenkwatch doctor --test-endpoint default",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return checkAll(cmd.Context(), a, &o, test, reach)
		},
	}
	cmd.Flags().StringVar(&test, "test-endpoint", "", "send a test notification to this endpoint")
	cmd.Flags().BoolVar(&reach, "endpoints", false, "ask whether something answers at each endpoint (OPTIONS, without headers and payload)")
	_ = cmd.RegisterFlagCompletionFunc("test-endpoint", complete.Endpoints(a))
	o.AddFlags(cmd)
	return cmd
}

func checkAll(ctx context.Context, a *cli.App, o *output.Format, test string, reach bool) error {
	var c checkup
	if cfg, err := a.Config(); err != nil {
		c.mistakes(err)
	} else {
		c.config(cfg)
		for _, err := range screen.Check(cfg) {
			c.fail("screen", err)
		}
		if own := screen.OwnKeys(cfg); len(own) > 0 {
			c.ok("keys", "%s", strings.Join(own, "; "))
		}
		checkControllers(ctx, a, &c)
		for _, e := range cfg.Endpoints {
			c.endpoint(ctx, e, reach)
		}
		c.rules(cfg)
		if len(cfg.Endpoints) == 0 {
			c.warn("endpoint", "no endpoint is configured", "`jenkwatch init` sets one up; watching needs none")
		}
		checkStore(ctx, a, &c)
		if test != "" {
			testEndpoint(ctx, a, &c, test)
		}
	}
	checkTerminal(a, &c)
	if err := printFindings(a, o, c.findings); err != nil {
		return err
	}
	if c.code != 0 {
		return exit.Code(c.code)
	}
	return nil
}

// mistakes lists all that is wrong in a config that nothing can be done with.
func (c *checkup) mistakes(err error) {
	m, ok := errors.AsType[*config.Mistakes](err)
	if !ok {
		c.fail("config", err)
		return
	}
	for _, err := range m.All {
		c.fail("config", err)
	}
	for _, err := range screen.Check(m.Config) {
		c.fail("screen", err)
	}
}

func (c *checkup) config(cfg *config.Config) {
	info, err := os.Stat(cfg.Path)
	switch {
	case cfg.Path == "" || errors.Is(err, os.ErrNotExist):
		c.warn("config", "there is no config file", "`jenkwatch init` writes one; flags and JENKINS_URL work without")
	case err != nil:
		c.fail("config", err)
	case runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0:
		c.warn("config", cfg.Path+" can be read by others", "chmod 600 "+cfg.Path)
	default:
		c.ok("config", "%s: %s, %s", cfg.Path, output.Plural(len(cfg.Controllers), "controller"), output.Plural(len(cfg.Endpoints), "endpoint"))
	}
}

// rules checks what reading the config has not: that the programs of their commands are there.
func (c *checkup) rules(cfg *config.Config) {
	missing := false
	for _, r := range cfg.Rules {
		if len(r.Command) == 0 {
			continue
		}
		if _, err := exec.LookPath(config.ExpandHome(r.Command[0])); err != nil {
			missing = true
			c.warn("rules", fmt.Sprintf("%q runs %q, which is not there", r.Name, r.Command[0]), "correct its command, or install the program")
		}
	}
	if len(cfg.Rules) > 0 && !missing {
		c.ok("rules", "%s", output.Plural(len(cfg.Rules), "rule"))
	}
}

func checkControllers(ctx context.Context, a *cli.App, c *checkup) {
	chosen, err := a.ChooseControllers("")
	if err != nil {
		c.fail("controller", err)
		return
	}
	for _, cc := range chosen {
		name := "controller " + cc.Name
		conn, err := a.Connect(ctx, cc)
		if err != nil {
			c.fail(name, err)
			continue
		}
		c.controller(ctx, name, conn)
	}
}

func (c *checkup) controller(ctx context.Context, name string, conn *cli.Controller) {
	started := time.Now()
	who, err := conn.Client.WhoAmI(ctx)
	if err != nil {
		c.fail(name, err)
		return
	}
	c.ok(name, "Jenkins %s answers in %s", who.Version, time.Since(started).Round(time.Millisecond))
	if who.Anonymous {
		c.warn(name, "not authenticated: anonymous", "set a user and an API token: `jenkwatch init`")
	} else {
		c.ok(name, "authenticated as %s", clean.Line(who.ID))
	}
	if _, _, err := conn.Client.Running(ctx); err != nil {
		c.fail(name, err)
	}
	if _, err := conn.Client.Queue(ctx); err != nil {
		c.fail(name, err)
	}
	jobs, err := conn.Client.LastRuns(ctx)
	if err != nil {
		c.fail(name, err)
		return
	}
	builds := 0
	for _, j := range jobs {
		if !j.Folder {
			builds++
		}
	}
	if builds == 0 {
		c.warn(name, "no job is visible", "ask its administrator for the right Job/Read, or check the URL's path prefix")
	} else {
		c.ok(name, "%s visible", output.Plural(builds, "job"))
	}
	c.plugins(ctx, name, conn, jobs)
}

// plugins finds out what helps by asking for what it would tell of one build each.
func (c *checkup) plugins(ctx context.Context, name string, conn *cli.Controller, jobs []jenkins.Job) {
	pipeline := lastWhere(jobs, func(r *jenkins.Run) bool { return r.Pipeline })
	if pipeline != nil {
		c.stages(ctx, name, conn, *pipeline)
	}
	freestyle := lastWhere(jobs, func(r *jenkins.Run) bool { return !r.Pipeline })
	if freestyle != nil {
		env, err := conn.Env.Env(ctx, *freestyle)
		switch {
		case err != nil:
			c.warn(name, "environment: "+err.Error(), exit.HintOf(err))
		case len(env.Of(jenkinsenv.Injected)) > 0:
			c.ok(name, "EnvInject reports the environment of freestyle builds")
		default:
			c.warn(name, output.Plural(len(env.Missing), "variable")+" of a freestyle build's agent not exposed",
				"the plugin EnvInject reports them; `jenkwatch listen` receives them from the status plugin")
		}
	}
	switch has := hasEvents(ctx, conn); {
	case has && conn.Events == nil:
		c.ok(name, "sse-gateway sends events: sync uses them; the screen does with events = true in the config")
	case has && *conn.Events:
		c.ok(name, "sse-gateway sends events")
	case has:
		c.ok(name, "sse-gateway sends events, and the config has events = false")
	default:
		c.warn(name, "no events: the plugin sse-gateway is not installed", "polling works as well, a little later")
	}
}

// stages says which plugin provides a pipeline's stages, and which would provide more.
func (c *checkup) stages(ctx context.Context, name string, conn *cli.Controller, run jenkins.Run) {
	tree, err := conn.Stages.Tree(ctx, run)
	more := "install the plugin pipeline-graph-view"
	if tree.Refused != nil {
		more = "the plugin pipeline-graph-view would show more, but: " + tree.Refused.Error()
	}
	switch {
	case err != nil:
		c.warn(name, "stages: "+err.Error(), exit.HintOf(err))
	case tree.Source == stages.GraphView:
		_, err := conn.Client.Page(ctx, run.Ref, "ask Jenkins for the artifacts", "wfapi/artifacts", "")
		if e, ok := errors.AsType[*jenkins.Error](err); ok && e.PageMissing() {
			c.warn(name, "stages come from pipeline-graph-view: the true tree; sizes of artifacts are not known",
				"the plugin pipeline-rest-api (wfapi) reports them")
			return
		}
		c.ok(name, "stages come from pipeline-graph-view: the true tree")
	case tree.Source == stages.WFAPI:
		c.warn(name, "stages come from wfapi, which flattens parallel branches and lists the first 100 steps of a running stage", more)
	case tree.Source == stages.FlowNodes:
		c.warn(name, "stages come from the flow graph, which has no times and no nodes", more)
	default:
		c.warn(name, "only the names of running stages are known", more)
	}
}

func lastWhere(jobs []jenkins.Job, is func(*jenkins.Run) bool) *jenkins.Run {
	i := slices.IndexFunc(jobs, func(j jenkins.Job) bool { return j.Last != nil && j.Last.Status.Ended() && is(j.Last) })
	if i < 0 {
		return nil
	}
	return jobs[i].Last
}

// hasEvents asks whether the sse-gateway plugin answers.
func hasEvents(ctx context.Context, conn *cli.Controller) bool {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	url := conn.Client.URL.JoinPath("sse-gateway", "connect").String() + "?clientId=jenkwatch-doctor"
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	if conn.Client.User != "" {
		req.SetBasicAuth(conn.Client.User, conn.Client.Token)
	}
	// Credentials go to this address alone: a redirect is not followed.
	hc := &http.Client{Transport: conn.Client.HTTP.Transport, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
	resp, err := hc.Do(req)
	if err != nil {
		return false
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 4096)
	return resp.StatusCode == http.StatusOK
}

func (c *checkup) endpoint(ctx context.Context, e sender.Endpoint, reach bool) {
	name := "endpoint " + e.Name
	if err := e.Test(ctx); err != nil {
		c.fail(name, err)
		return
	}
	for _, w := range e.Warnings(sender.Notification{}) {
		c.warn(name, w, "")
	}
	c.ok(name, "%s %s: every reference has a value", strings.ToUpper(cmp.Or(e.Method, http.MethodPost)), e.ShownURL())
	if !reach {
		return
	}
	status, err := e.Reach(ctx)
	if err != nil {
		c.fail(name, err)
		return
	}
	c.ok(name, "it answers (HTTP %d to OPTIONS)", status)
}

func checkStore(ctx context.Context, a *cli.App, c *checkup) {
	box, err := a.Outbox(ctx)
	if err != nil {
		c.fail("store", err)
		return
	}
	counts, err := box.Counts(ctx)
	if err != nil {
		c.fail("store", err)
		return
	}
	overdue, err := box.Overdue(ctx)
	if err != nil {
		c.fail("store", err)
		return
	}
	if err := box.CheckWrite(ctx); err != nil {
		c.fail("store", err)
		return
	}
	dir, err := a.StateFolder()
	if err != nil {
		c.fail("store", err)
		return
	}
	waiting := counts[sender.Queued] + counts[sender.Retrying] + counts[sender.Delivering]
	c.ok("store", "%s: %s waiting, %d dead", dir, output.Plural(waiting, "notification"), counts[sender.Dead])
	if overdue > 0 {
		c.warn("store", output.Plural(overdue, "notification")+" should have been sent by now: no process delivers",
			"run `jenkwatch outbox flush --watch`, `sync` or the screen")
	}
	if counts[sender.Dead] > 0 {
		c.warn("store", output.Plural(counts[sender.Dead], "notification")+" could not be delivered",
			"`jenkwatch outbox list --state dead` shows them")
	}
}

// testEndpoint sends a notification that cannot be mistaken for a real one.
func testEndpoint(ctx context.Context, a *cli.App, c *checkup, name string) {
	answer, err := sendTest(ctx, a, name)
	if err != nil {
		c.fail("endpoint "+name, err)
		return
	}
	c.ok("endpoint "+name, "%s", answer)
}

// sendTest sends a test to an endpoint of the config and says how it went.
func sendTest(ctx context.Context, a *cli.App, endpoint string) (string, error) {
	if a.Flags.ReadOnly {
		return "", exit.ReadOnly("send a test")
	}
	box, err := a.Outbox(ctx)
	if err != nil {
		return "", err
	}
	body := "This is a test by jenkwatch. It is not about a build."
	d, err := box.Add(ctx, sender.Notification{Endpoint: endpoint, Body: &body})
	if err == nil {
		d, err = deliver.One(ctx, box, d, 30*time.Second)
	}
	if err == nil {
		err = deliver.Outcome(d)
	}
	return fmt.Sprintf("the test was delivered: HTTP %d in %s", d.HTTPStatus, max(d.Duration, time.Millisecond).Round(time.Millisecond)), err
}

func checkTerminal(a *cli.App, c *checkup) {
	width, tty := a.OnTerminal()
	if !tty {
		c.warn("terminal", "stdout is not a terminal", "the screen needs a terminal; every view is also a command")
		return
	}
	profile := colorprofile.Detect(os.Stdout, os.Environ())
	c.ok("terminal", "%s, %s, colors: %s", os.Getenv("TERM"), output.Plural(width, "column"), profile)
	if output.DumbTerminal() {
		c.warn("terminal", "it draws ASCII only", "a UTF-8 locale such as LANG=C.UTF-8 brings the real glyphs")
	}
	if width < 60 {
		c.warn("terminal", "only "+output.Plural(width, "column"), "the screen needs at least 60")
	}
}

func printFindings(a *cli.App, o *output.Format, findings []jsonview.Finding) error {
	if o.JSON {
		return o.WriteJSON(a.Out, findings)
	}
	width, tty := a.OnTerminal()
	if !tty {
		t := &output.Table{}
		for _, f := range findings {
			t.Add(f.State, f.Check, f.Detail, f.Hint)
		}
		return t.Write(a.Out, 0)
	}
	var b strings.Builder
	paint := output.NewPaint(a.Out)
	for _, f := range findings {
		const indent = "         "
		text := output.Wrap(clean.Line(f.Check+": "+f.Detail), width, indent)
		state := paint.Text(output.RoleOf(f.State), fmt.Sprintf("%-7s", f.State))
		fmt.Fprintf(&b, "%s  %s\n", state, strings.TrimPrefix(text, indent))
		if f.Hint != "" {
			fmt.Fprintln(&b, output.Wrap(clean.Line(f.Hint), width, indent))
		}
	}
	_, err := io.WriteString(a.Out, b.String())
	return err
}
