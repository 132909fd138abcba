package jenkins

// BuildSpec is a build as a person names it: JOB, JOB#N, JOB#last, JOB#lastSuccessful, JOB#lastFailed.
type BuildSpec struct {
	Job       string // full name, raw
	Number    int    // 0: see Permalink
	Permalink string // "last", "lastSuccessful", "lastFailed"; empty when Number is set
}

// ParseBuildSpec reads JOB, JOB#N, JOB#PERMALINK (split at the last #; a bare JOB is its last build) or the URL of a job
// or build, which is refused when it does not belong to this client's controller.
func (c *Client) ParseBuildSpec(s string) (BuildSpec, error) { return BuildSpec{}, errStub }

// DisplayName is a job's full name as a screen shows it: each part percent-decoded, so that a branch reads
// "feature/login-form".
func DisplayName(job string) string { return job }
