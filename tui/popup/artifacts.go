package popup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// NewArtifacts lists the files that a build keeps. They are read in $PAGER, or saved below a folder of the build's name in the
// working directory.
func NewArtifacts(sh *kit.Shared, k *Kept, run jenkins.Run) (Popup, tea.Cmd) {
	l := NewList(sh, "Artifacts of "+kit.RunTitle(run), "read in $PAGER", nil)
	l.large = true
	var list []artifacts.Artifact
	d := &downloads{sh: sh, run: run, folder: folderName(run)}
	d.wrap(l)
	l.enter = func(i int) (Popup, tea.Cmd) { return l, d.read(list[i]) }
	l.alts = []alt{
		{kit.KeyWord{Key: "ctrl+s", Word: "save"}, func(i int) (Popup, tea.Cmd) { return l, d.save(list[i]) }},
		{kit.KeyWord{Key: "ctrl+f", Word: "folder as zip"}, func(i int) (Popup, tea.Cmd) {
			return l, d.zip(strings.Trim(path.Dir(list[i].Path), "./"))
		}},
		{kit.KeyWord{Key: "ctrl+a", Word: "all as zip"}, func(int) (Popup, tea.Cmd) { return l, d.zip("") }},
	}
	cmd := fill(l, inquiry[[]artifacts.Artifact]{
		run: run, kept: &k.artifacts, none: func([]artifacts.Artifact) string { return "This build keeps no artifacts." },
		ask: func(ctx context.Context, c *jenkins.Client) ([]artifacts.Artifact, error) {
			return artifacts.List(ctx, c, run)
		},
		items: func(got []artifacts.Artifact) []Item {
			list = got
			items := make([]Item, len(got))
			total := int64(0)
			for i, a := range got {
				items[i] = Item{Label: a.Name()}
				if a.Size >= 0 {
					items[i].Note = kit.FitRight(kit.ByteSize(a.Size), 9)
					total += a.Size
				}
			}
			if total > 0 {
				l.count = kit.ByteSize(total)
			}
			return items
		},
	})
	listed := l.got
	l.got = func(msg tea.Msg) tea.Cmd {
		if cmd, ok := d.got(msg); ok {
			return cmd
		}
		return listed(msg)
	}
	return l, cmd
}

// folderName names the folder for the files of a build: shop-cart-main-1203.
func folderName(run jenkins.Run) string {
	return kit.FileWords(fmt.Sprintf("%s %d", jenkins.DisplayName(run.Job), run.Number))
}

// downloads is what is under way in a list of artifacts: one at a time.
type downloads struct {
	sh     *kit.Shared
	run    jenkins.Run
	folder string

	now  *transfer   // nil while nothing is
	said kit.NoteMsg // what became of the last one
}

// transfer is a download that is under way.
type transfer struct {
	what   string
	came   chan [2]int64 // the newest of how many bytes there are, and of how many; closed at the end
	at     [2]int64
	cancel context.CancelFunc
	result kit.NoteMsg // may be read once came is closed
}

type (
	progressMsg struct {
		of   *transfer
		at   [2]int64
		ends bool
	}
	// pageMsg says that an artifact lies in a file of a folder made for it.
	pageMsg struct{ dir, path string }
)

// wrap has the list show what is under way, and esc stop it.
func (d *downloads) wrap(l *List) {
	l.foot = func(w int) string {
		switch st := d.sh.Styles; {
		case d.now != nil:
			return d.now.line(w, st)
		case d.said.Err != nil:
			return st.Failed.Render(kit.Fit(" "+kit.SayError(d.said.Err), w))
		default:
			return " " + kit.Clean(d.said.Text)
		}
	}
	l.back = func() (tea.Cmd, bool) {
		if d.now == nil {
			return nil, false
		}
		d.now.cancel()
		return nil, true
	}
}

// got handles the messages of downloads, and reports whether it was one.
func (d *downloads) got(msg tea.Msg) (tea.Cmd, bool) {
	switch msg := msg.(type) {
	case progressMsg:
		switch {
		case msg.of != d.now:
		case msg.ends:
			d.now, d.said = nil, d.now.result
		default:
			d.now.at = msg.at
			return d.now.next(), true
		}
		return nil, true
	case pageMsg:
		return kit.Page(msg.path, func() { os.RemoveAll(msg.dir) }), true
	}
	return nil, false
}

// line shows how far a download has come.
func (t *transfer) line(w int, st *kit.Styles) string {
	done, size := t.at[0], t.at[1]
	text := " " + t.what + "  " + kit.ByteSize(done)
	if size <= 0 {
		return st.Waiting.Render(kit.Fit(text+st.Glyphs.More+"  esc stops", w))
	}
	text += " of " + kit.ByteSize(size) + "  esc stops"
	barW := max(0, min(30, w-kit.Width(text)-4))
	return kit.Fit(" "+kit.Bar(time.Duration(done), time.Duration(size), barW, st)+text, w)
}

