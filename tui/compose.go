package tui

import (
	"context"
	"errors"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/internal/carry"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// composePane writes a notification: a text, the endpoint it goes to, and the run whose environment and status go along.
// What will be sent is shown as it is written. The text outlives the pane and the program.
type composePane struct {
	sh     *shared
	reader func(controller string) *envReader
	outbox *outbox.Outbox // makes previews: it has no database

	run     jenkins.Run // Job is empty when the notification is about none
	session int
	ctx     context.Context
	cancel  context.CancelFunc
	env     env.Env
	heard   bool // Jenkins answered for env
	envErr  error

	edit     editor
	endpoint int     // index into the options' endpoints
	chosen   bool    // by hand
	status   *string // chosen instead of the run's
	saved    string  // the draft as it was last kept

	request  sender.Request // what would be sent, secrets masked
	err      error          // why nothing can be sent
	warnings []string
	asked    bool // the warnings were shown: the next send is meant
	whole    bool // all of the request is shown instead of the text
	offset   int  // of its lines
	sending  bool
	mine     map[string]sender.State // what was sent from here, as last told

	w, h    int
	focused bool
}

func newComposePane(sh *shared) *composePane {
	p := &composePane{sh: sh, mine: map[string]sender.State{}, w: 80, h: 12}
	p.outbox = previewer(sh)
	p.endpoint = defaultEndpoint(sh)
	p.reader = newEnvReader(sh)
	return p
}

// previewer is an outbox that only shows what would be sent: it has no database.
func previewer(sh *shared) *outbox.Outbox {
	return &outbox.Outbox{Endpoints: func(name string) (sender.Endpoint, error) {
		for _, e := range sh.opts.Endpoints {
			if e.Name == name {
				return e, nil
			}
		}
		return sender.Endpoint{}, errors.New("it is not configured")
	}}
}

// defaultEndpoint is the index of the endpoint that is meant when none was chosen.
func defaultEndpoint(sh *shared) int {
	return max(0, slices.IndexFunc(sh.opts.Endpoints, func(e sender.Endpoint) bool { return e.Name == "default" }))
}

// show takes the run that was selected when the pane was opened; a text that is being written keeps the run it is about.
func (p *composePane) show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && !jenkins.SameBuild(&run, &p.run) {
		return nil
	}
	same := jenkins.SameBuild(&run, &p.run)
	opened := p.ctx == nil
	changed := !same || run.Status != p.run.Status
	p.run = run
	if !same {
		p.env, p.heard, p.envErr, p.status = toldEnv(run, p.sh.own(run.Controller)), false, nil, nil
	}
	if opened {
		p.session++
		p.ctx, p.cancel = context.WithCancel(p.sh.context())
	}
	p.renew()
	if run.Number == 0 || !opened && !changed {
		return nil
	}
	return p.ask()
}

func (p *composePane) hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.whole, p.asked = nil, nil, false, false
}

func (p *composePane) resize(w, h int) {
	p.w, p.h = max(1, w), max(1, h)
	p.edit.resize(p.w, p.layout().text)
}

func (p *composePane) focus(on bool) {
	p.focused = on
	p.edit.focus(on)
}

// draft is what is kept for the next start: the text, and where it is to go if that was chosen.
func (p *composePane) draft() (text, endpoint string) {
	if e, ok := p.target(); ok && p.chosen {
		endpoint = e.Name
	}
	return p.edit.text(), endpoint
}

func (p *composePane) restore(text, endpoint string) {
	if i := slices.IndexFunc(p.sh.opts.Endpoints, func(e sender.Endpoint) bool { return e.Name == endpoint }); i >= 0 {
		p.endpoint, p.chosen = i, true
	}
	if text != "" {
		p.edit = editor{}
		p.edit.area().SetValue(areaText(text))
		p.saved = text
	}
	p.refresh()
}

// typing is true while the text has the keys.
func (p *composePane) typing() bool { return true }

func (p *composePane) back() bool {
	switch {
	case p.whole:
		p.whole = false
	case p.asked:
		p.asked = false
	default:
		return false
	}
	return true
}

type (
	composeEnvMsg struct {
		session int
		env     env.Env
		err     error
	}
	endpointMsg struct{ i int }
	statusMsg   struct{ status *string }
	reuseMsg    struct{ text string }
	queuedMsg   struct {
		text     string // as it was typed
		delivery sender.Delivery
		err      error
	}
	// prefsSavedMsg tells that preferences, and with them the draft, are on disk.
	prefsSavedMsg struct{ prefs Prefs }
)

// ask asks for the environment that goes along.
func (p *composePane) ask() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil {
		return nil
	}
	ctx, run, session := p.ctx, p.run, p.session
	return func() tea.Msg {
		e, err := r.whole(ctx, run)
		return composeEnvMsg{session, e, err}
	}
}

