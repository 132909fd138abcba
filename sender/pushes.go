package sender

import (
	"slices"
)

// SameContent reports whether two pushes differ at most in values that are masked in one of them.
func (p *Push) SameContent(q *Push) bool {
	if p.Status != q.Status || (p.Body == nil) != (q.Body == nil) || p.Body != nil && *p.Body != *q.Body {
		return false
	}
	return slices.EqualFunc(p.Variables, q.Variables, func(a, b Variable) bool {
		return a.Name == b.Name && (a.Value == b.Value || a.Secret || a.Password || b.Secret || b.Password)
	})
}
