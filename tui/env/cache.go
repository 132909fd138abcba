package env

import (
	"slices"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/env"
	"github.com/jenkwatch/jenkwatch/tui/kit"
)

// cache holds the environments of the ended runs that were shown last.
type cache struct {
	keys []kit.BuildKey // oldest first
	envs map[kit.BuildKey]env.Env
}

const cacheSize = 32

func (c *cache) get(run *jenkins.Run) (env.Env, bool) {
	e, ok := c.envs[kit.KeyOf(run)]
	return e, ok
}

func (c *cache) put(run *jenkins.Run, e env.Env) {
	key := kit.KeyOf(run)
	if c.envs == nil {
		c.envs = map[kit.BuildKey]env.Env{}
	}
	if _, ok := c.envs[key]; !ok {
		c.keys = append(c.keys, key)
	}
	c.envs[key] = e
	if len(c.keys) > cacheSize {
		delete(c.envs, c.keys[0])
		c.keys = slices.Delete(c.keys, 0, 1)
	}
}

// drop forgets a run of which more is known now.
func (c *cache) drop(ref jenkins.Ref) {
	c.keys = slices.DeleteFunc(c.keys, func(key kit.BuildKey) bool {
		if key.Ref == ref {
			delete(c.envs, key)
		}
		return key.Ref == ref
	})
}
