package console

import (
	"slices"
	"sync"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// seam is the text that was seen at a raw offset, for offsets that were counted and may be a few bytes early.
type seam struct {
	at   int64
	size int64 // of the log then
	text []byte

	before []byte // what was yielded right before it
}

// seams holds where the last chunks of each console began and ended.
type seams struct {
	mu   sync.Mutex
	last map[jenkins.Ref][]seam // newest last
}

const (
	mostSeams       = 64 // consoles
	seamsPerConsole = 8
)

func (s *seams) keep(ref jenkins.Ref, ends ...seam) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.last[ref]; s.last == nil || !known && len(s.last) >= mostSeams {
		s.last = map[jenkins.Ref][]seam{}
	}
	all := append(s.last[ref], ends...)
	s.last[ref] = slices.Clone(all[max(0, len(all)-seamsPerConsole):])
}

// forget drops what was seen of a console that is another one now.
func (s *seams) forget(ref jenkins.Ref) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.last, ref)
}

// at returns what was last seen at an offset, or nothing.
func (s *seams) at(ref jenkins.Ref, offset int64) seam {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range slices.Backward(s.last[ref]) {
		if end.at == offset {
			return end
		}
	}
	return seam{}
}
