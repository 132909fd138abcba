package stages

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// Reader reads the stages of a controller's runs and remembers which pages the controller has. Its zero value with a
// Client is ready for use, by several goroutines.
type Reader struct {
	Client *jenkins.Client

	mu      sync.Mutex
	session string
	pages   map[string]*pageMemory
}

// pageMemory is what is known of a page.
type pageMemory struct {
	missing time.Time // when it was last found missing
	broken  time.Time // when it last gave no usable answer
	run     jenkins.Ref
	err     error // then
}

const (
	missingFor = 10 * time.Minute // something before the controller may have answered in its place
	brokenFor  = 20 * time.Second
	// young is how long a running pipeline may well have no stages yet.
	young = 10 * time.Second
)

// graphView is where a version of Pipeline Graph View has its pages.
type graphView struct{ tree, steps, exception string }

// graphViews are the addresses that Pipeline Graph View has had, newest first.
var graphViews = []graphView{
	{"stages/tree", "stages/allSteps", "stages/exceptionText"},
	{"pipeline-overview/tree", "pipeline-overview/allSteps", "pipeline-overview/exceptionText"},
	{"pipeline-console/tree", "pipeline-console/allSteps", "pipeline-console/exceptionText"},
	{"pipeline-graph/tree", "pipeline-console/allSteps", "pipeline-console/exceptionText"},
}

const (
	describePage  = "wfapi/describe"
	describeQuery = "fullStages=true"
	flowPage      = "api/json"

	askStages = "ask Jenkins for the stages"
	askSteps  = "ask Jenkins for the steps"
)

var errNoStages = errors.New("it lists no stages of this build")

// ErrNoSteps is the error where no source lists the steps of a run.
var ErrNoSteps = errors.New("Jenkins lists no steps of this build") //nolint:staticcheck // a name

// Tree asks for the stages of a pipeline run; a run that is no pipeline has none. Where no source answers, the stages are
// those that the list of running builds named; where one gives no usable answer and no other has stages, that is the error.
func (r *Reader) Tree(ctx context.Context, run jenkins.Run) (Tree, error) {
	t := Tree{Ref: run.Ref}
	if !run.Pipeline || run.Number == 0 {
		return t, nil
	}
	var refused, gone error
	var first *Tree // that answered, without stages
	for i, source := range r.sources(run) {
		got, err := source(ctx)
		switch {
		case err == nil && len(got.Stages)+len(got.Steps) == 0:
			if first == nil {
				first = &got
			}
			if !run.Status.Ended() && time.Since(run.Began()) < young {
				return got, nil
			}
		case err == nil:
			got.settle(run)
			got.Refused = t.Refused
			return got, nil
		case errors.Is(err, errSkip):
		case fatal(err):
			return t, err
		case jenkins.IsKind(err, jenkins.NotFound):
			gone = err
		default:
			refused = cmp.Or(refused, err)
		}
		if i < len(graphViews) && !errors.Is(err, errSkip) {
			t.Refused = cmp.Or(t.Refused, err, errNoStages)
		}
	}
	if first != nil {
		return *first, nil
	}
	if err := cmp.Or(refused, gone); err != nil {
		return t, err
	}
	t.Source = Refresh
	for _, name := range run.Stages {
		t.Stages = append(t.Stages, Stage{Name: name, Title: name, Kind: Plain, State: Running})
	}
	return t, nil
}

// Whole asks for the stages and their steps. Without the steps, which is [ErrNoSteps] or another error, the stages are
// still there.
func (r *Reader) Whole(ctx context.Context, run jenkins.Run) (Tree, error) {
	t, err := r.Tree(ctx, run)
	if err != nil {
		return t, err
	}
	return t, r.Steps(ctx, run, &t)
}

// errSkip is the error for a page that is not worth asking.
var errSkip = errors.New("the controller lacks the page")

