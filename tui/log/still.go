package log

import (
	"context"
	"sync"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/console"
	"github.com/jenkwatch/jenkwatch/jenkins/stages"
)

// stillEvery is how often a log that is read on is made sure to be of the build that it is shown for: as often as the list is asked for.
const stillEvery = 2 * time.Second

// sureLog is a log that is of one build: an answer does not tell which build it is of, and a job that was deleted and created
// again gives its numbers to other builds.
type sureLog struct {
	reader
	still func(ctx context.Context) error
	ended bool // else the list knows soon enough, once the log has been opened

	mu sync.Mutex
	at time.Time // when it was last known
}

// sure returns c unless another build has the number now.
func (l *sureLog) sure(ctx context.Context, c console.Chunk, err error, opens bool) (console.Chunk, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err != nil || !opens && !l.ended || time.Since(l.at) < stillEvery {
		return c, err
	}
	if err := l.still(ctx); err != nil {
		return console.Chunk{}, err
	}
	l.at = time.Now()
	return c, nil
}

func (l *sureLog) LogTail(ctx context.Context, ref jenkins.Ref, max int) (console.Chunk, error) {
	c, err := l.reader.LogTail(ctx, ref, max)
	return l.sure(ctx, c, err, true)
}

func (l *sureLog) LogBefore(ctx context.Context, ref jenkins.Ref, end int64, max int) (console.Chunk, error) {
	c, err := l.reader.LogBefore(ctx, ref, end, max)
	return l.sure(ctx, c, err, false)
}

func (l *sureLog) Log(ctx context.Context, ref jenkins.Ref, start int64, max int) (console.Chunk, error) {
	c, err := l.reader.Log(ctx, ref, start, max)
	return l.sure(ctx, c, err, start == 0)
}

// stageState is that of the log beneath, empty where it is not a stage's.
func (l *sureLog) stageState() stages.State {
	if s, ok := l.reader.(interface{ stageState() stages.State }); ok {
		return s.stageState()
	}
	return ""
}
