package jenkins

import (
	"context"
	"time"
)

// numberFields of every job: the URL of a build names its job and its number.
const numberFields = "lastBuild[url]"

// LastNumbers asks which build is the last of every job that has one, and no more: a third of the bytes of [Client.LastBuilds].
func (c *Client) LastNumbers(ctx context.Context) ([]Ref, error) {
	l, err := c.list(ctx, "ask Jenkins for the numbers of the last builds", numberFields, (*listing).number)
	return l.last, err
}

// number reads the last build of a job, or of what a folder holds.
func (l *listing) number(depth int) error {
	return l.eachBuild(depth, "lastBuild", func() error {
		var last struct{ URL string }
		err := l.value(&last)
		if p := locate(last.URL); p.number > 0 {
			l.client.learn(p)
			l.last = append(l.last, Ref{Controller: l.client.Name, Job: p.job, Number: p.number})
		}
		return err
	})
}

// numbers enters an answer of LastNumbers that was asked for in the given turn. Builds that it names and nobody knew are
// owed: whether they run or have ended is for Jenkins to say.
func (b *book) numbers(last []Ref, turn int, asked, now time.Time) {
	var seen []*Run
	for _, ref := range last {
		if !b.named(ref, turn) {
			seen = append(seen, &Run{Ref: ref})
		}
		j := b.jobs[ref.Job]
		if _, runs := b.present[ref]; !runs && ref.Number >= j.high && j.zombie != ref.Number {
			b.owe(Run{Ref: ref}, false, now)
		}
	}
	b.observe(seen)
	b.counted(turn, asked)
}
