package tui

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
)

// buildKey names a build for what is kept of it: a job that is deleted and made again gives its numbers to other builds.
type buildKey struct {
	jenkins.Ref
	started int64
}

func keyOf(run *jenkins.Run) buildKey {
	if run.StartedAt.IsZero() {
		return buildKey{Ref: run.Ref}
	}
	return buildKey{run.Ref, run.StartedAt.UnixMilli()}
}

// envCache keeps the environments of the ended runs that were looked at last.
type envCache struct {
	keys []buildKey // oldest first
	envs map[buildKey]env.Env
}

const envsKept = 32

func (c *envCache) get(run *jenkins.Run) (env.Env, bool) {
	e, ok := c.envs[keyOf(run)]
	return e, ok
}

func (c *envCache) put(run *jenkins.Run, e env.Env) {
	key := keyOf(run)
	if c.envs == nil {
		c.envs = map[buildKey]env.Env{}
	}
	if _, ok := c.envs[key]; !ok {
		c.keys = append(c.keys, key)
	}
	c.envs[key] = e
	if len(c.keys) > envsKept {
		delete(c.envs, c.keys[0])
		c.keys = slices.Delete(c.keys, 0, 1)
	}
}

// drop forgets a run of which more was heard.
func (c *envCache) drop(ref jenkins.Ref) {
	c.keys = slices.DeleteFunc(c.keys, func(key buildKey) bool {
		if key.Ref == ref {
			delete(c.envs, key)
		}
		return key.Ref == ref
	})
}
