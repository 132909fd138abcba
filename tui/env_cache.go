package tui

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// envCache keeps the environments of the ended runs that were looked at last.
type envCache struct {
	refs []jenkins.Ref // oldest first
	envs map[jenkins.Ref]jenkins.Env
}

const envsKept = 32

func (c *envCache) get(ref jenkins.Ref) (jenkins.Env, bool) {
	e, ok := c.envs[ref]
	return e, ok
}

func (c *envCache) put(ref jenkins.Ref, e jenkins.Env) {
	if c.envs == nil {
		c.envs = map[jenkins.Ref]jenkins.Env{}
	}
	if _, ok := c.envs[ref]; !ok {
		c.refs = append(c.refs, ref)
	}
	c.envs[ref] = e
	if len(c.refs) > envsKept {
		delete(c.envs, c.refs[0])
		c.refs = slices.Delete(c.refs, 0, 1)
	}
}

// drop forgets a run of which more was heard.
func (c *envCache) drop(ref jenkins.Ref) {
	if _, ok := c.envs[ref]; ok {
		delete(c.envs, ref)
		c.refs = slices.DeleteFunc(c.refs, func(r jenkins.Ref) bool { return r == ref })
	}
}
