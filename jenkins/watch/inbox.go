package watch

import (
	"sync"
)

// signals are what others have said to the loop since it last looked.
type signals struct {
	poked     bool
	causes    bool            // the causes of builds that ended before the watch are wanted
	news      map[notice]bool // builds that were reported from outside; true: their change is shown already
	moreNews  bool            // there were more than maxNews
	missing   []notice        // builds that Jenkins no longer has
	unfocused bool            // the screen does not have the focus
	streaming bool            // events come
}

// notice names a build, or with number 0 only a job.
type notice struct {
	job    string
	number int
}

// maxNews bounds the news that wait for the loop; the next poll of all jobs finds the others.
const maxNews = 1000

func (s *signals) addNews(n notice, shown bool) {
	if s.news == nil {
		s.news = map[notice]bool{}
	}
	if len(s.news) >= maxNews {
		s.moreNews = true
		return
	}
	before, again := s.news[n]
	s.news[n] = shown && (before || !again)
}

// builds reports whether the news name a build, not only a job.
func (s *signals) builds() bool {
	for n := range s.news {
		if n.number > 0 {
			return true
		}
	}
	return false
}

// allShown reports whether the news only confirm what is shown already.
func (s *signals) allShown() bool {
	for _, shown := range s.news {
		if !shown {
			return false
		}
	}
	return true
}

// inbox takes signals and wakes the loop. The zero value is ready for use.
type inbox struct {
	mu      sync.Mutex
	wake    chan struct{} // made by the first who needs it; holds one
	signals signals
	hangUp  func() // ends the stream of events
}

func (b *inbox) send(change func(*signals)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(&b.signals)
	select {
	case b.channel() <- struct{}{}:
	default: // it is awake already
	}
}

// channel needs mu.
func (b *inbox) channel() chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{}, 1)
	}
	return b.wake
}

// woken returns the channel on which a value comes after a signal.
func (b *inbox) woken() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.channel()
}

// take returns the signals that came. Those about a state, not an event, stay.
func (b *inbox) take() signals {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.signals
	b.signals = signals{unfocused: s.unfocused, streaming: s.streaming}
	return s
}

// setStream notes that events come from now on, or do not with a nil hangUp.
func (b *inbox) setStream(hangUp func()) {
	b.send(func(s *signals) { s.streaming, b.hangUp = hangUp != nil, hangUp })
}

// restartStream ends the stream of events, which is opened again.
func (b *inbox) restartStream() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.signals.streaming = false
	if b.hangUp != nil {
		b.hangUp()
	}
}
