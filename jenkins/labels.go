package jenkins

import (
	"sync"
)

// labelMemory remembers the labels of the nodes that the last answers named.
type labelMemory struct {
	mu     sync.Mutex
	byNode map[string][]string
}

func (l *labelMemory) keep(nodes []Node) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.byNode == nil || len(l.byNode) > 10*len(nodes)+100 { // nodes of a cloud come and go
		l.byNode = make(map[string][]string, len(nodes))
	}
	for _, n := range nodes {
		l.byNode[n.Name] = n.Labels
	}
}

func (l *labelMemory) of(node string) ([]string, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	labels, ok := l.byNode[node]
	return labels, ok
}
