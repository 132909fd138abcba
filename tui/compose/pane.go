package compose

import (
	"context"
	"regexp"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/sender"
	"github.com/jenkwatch/jenkwatch/sender/outbox"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// Pane writes a notification: a text, the endpoint it goes to, and the run whose environment and status go along.
// What will be sent is shown as it is written. The text outlives the pane and the program.
type Pane struct {
	kit.Base
	sh     *kit.Shared
	reader func(controller string) *kit.EnvReader
	outbox *outbox.Outbox // makes previews: it has no database

	run     jenkins.Run // Job is empty when the notification is about none
	session int
	ctx     context.Context
	cancel  context.CancelFunc
	env     env.Env
	loaded  bool // Jenkins answered for env
	envErr  error

	edit     kit.Editor
	endpoint int     // index into the options' endpoints
	chosen   bool    // by hand
	status   *string // chosen instead of the run's
	saved    string  // the draft as it was last kept

	request  sender.Request // what would be sent, secrets masked
	err      error          // why nothing can be sent
	warnings []string
	Asked    bool // the warnings were shown: the next send is meant
	Whole    bool // all of the request is shown instead of the text
	raw      bool // byte for byte, its JSON not indented
	offset   int  // of its lines
	sending  bool
	mine     map[string]sender.State // what was sent from here, and its last known state

	w, h    int
	focused bool
}

func New(sh *kit.Shared) *Pane {
	p := &Pane{sh: sh, mine: map[string]sender.State{}, w: 80, h: 12}
	p.outbox = kit.Previewer(sh)
	p.endpoint = kit.DefaultEndpoint(sh)
	p.reader = kit.NewEnvReader(sh)
	return p
}

// Show takes the run that was selected when the pane was opened; a text that is being written keeps the run it is about.
func (p *Pane) Show(run jenkins.Run) tea.Cmd {
	if p.ctx != nil && !jenkins.SameBuild(&run, &p.run) {
		return nil
	}
	same := jenkins.SameBuild(&run, &p.run)
	opened := p.ctx == nil
	changed := !same || run.Status != p.run.Status
	p.run = run
	if !same {
		p.env, p.loaded, p.envErr, p.status = kit.RefreshEnv(run, p.sh.Own(run.Controller)), false, nil, nil
	}
	if opened {
		p.session++
		p.ctx, p.cancel = context.WithCancel(p.sh.Context())
	}
	p.renew()
	if run.Number == 0 || !opened && !changed {
		return nil
	}
	return p.ask()
}

func (p *Pane) Hide() {
	if p.cancel != nil {
		p.cancel()
	}
	p.ctx, p.cancel, p.Whole, p.Asked = nil, nil, false, false
}

func (p *Pane) Resize(w, h int) {
	p.w, p.h = max(1, w), max(1, h)
	p.edit.Resize(p.w, p.layout().text)
}

func (p *Pane) Focus(on bool) {
	p.focused = on
	p.edit.Focus(on)
}

// Draft returns what is kept for the next start: the text, and where it is to go if that was chosen.
func (p *Pane) Draft() (text, endpoint string) {
	if e, ok := p.target(); ok && p.chosen {
		endpoint = e.Name
	}
	return p.edit.Text(), endpoint
}

func (p *Pane) Restore(text, endpoint string) {
	if i := slices.IndexFunc(p.sh.Opts.Endpoints, func(e sender.Endpoint) bool { return e.Name == endpoint }); i >= 0 {
		p.endpoint, p.chosen = i, true
	}
	if text != "" {
		p.edit = kit.NewEditor(text)
		p.saved = text
	}
	p.refresh()
}

// Typing is true while the text has the keys.
func (p *Pane) Typing() bool { return true }

func (p *Pane) Back() bool {
	switch {
	case p.Whole:
		p.Whole, p.raw = false, false
	case p.Asked:
		p.Asked = false
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
	// PrefsSavedMsg says that preferences, and with them the draft, are on disk.
	PrefsSavedMsg struct{ Prefs kit.Prefs }
)

// ask asks for the environment that goes along.
func (p *Pane) ask() tea.Cmd {
	r := p.reader(p.run.Controller)
	if r == nil || p.ctx == nil {
		return nil
	}
	ctx, run, session := p.ctx, p.run, p.session
	return func() tea.Msg {
		e, err := r.Whole(ctx, run)
		return composeEnvMsg{session, e, err}
	}
}

func (p *Pane) Update(msg tea.Msg) tea.Cmd {
	switch msg := msg.(type) {
	case composeEnvMsg:
		if msg.session != p.session || p.ctx == nil {
			return nil
		}
		if p.envErr = msg.err; msg.err == nil {
			p.env, p.loaded = msg.env, true
		}
		p.renew()
	case endpointMsg:
		p.endpoint, p.chosen = msg.i, true
		p.refresh()
	case statusMsg:
		p.status = msg.status
		p.refresh()
	case kit.ComposeMsg:
		p.insert(msg.Text)
	case reuseMsg:
		p.edit.Set(msg.text)
		p.refresh()
	case editedMsg:
		return p.edited(msg)
	case messagesMsg:
		return p.messages(msg)
	case queuedMsg:
		return p.queued(msg)
	case sender.Delivery:
		return p.report(msg)
	case kit.DeliveriesMsg:
		var cmds []tea.Cmd
		for _, d := range msg.List {
			cmds = append(cmds, p.report(d))
		}
		return tea.Batch(cmds...)
	case PrefsSavedMsg:
		p.saved = msg.Prefs.Draft
	case kit.Intent:
		return p.do(msg)
	case kit.WheelMsg:
		p.scroll(msg.Lines)
	case tea.KeyPressMsg, tea.PasteMsg:
		return p.typeInto(msg)
	}
	return nil
}

// insert puts a text below what is written already. It is sent as it is: its braces are no template.
func (p *Pane) insert(text string) {
	text = strings.ReplaceAll(text, "{{", `{{"{{"}}`)
	if written := strings.TrimRight(p.edit.Text(), "\n"); written != "" {
		text = written + "\n\n" + text
	}
	p.edit.Set(text)
	p.refresh()
}

func (p *Pane) typeInto(msg tea.Msg) tea.Cmd {
	if p.sending {
		return nil
	}
	if k, ok := msg.(tea.KeyPressMsg); ok && p.Whole {
		page := map[string]int{"up": -1, "down": 1, "pgup": 1 - p.h, "pgdown": p.h - 1}[k.Keystroke()]
		p.scroll(page)
		return nil
	}
	if p.edit.Update(msg) {
		p.refresh()
	}
	return nil
}

func (p *Pane) scroll(n int) {
	if p.Whole {
		p.offset = max(0, min(p.offset+n, len(p.wholeLines(p.w))-p.layout().text))
	}
}

// target returns the chosen endpoint; false when none is configured.
func (p *Pane) target() (sender.Endpoint, bool) {
	if p.endpoint >= len(p.sh.Opts.Endpoints) {
		return sender.Endpoint{}, false
	}
	return p.sh.Opts.Endpoints[p.endpoint], true
}

// statusText returns the status that is sent, empty for none.
func (p *Pane) statusText() string {
	if p.status != nil {
		return *p.status
	}
	return p.run.Status.AsPushed()
}

// notification returns what would be sent. With masked, the values of secrets are masked wherever the text names them.
func (p *Pane) notification(masked bool) (sender.Notification, error) {
	e, _ := p.target()
	n := sender.Notification{Endpoint: e.Name, Status: p.statusText(), Remember: p.edit.Text()}
	if p.run.Number > 0 {
		n.Controller, n.Job, n.Number = p.run.Controller, p.run.Job, p.run.Number
	}
	n.Variables = p.sh.Variables(p.env)
	text := p.edit.Text()
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
func (p *Pane) templateError(err error) error {
	if m := noEntry.FindStringSubmatch(err.Error()); m != nil {
		if slices.ContainsFunc(p.env.Variables, func(v env.Variable) bool { return v.Name == m[1] && !v.Known }) {
			return &kit.SaidError{What: "the value of " + m[1] + " is not known: Jenkins does not show it", Fix: `{{get "` + m[1] + `"}} is empty then.`}
		}
		return &kit.SaidError{What: "the run has no variable " + m[1], Fix: `{{get "` + m[1] + `"}} is empty where there is none.`}
	}
	return err
}

// renew is refresh for news of the run, which come by themselves while a person reads what was warned of: that stays asked
// as long as it is the same.
func (p *Pane) renew() {
	asked, warned := p.Asked, p.warnings
	p.refresh()
	p.Asked = asked && slices.Equal(warned, p.warnings)
}

// refresh makes the preview anew, without any request.
func (p *Pane) refresh() {
	p.Asked = false
	p.warnings = nil
	p.request = sender.Request{}
	e, ok := p.target()
	if !ok {
		p.err = &kit.SaidError{What: "no endpoint is configured", Fix: "`jenkwatch init` sets one up; the text is kept."}
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
	p.edit.Resize(p.w, p.layout().text)
}