func (p *composePane) update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case composeEnvMsg:
		if msg.session != p.session || p.ctx == nil {
			return nil
		}
		if p.envErr = msg.err; msg.err == nil {
			p.env, p.heard = msg.env, true
		}
		p.renew()
	case endpointMsg:
		p.endpoint, p.chosen = msg.i, true
		p.refresh()
	case statusMsg:
		p.status = msg.status
		p.refresh()
	case reuseMsg:
		p.edit.set(msg.text)
		p.refresh()
	case editedMsg:
		return p.edited(msg)
	case editorMsg:
		return p.runEditor(msg)
	case messagesMsg:
		return p.messages(msg)
	case queuedMsg:
		return p.queued(msg)
	case sender.Delivery:
		return p.tell(msg)
	case deliveriesMsg:
		var cmds []tea.Cmd
		for _, d := range msg.list {
			cmds = append(cmds, p.tell(d))
		}
		return tea.Batch(cmds...)
	case prefsSavedMsg:
		p.saved = msg.prefs.Draft
	case intent:
		return p.do(msg)
	case wheelMsg:
		p.scroll(msg.lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.typeInto(msg)
	}
	return nil
}

func (p *composePane) typeInto(msg tea.Msg) tea.Cmd {
	if p.sending {
		return nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok && p.whole {
		page := map[string]int{"up": -1, "down": 1, "pgup": 1 - p.h, "pgdown": p.h - 1}[k.Keystroke()]
		p.scroll(page)
		return nil
	}
	if p.edit.update(msg) {
		p.refresh()
	}
	return nil
}

func (p *composePane) scroll(n int) {
	if p.whole {
		p.offset = max(0, min(p.offset+n, len(p.wholeLines(p.w))-p.layout().text))
	}
}

// target is the chosen endpoint; false when none is configured.
func (p *composePane) target() (sender.Endpoint, bool) {
	if p.endpoint >= len(p.sh.opts.Endpoints) {
		return sender.Endpoint{}, false
	}
	return p.sh.opts.Endpoints[p.endpoint], true
}

// statusText is the status that is sent, empty for none.
func (p *composePane) statusText() string {
	if p.status != nil {
		return *p.status
	}
	return carry.Status(p.run.Status)
}

// notification is what would be sent. With masked, the values of secrets are masked wherever the text names them.
func (p *composePane) notification(masked bool) (sender.Notification, error) {
	e, _ := p.target()
	n := sender.Notification{Endpoint: e.Name, Status: p.statusText(), Remember: p.edit.text()}
	if p.run.Number > 0 {
		n.Controller, n.Job, n.Number = p.run.Controller, p.run.Job, p.run.Number
	}
	n.Variables = carry.Env(p.env)
	text := p.edit.text()
	if strings.Contains(text, "{{") {
		filled := n
		if masked {
			filled.Variables = slices.Clone(n.Variables)
			for i := range filled.Variables {
				if v := &filled.Variables[i]; v.Secret || v.Password {
					v.Value = sender.Masked
				}
			}
		}
		var err error
		if text, err = sender.ExpandText(text, filled); err != nil {
			return n, p.templateError(err)
		}
	}
	if text != "" {
		n.Body = &text
	}
	return n, nil
}

var noEntry = regexp.MustCompile(`map has no entry for key "([^"]*)"`)

// templateError says in a person's words what is wrong with a text.
func (p *composePane) templateError(err error) error {
	if m := noEntry.FindStringSubmatch(err.Error()); m != nil {
		if slices.ContainsFunc(p.env.Variables, func(v env.Variable) bool { return v.Name == m[1] && !v.Known }) {
			return &saidError{"the value of " + m[1] + " is not known: Jenkins tells it to nobody", `{{get "` + m[1] + `"}} is empty then.`}
		}
		return &saidError{"the run has no variable " + m[1], `{{get "` + m[1] + `"}} is empty where there is none.`}
	}
	return err
}

// renew is refresh for news of the run, which come by themselves while a person reads what was warned of: that stays asked
// as long as it is the same.
func (p *composePane) renew() {
	asked, warned := p.asked, p.warnings
	p.refresh()
	p.asked = asked && slices.Equal(warned, p.warnings)
}

// refresh makes the preview anew. It asks nobody.
func (p *composePane) refresh() {
	p.asked = false
	p.warnings = nil
	p.request = sender.Request{}
	e, ok := p.target()
	if !ok {
		p.err = &saidError{"no endpoint is configured", "`jenkwatch init` sets one up; the text is kept."}
		return
	}
	n, err := p.notification(true)
	if err == nil {
		p.request, err = p.outbox.Preview(n)
	}
	if p.err = err; err != nil {
		return
	}
	p.warnings = p.warningsFor(e, n)
	p.edit.resize(p.w, p.layout().text)
}
