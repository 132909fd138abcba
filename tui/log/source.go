package log

import (
	"context"
	"errors"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
	"github.com/jenkwatch/jenkwatch/tui/kit"
	"github.com/jenkwatch/jenkwatch/tui/textview"
)

// question is a question about the log: each is under way at most once.
type question int

const (
	askEnd   question = iota // how long it is, and its last piece
	askHead                  // its first piece
	askOlder                 // the piece before the window
	askNewer                 // what follows the window
	askSize                  // how long it is now, while the window is not at its end
	askAgain                 // the window, of a log that became shorter
)

// A log that grows is asked for again after followMin, one that does not after ever more, up to followMax, which is also
// enough while the terminal is not focused. After errors it is asked for ever more rarely, up to followRarest.
const (
	followMin    = 500 * time.Millisecond
	followMax    = 5 * time.Second
	followRarest = 30 * time.Second

	jumpAhead = 8 * piece // following, as far behind as this, goes on at the end instead of reading all between
)

type (
	timerMsg  struct{ session, timer int }
	answerMsg struct {
		session  int
		question question
		at       int64 // the edge of the window that was asked about
		chunk    console.Chunk
		again    reread         // of askAgain
		stage    stages.State   // of the stage whose log it is, where that was asked for
		printed  []env.Variable // of its environment, for which a console is searched when it is read anyway
		err      error
	}
)

// source is the log that is read: a run's, or that of a part of it. It makes the questions about it, each in a command, and
// holds what their answers say of all of it.
type source struct {
	run  jenkins.Run
	part *part // of the run, nil for all of it

	// session numbers the logs that were shown. An answer that belongs to another one is dropped, and ctx, which ends
	// with the session, cancels what it was waiting for.
	session int
	ctx     context.Context
	cancel  context.CancelFunc
	log     reader // nil where the run has none

	size    int64 // of the whole log, as last answered
	more    bool  // it still grows, as last answered
	loaded  bool  // the first answer came
	err     error // why the last question brought nothing
	stuck   bool  // nothing before the window can be read
	pending map[question]bool
	pace    time.Duration // until Jenkins is asked for more again
	timer   int           // the follow timer that counts; older ones are ignored
}

// begin begins a session, in which log is read, or read on.
func (s *source) begin(parent context.Context, session int, log reader) {
	s.stop()
	s.session, s.log, s.pace = session, log, followMin
	s.ctx, s.cancel = context.WithCancel(parent)
}

// stop ends following and whatever is under way.
func (s *source) stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.ctx, s.cancel, s.pending = nil, nil, map[question]bool{}
}

// on reports whether the log is being read, in this session.
func (s *source) on(session int) bool { return s.ctx != nil && s.session == session }

// read makes the command that asks a question about the log, of which win is held, unless it is under way.
func (s *source) read(what question, win *window) tea.Cmd {
	if s.ctx == nil || s.log == nil || s.pending[what] || s.part != nil && s.part.neverRan(&s.run) {
		return nil
	}
	s.pending[what] = true
	ctx, r, run, session, whole := s.ctx, s.log, s.run, s.session, s.part == nil
	ref, start, end := run.Ref, win.start, win.end
	var old []textview.Line
	if what == askAgain {
		old = slices.Clone(win.lines)
	}
	return func() tea.Msg {
		a := answerMsg{session: session, question: what}
		switch what {
		case askEnd:
			a.chunk, a.err = r.LogTail(ctx, ref, piece)
		case askHead:
			a.chunk, a.err = r.Log(ctx, ref, 0, piece)
		case askOlder:
			a.at = start
			a.chunk, a.err = r.LogBefore(ctx, ref, start, piece)
		case askNewer:
			a.at = end
			a.chunk, a.err = r.Log(ctx, ref, end, piece)
		case askSize:
			a.chunk, a.err = r.LogSize(ctx, ref)
		case askAgain:
			a.again, a.chunk, a.err = readAgain(ctx, r, ref, start, old)
		}
		if s, ok := r.(interface{ stageState() stages.State }); ok {
			a.stage = s.stageState()
		}
		if whole {
			a.printed = env.ScanConsole(run, a.chunk.Start, a.chunk.Text)
		}
		return a
	}
}

// failed takes an answer that is an error, and says what the rest of the screen is to know of it.
func (s *source) failed(err error) tea.Cmd {
	s.pace = min(max(followMax, 2*s.pace), followRarest)
	if s.part != nil && !errors.Is(err, jenkins.ErrOtherBuild) { // a step without a log says nothing about the run
		return nil
	}
	return kit.Missed(s.run, err)
}

// sized takes what an answer says of the log's size.
func (s *source) sized(a *answerMsg) {
	c := &a.chunk
	if s.part != nil && a.stage != "" {
		s.part.stage.State = a.stage
	}
	s.size, s.more = max(c.Size, c.Next), c.More
	if c.More && a.question == askNewer && c.Next-c.Start < piece/16 {
		s.size = c.Next // all that can be had: the rest is a line that is being written, which Jenkins keeps back
	}
}

// grown sets the pace by whether an answer brought something. If it did not, nothing can be read behind end now, whatever it says.
func (s *source) grown(something bool, end int64) {
	if something || s.pace > followMax {
		s.pace = followMin
		return
	}
	s.pace = min(s.pace*3/2, followMax)
	s.size = end
}

// ended reports whether the log will not grow any more. Of a step Jenkins says that itself; of a run it may say so early.
func (s *source) ended() bool {
	return s.loaded && !s.more && (s.part != nil || s.run.Status.Ended())
}

// gone reports whether the build is not there any more, though its log could be read: it was discarded or deleted.
func (s *source) gone() bool { return s.loaded && s.part == nil && kit.IsGone(s.err) }

// failing reports whether what is read of failed.
func (s *source) failing() bool {
	if s.part != nil {
		return s.part.failed
	}
	return s.run.Status == jenkins.Failure
}

// later starts the timer after which Jenkins is asked for more; there is one at a time.
func (s *source) later(focused bool) tea.Cmd {
	s.timer++
	if s.ended() && s.err == nil {
		return nil
	}
	pace := s.pace
	if s.loaded && !s.more {
		pace = followMax // it says that nothing more comes, although the run goes on
	}
	if !focused {
		pace = max(pace, followMax)
	}
	session, timer := s.session, s.timer
	return tea.Tick(pace, func(time.Time) tea.Msg { return timerMsg{session, timer} })
}

// reread is a log that became shorter, as far as it was read again.
type reread struct {
	win     window
	differs int // the first of its lines that is another than before
}

// readAgain reads a log that became shorter from where the window began, until a line is another than it was there. Of a
// log that does not reach so far it reads the beginning.
func readAgain(ctx context.Context, r reader, ref jenkins.Ref, start int64, old []textview.Line) (again reread, c console.Chunk, err error) {
	for at := start; ; at = c.Next {
		if c, err = r.Log(ctx, ref, at, piece); err != nil {
			return again, c, err
		}
		if again.win.lines == nil && c.Size < start {
			return readAgain(ctx, r, ref, 0, nil)
		}
		if again.win.lines == nil {
			again.win.reset(c)
		} else {
			again.win.append(c)
		}
		lines := again.win.lines
		same := len(lines)
		if again.win.open {
			same-- // its rest may be in the next piece
		}
		for again.differs < same && again.differs < len(old) && lines[again.differs].Text == old[again.differs].Text {
			again.differs++
		}
		if again.differs < same || len(c.Text) == 0 || c.Next >= c.Size || again.win.weight >= windowSize {
			return again, c, nil
		}
	}
}
