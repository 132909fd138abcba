package announce

import (
	"maps"
	"time"

	"github.com/jenkwatch/jenkwatch/sender/outbox"
)

// progress knows how far announcing the builds of one controller has come. For each job it keeps a mark: no build up to
// it needs to be announced any more. Builds beyond the mark are open until they are settled; numbers that were jumped
// over are a gap until somebody has listed which builds there are. It is not safe for concurrent use.
type progress struct {
	jobs  map[string]*jobProgress
	dirty map[string]outbox.Mark // marks that rose since they were taken
}

type jobProgress struct {
	mark, seen int
	gap, until int          // the range of numbers that is to be listed; gap 0: none
	beyond     map[int]bool // builds beyond the mark: true when settled
	last       time.Time    // when the latest settled or passed build began
	former     time.Time    // builds that began until then are of a job of this name that was deleted
}

// newProgress goes on from where an earlier process ended.
func newProgress(marks map[string]outbox.Mark) *progress {
	p := &progress{jobs: make(map[string]*jobProgress, len(marks)), dirty: map[string]outbox.Mark{}}
	for job, m := range marks {
		p.jobs[job] = &jobProgress{mark: m.Number, seen: m.Number, last: m.Began}
	}
	return p
}

// knows reports whether a job has a mark.
func (p *progress) knows(job string) bool { return p.jobs[job] != nil }

// seen returns the highest number of a job that is known; 0 when there is none.
func (p *progress) seen(job string) int {
	if j := p.jobs[job]; j != nil {
		return j.seen
	}
	return 0
}

// count returns how many jobs have a mark.
func (p *progress) count() int { return len(p.jobs) }

// begin sets a job's mark, whatever was known of it. All builds up to the mark began by that time; zero: not known.
func (p *progress) begin(job string, mark int, began time.Time) {
	if j := p.jobs[job]; j != nil && j.last.After(began) {
		began = j.last
	}
	p.jobs[job] = &jobProgress{mark: mark, seen: mark, last: began}
	p.dirty[job] = outbox.Mark{Number: mark, Began: began}
}

// renew forgets all about a job that was deleted and created again, but when its last build began.
func (p *progress) renew(job string) {
	p.begin(job, 0, time.Time{})
	p.jobs[job].former = p.jobs[job].last
}

// former reports whether a build is one of the deleted job's, which an answer that lags behind may still name.
func (p *progress) former(job string, began time.Time) bool {
	j := p.jobs[job]
	return j != nil && !j.former.IsZero() && !began.After(j.former)
}

// pass notes that no build up to this one, which began at that time, needs to be announced, unless the mark is higher already.
func (p *progress) pass(job string, number int, began time.Time) {
	if j := p.jobs[job]; j == nil || j.mark < number && len(j.beyond) == 0 {
		p.begin(job, number, began)
	}
}

// meet notes that there is such a build. It is open when it must be announced; missed reports that builds before it have
// yet to be listed. A job that was never met begins at its first build.
func (p *progress) meet(job string, number int) (open, missed bool) {
	j := p.jobs[job]
	if j == nil {
		j = &jobProgress{}
		p.jobs[job] = j
	}
	if number <= j.mark {
		return false, false
	}
	if number > j.seen {
		if number > j.seen+1 {
			if j.gap == 0 {
				j.gap, missed = j.seen+1, true
			}
			j.until = number - 1
		}
		j.seen = number
	}
	if j.beyond == nil {
		j.beyond = map[int]bool{}
	}
	settled := j.beyond[number]
	j.beyond[number] = settled
	return !settled, missed
}

// settle notes that a build that began at that time needs no more announcing.
func (p *progress) settle(job string, number int, began time.Time) {
	j := p.jobs[job]
	if j == nil {
		return
	}
	if began.After(j.last) {
		j.last = began
	}
	if number > j.mark {
		p.meet(job, number)
		j.beyond[number] = true
		p.advance(job, j)
	}
}

// gap returns the number behind which a job's builds have to be listed; ok is false where they need not.
func (p *progress) gap(job string) (after int, ok bool) {
	j := p.jobs[job]
	if j == nil || j.gap == 0 {
		return 0, false
	}
	return j.gap - 1, true
}

// listed notes that all builds that there are up to this number have been met.
func (p *progress) listed(job string, upTo int) {
	j := p.jobs[job]
	if j == nil || j.gap == 0 {
		return
	}
	if j.gap = max(j.gap, upTo+1); j.gap > j.until {
		j.gap = 0
	}
	p.advance(job, j)
}

// anew reports whether a build proves that its job was deleted and created again: its number was settled long ago, and yet it
// began later than any that was.
func (p *progress) anew(job string, number int, began time.Time) bool {
	j := p.jobs[job]
	return j != nil && number <= j.mark && !j.last.IsZero() && began.After(j.last)
}

// keep forgets the jobs that are no longer wanted and of which nothing is open.
func (p *progress) keep(wanted func(job string) bool) {
	maps.DeleteFunc(p.jobs, func(job string, j *jobProgress) bool {
		return len(j.beyond) == 0 && j.gap == 0 && !wanted(job)
	})
}

// marks returns the marks that rose since the last call.
func (p *progress) marks() map[string]outbox.Mark {
	taken := p.dirty
	p.dirty = map[string]outbox.Mark{}
	return taken
}

// unsaved gives marks back that could not be kept.
func (p *progress) unsaved(marks map[string]outbox.Mark) {
	for job, m := range marks {
		if p.dirty[job].Number <= m.Number {
			p.dirty[job] = m
		}
	}
}

func (p *progress) advance(job string, j *jobProgress) {
	mark := j.seen
	if j.gap > 0 {
		mark = j.gap - 1
	}
	for number, settled := range j.beyond {
		if !settled {
			mark = min(mark, number-1)
		}
	}
	if mark <= j.mark {
		return
	}
	j.mark = mark
	p.dirty[job] = outbox.Mark{Number: mark, Began: j.last}
	maps.DeleteFunc(j.beyond, func(number int, _ bool) bool { return number <= mark })
	if len(j.beyond) == 0 {
		j.beyond = nil
	}
}