// sources are the ways to get a run's stages, best first.
func (r *Reader) sources(run jenkins.Run) []func(context.Context) (Tree, error) {
	var all []func(context.Context) (Tree, error)
	for i := range graphViews {
		all = append(all, func(ctx context.Context) (t Tree, err error) {
			dated := true
			var answer envelope
			err = r.ask(ctx, run, askStages, graphViews[i].tree, "", &answer, func() (err error) {
				t = Tree{Ref: run.Ref, Source: GraphView, view: &graphViews[i]}
				t.Stages, dated, err = answer.stages()
				return err
			})
			if err == nil && !dated {
				if from, err := r.describe(ctx, run, askStages); err == nil {
					t.date(from)
				}
			}
			return t, err
		})
	}
	return append(all, func(ctx context.Context) (Tree, error) {
		from, err := r.describe(ctx, run, askStages)
		return Tree{Ref: run.Ref, Source: WFAPI, StepSource: WFAPI, Stages: from}, err
	}, func(ctx context.Context) (t Tree, err error) {
		t = Tree{Ref: run.Ref, Source: FlowNodes, StepSource: FlowNodes}
		var answer flowNodes
		err = r.ask(ctx, run, askStages, flowPage, flowNodesTree, &answer, func() (err error) {
			t.Stages, t.Steps, err = answer.stages(r.mask)
			return err
		})
		if errors.Is(err, errUnusable) {
			err = errSkip // the run's own answer without a graph: there is nothing to see
		}
		return t, err
	})
}

func (r *Reader) describe(ctx context.Context, run jenkins.Run, op string) (from []Stage, err error) {
	var answer description
	err = r.ask(ctx, run, op, describePage, describeQuery, &answer, func() (err error) {
		from, err = answer.stages(r.mask)
		return err
	})
	return from, err
}

// Steps adds the steps to a tree that has none yet: those of Pipeline Graph View, else those that wfapi lists. Where that
// left some out of an ended run, they are added.
func (r *Reader) Steps(ctx context.Context, run jenkins.Run, t *Tree) error {
	err := r.steps(ctx, run, t)
	if err == nil && t.StepSource == WFAPI {
		r.complete(ctx, run, t)
	}
	return err
}

func (r *Reader) steps(ctx context.Context, run jenkins.Run, t *Tree) error {
	if t.StepSource != "" || len(t.Stages) == 0 {
		return nil
	}
	var refused error
	if t.view != nil {
		dated := true
		var answer envelope
		err := r.ask(ctx, run, askSteps, t.view.steps, "", &answer, func() error {
			steps, stage, hasTimes, err := answer.steps(r.mask)
			if err == nil {
				dated = hasTimes
				t.add(steps, stage, GraphView)
			}
			return err
		})
		if err == nil {
			r.timeSteps(ctx, run, t, dated)
			t.settle(run)
		}
		if err == nil || fatal(err) {
			return err
		}
		if !errors.Is(err, errSkip) {
			refused = err
		}
	}
	from, err := r.describe(ctx, run, askSteps)
	switch {
	case err == nil:
		t.addFrom(from)
		t.settle(run)
		return nil
	case fatal(err):
		return err
	case !errors.Is(err, errSkip):
		refused = cmp.Or(refused, err)
	}
	return cmp.Or(refused, ErrNoSteps)
}

// timeSteps corrects the times of steps where wfapi has better ones: of an ended run's branches, and where there are none.
func (r *Reader) timeSteps(ctx context.Context, run jenkins.Run, t *Tree, dated bool) {
	branches := false
	each(t.Stages, func(s *Stage) { branches = branches || s.Kind == Branch && len(s.Steps) > 0 })
	if dated && (!branches || !run.Status.Ended()) {
		return
	}
	if from, err := r.describe(ctx, run, askSteps); err == nil {
		t.timeFrom(from, !dated)
	}
}

// longestException is how much of a failure's text is read: a message, or an exception with its stack.
const longestException = 64 << 10

