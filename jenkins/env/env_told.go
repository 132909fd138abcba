package env

import (
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
)

// given is the run's parameters. Jenkins fills in defaults when it accepts a build, and a build keeps what it was given:
// nothing is filled in from the job's definitions of today, which may be others.
func given(r jenkins.Run) []Variable {
	vars := make([]Variable, 0, len(r.Parameters))
	for _, p := range r.Parameters {
		v := Variable{Name: p.Name, Value: p.Value, Source: Param, Known: !p.Secret && !p.Untold}
		v.Password, v.Secret, v.Whole = p.Secret, p.Secret, p.Secret
		vars = append(vars, v)
	}
	return vars
}

// assignedBy is what the pipeline assigned with env.X = ....
func assignedBy(r jenkins.Run) []Variable {
	vars := make([]Variable, 0, len(r.Environment))
	for name, value := range r.Environment {
		vars = append(vars, Variable{Name: name, Value: value, Source: Assigned, Known: true})
	}
	return vars
}

// revisionOf is GIT_COMMIT, GIT_BRANCH and GIT_URL as the git plugin sets them from what it last built. A pipeline that
// checked out several repositories does not tell which is its own, unless one is on the branch that the job is named for.
func revisionOf(r jenkins.Run) []Variable {
	revs := slices.Clone(r.Revisions)
	slices.SortFunc(revs, func(a, b jenkins.Revision) int { return strings.Compare(a.Key(), b.Key()) })
	revs = slices.CompactFunc(revs, func(a, b jenkins.Revision) bool { return a.Key() == b.Key() })
	if len(revs) > 1 {
		branch, _ := branchName(facts{Job: r.Job, Branch: true})
		revs = slices.DeleteFunc(revs, func(rev jenkins.Revision) bool {
			return !slices.ContainsFunc(rev.Branches, func(b string) bool { return strings.TrimPrefix(gitBranch(b), "refs/heads/") == branch })
		})
	}
	if len(revs) != 1 {
		return nil
	}
	var vars []Variable
	add := func(name, value string) {
		if value != "" {
			vars = append(vars, Variable{Name: name, Value: value, Source: SCM, Known: true})
		}
	}
	rev := revs[0]
	add("GIT_COMMIT", rev.Commit)
	if len(rev.Branches) > 0 {
		add("GIT_BRANCH", gitBranch(rev.Branches[0]))
	}
	if len(rev.Remotes) == 1 {
		add("GIT_URL", rev.Remotes[0])
	}
	return vars
}

// gitBranch is a branch as GIT_BRANCH names it: "origin/main". The git plugin takes off this beginning and no other.
func gitBranch(name string) string { return strings.TrimPrefix(name, "refs/remotes/") }

// runsGiven is what a run parameter sets, as far as it follows from the build that it names. Jenkins reads that build's
// name and result when the run begins (NAME_NAME, NAME_RESULT), and nobody can tell today what they were.
func runsGiven(r jenkins.Run, root string) []Variable {
	var vars []Variable
	add := func(name, value string) {
		vars = append(vars, Variable{Name: name, Value: value, Source: Derived, Known: true})
	}
	for _, p := range r.Parameters {
		if p.RunJob == "" || !jenkins.IsNumber(p.RunNumber) {
			continue
		}
		if root != "" {
			add(p.Name, root+jenkins.Path(p.RunJob)+p.RunNumber+"/")
		}
		add(p.Name+".jobName", p.RunJob)
		add(p.Name+"_JOBNAME", p.RunJob)
		add(p.Name+".number", p.RunNumber)
		add(p.Name+"_NUMBER", p.RunNumber)
	}
	return vars
}

// upstreamOf names the build that started this one. Jenkins tells it in the causes only: no process of the run saw these
// two, but they are what one looks for when two runs differ.
func upstreamOf(r jenkins.Run) []Variable {
	for _, cause := range r.Causes {
		if cause.UpstreamJob != "" {
			return []Variable{
				{Name: "UPSTREAM_JOB_NAME", Value: cause.UpstreamJob, Source: CauseVar, Known: true},
				{Name: "UPSTREAM_BUILD_NUMBER", Value: strconv.Itoa(cause.UpstreamBuild), Source: CauseVar, Known: true},
			}
		}
	}
	return nil
}

var changeName = jenkins.Compiled(`^(?:PR|MR|CHANGE)-(\d+)(?:-|$)`)

// changeOf is CHANGE_* of a pull request's job, as far as its metadata tell them. Only changes have a contributor. The
// target branch is not exposed.
func changeOf(job string, actions []branchAction) []Variable {
	i := slices.IndexFunc(actions, func(a branchAction) bool {
		return strings.HasSuffix(a.Class, ".ContributorMetadataAction")
	})
	if i < 0 {
		return nil
	}
	var vars []Variable
	add := func(name, value string) {
		if value != "" {
			vars = append(vars, Variable{Name: name, Value: value, Source: SCM, Known: true})
		}
	}
	base, _ := jobBaseName(facts{Job: job})
	if m := changeName().FindStringSubmatch(base); m != nil {
		add("CHANGE_ID", m[1])
	}
	add("CHANGE_AUTHOR", actions[i].Contributor)
	add("CHANGE_AUTHOR_DISPLAY_NAME", actions[i].ContributorDisplayName)
	add("CHANGE_AUTHOR_EMAIL", actions[i].ContributorEmail)
	for _, a := range actions {
		if strings.HasSuffix(a.Class, ".ObjectMetadataAction") {
			add("CHANGE_URL", a.ObjectURL)
			add("CHANGE_TITLE", a.ObjectDisplayName)
		}
	}
	return vars
}