// next waits for how far it has come.
func (t *transfer) next() tea.Cmd {
	return func() tea.Msg {
		at, ok := <-t.came
		return progressMsg{t, at, !ok}
	}
}

// start begins a download, unless one is under way. Its do returns what is sent at the end, again is said when it was stopped.
func (d *downloads) start(what, again string, do func(ctx context.Context, load *artifacts.Download) (tea.Msg, error)) tea.Cmd {
	c := d.sh.Client(d.run.Controller)
	if c == nil || d.now != nil {
		return kit.Note("one at a time: esc stops the download that is under way")
	}
	ctx, cancel := context.WithCancel(d.sh.Context())
	d.said = kit.NoteMsg{}
	t := &transfer{what: kit.Clean(what), came: make(chan [2]int64, 1), cancel: cancel}
	d.now = t
	run := func() tea.Msg {
		defer close(t.came)
		defer cancel()
		var msg tea.Msg
		err := c.StillIs(ctx, d.run)
		if err == nil {
			msg, err = do(ctx, &artifacts.Download{Client: c, Progress: t.progress()})
		}
		if ctx.Err() != nil {
			err = nil
			msg = kit.NoteMsg{Text: "stopped " + t.what + again}
		}
		if err != nil {
			msg = kit.NoteMsg{Err: err}
		}
		t.result, _ = msg.(kit.NoteMsg)
		return msg
	}
	return tea.Batch(run, t.next())
}

// progressEvery is how often the screen shows how far a download has come.
const progressEvery = 100 * time.Millisecond

// progress returns what is called as bytes come. It never waits for the screen.
func (t *transfer) progress() func(done, size int64) {
	var last time.Time
	return func(done, size int64) {
		if time.Since(last) < progressEvery {
			return
		}
		last = time.Now()
		select {
		case <-t.came: // it has not been read yet
		default:
		}
		t.came <- [2]int64{done, size} // only we send
	}
}

// save writes an artifact into the build's folder, and goes on with what an earlier download left.
func (d *downloads) save(a artifacts.Artifact) tea.Cmd {
	return d.start(a.Name(), ": ctrl+s goes on where it stopped", func(ctx context.Context, load *artifacts.Download) (tea.Msg, error) {
		if err := d.into(load, d.folder); err != nil {
			return nil, err
		}
		defer load.Root.Close()
		name, err := load.File(ctx, d.run.Ref, a)
		path := filepath.Join(d.folder, name)
		return kit.NoteMsg{Text: "saved " + path}, said(err, path)
	})
}

// zip writes a folder of artifacts, or all of them, into one file in the working directory.
func (d *downloads) zip(folder string) tea.Cmd {
	name := d.folder + ".zip"
	if folder != "" {
		name = d.folder + "-" + kit.FileWords(folder) + ".zip"
	}
	return d.start(name, "", func(ctx context.Context, load *artifacts.Download) (tea.Msg, error) {
		if err := d.into(load, "."); err != nil {
			return nil, err
		}
		defer load.Root.Close()
		return kit.NoteMsg{Text: "saved " + name}, said(load.Zip(ctx, d.run.Ref, folder, name), name)
	})
}

// read fetches an artifact into a folder that only the user can read, for the pager.
func (d *downloads) read(a artifacts.Artifact) tea.Cmd {
	return d.start(a.Name(), "", func(ctx context.Context, load *artifacts.Download) (tea.Msg, error) {
		dir, err := os.MkdirTemp("", "jenkwatch-")
		if err != nil {
			return nil, fmt.Errorf("make a folder for the pager: %w", err)
		}
		if err = d.into(load, dir); err == nil {
			defer load.Root.Close()
			var name string
			if name, err = load.File(ctx, d.run.Ref, a); err == nil {
				return pageMsg{dir, filepath.Join(dir, name)}, nil
			}
		}
		os.RemoveAll(dir)
		return nil, err
	})
}

// into has a download write below a folder, which is made if it is not there.
func (d *downloads) into(load *artifacts.Download, folder string) (err error) {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make a folder for the artifacts: %w", err)
	}
	if load.Root, err = os.OpenRoot(folder); err != nil {
		return fmt.Errorf("open the folder for the artifacts: %w", err)
	}
	return nil
}

// said adds to an error what can be done about it.
func said(err error, path string) error {
	switch {
	case errors.Is(err, artifacts.ErrExists):
		return &kit.SaidError{What: path + " is there already, and is another file", Fix: "Nothing was overwritten: move it away first."}
	case errors.Is(err, artifacts.ErrName):
		return &kit.SaidError{What: err.Error(), Fix: "Save all as a zip instead, or open the build in the browser."}
	}
	return err
}