// Exception asks for the text of what failed at a flow node of a tree: the message of an error or a failed command, or an
// exception with its stack. It is empty where there is none, or the tree's source does not have it.
func (r *Reader) Exception(ctx context.Context, run jenkins.Run, t *Tree, node string) (string, error) {
	if t.view == nil || !isID(node) {
		return "", nil
	}
	page := t.view.exception
	if err := r.known(page, run.Ref); err != nil {
		return "", ignoreSkip(err)
	}
	q := r.Client.PageBelow(run.Ref, "ask Jenkins why a step failed", page, "nodeId="+node)
	q.Text, q.Limit = true, longestException
	said, err := r.Client.Fetch(ctx, q)
	if err = r.note(page, run.Ref, err); err != nil {
		return "", ignoreSkip(err)
	}
	text := strings.TrimSpace(clean.Text(string(said)))
	if text == "null" {
		return "", nil
	}
	return text, nil
}

func ignoreSkip(err error) error {
	if errors.Is(err, errSkip) {
		return nil
	}
	return err
}

// ask asks for a page, unless it is known to be missing or broken, has the answer read, and remembers what comes of it.
func (r *Reader) ask(ctx context.Context, run jenkins.Run, op, page, query string, answer any, read func() error) error {
	if err := r.known(page, run.Ref); err != nil {
		return err
	}
	body, err := r.Client.Page(ctx, run.Ref, op, page, query)
	if err == nil {
		if err = decode(body, answer); err == nil {
			err = read()
		}
		if err != nil {
			err = &jenkins.Error{Kind: jenkins.NotJenkins, Op: op, Path: page, Status: 200, Err: err}
		}
	}
	return r.note(page, run.Ref, err)
}

// decode decodes JSON and skips values of an unexpected type.
func decode(body []byte, into any) error {
	err := json.Unmarshal(body, into)
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && wrong.Field != "" {
		return nil
	}
	return err
}

// known is why a page is not worth asking now, or nil.
func (r *Reader) known(page string, run jenkins.Ref) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.Client.Session(); s != r.session {
		if r.session != "" {
			r.pages = nil // it was restarted: a plugin may have come or gone
		}
		r.session = s
	}
	m := r.pages[page]
	switch {
	case m == nil:
		return nil
	case !m.missing.IsZero() && time.Since(m.missing) < missingFor:
		return errSkip
	case m.run == run && m.err != nil && time.Since(m.broken) < brokenFor:
		return m.err
	}
	return nil
}

// note remembers a page that is missing, or that gave no usable answer for this run. It returns [errSkip] for the first.
func (r *Reader) note(page string, run jenkins.Ref, err error) error {
	if err == nil || fatal(err) {
		return err
	}
	e, ok := errors.AsType[*jenkins.Error](err)
	missing := ok && e.PageMissing()
	if ok && e.Kind == jenkins.NotFound && !missing {
		return err // the build itself
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.pages == nil {
		r.pages = map[string]*pageMemory{}
	}
	if missing {
		r.pages[page] = &pageMemory{missing: time.Now()}
		return errSkip
	}
	r.pages[page] = &pageMemory{broken: time.Now(), run: run, err: err}
	return err
}

// fatal reports whether no other source would answer either: the controller is away or refuses access, or the caller gave up.
func fatal(err error) bool {
	e, ok := errors.AsType[*jenkins.Error](err)
	if !ok {
		return !errors.Is(err, errSkip)
	}
	switch e.Kind {
	case jenkins.Refused:
		return e.Status == 429
	case jenkins.NotJenkins, jenkins.TooLarge, jenkins.CutShort, jenkins.NotFound:
		return false
	case jenkins.NotAllowed:
		return e.Status != 403
	}
	return true
}

// mask returns a step's name or a message without secrets.
func (r *Reader) mask(text string) string { return secrets.MaskWords(text, r.Client.SecretPatterns) }
