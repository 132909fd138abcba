package watch

import (
	"sync"
)

// bell is how others wake the loop.
type bell struct {
	mu        sync.Mutex
	wake      chan struct{} // made by the first who needs it; holds one
	poked     bool
	unfocused bool
	streaming bool            // events come
	hangUp    func()          // ends the stream of events
	news      map[notice]bool // true: what they tell is shown already
	more      bool            // news were dropped
	gone      []notice        // builds that are not there any more
	causes    bool            // who started what has ended is wanted
}

// notice is a build that somebody spoke of.
type notice struct {
	job    string
	number int
}

// maxNews bounds the news that wait for the loop; what is beyond is found by the next tree.
const maxNews = 1000

func (b *bell) hear(job string, number int, shown bool) {
	if b.news == nil {
		b.news = map[notice]bool{}
	}
	if len(b.news) >= maxNews {
		b.more = true
		return
	}
	was, heardOf := b.news[notice{job, number}]
	b.news[notice{job, number}] = shown && (was || !heardOf)
}

func (b *bell) ring(change func(*bell)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change(b)
	select {
	case b.channel() <- struct{}{}:
	default: // it rings already
	}
}

// channel needs mu.
func (b *bell) channel() chan struct{} {
	if b.wake == nil {
		b.wake = make(chan struct{}, 1)
	}
	return b.wake
}

func (b *bell) woken() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.channel()
}

// call is what the bell rang for.
type call struct {
	poked, unfocused, streaming, more bool
	news                              map[notice]bool
	gone                              []notice
	causes                            bool
}

// answer takes what the bell rang for.
func (b *bell) answer() call {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := call{poked: b.poked, unfocused: b.unfocused, streaming: b.streaming, more: b.more, news: b.news, gone: b.gone,
		causes: b.causes}
	b.poked, b.more, b.news, b.gone, b.causes = false, false, nil, nil, false
	return c
}

// distrust ends the stream of events: what polling found was not told. It is opened anew.
func (b *bell) distrust() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.streaming = false
	if b.hangUp != nil {
		b.hangUp()
	}
}
