package env

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/lazy"
)

// ofRun returns what a run's own environment holds as far as it follows from what is known of the run, expanded as Jenkins
// does it last.
func ofRun(f facts, change []Variable, own []*regexp.Regexp) []Variable {
	r := &f.Run
	root, _, _ := splitRunURL(f.URL, r.Job)
	revision := revisionOf(r)
	parts := [][]Variable{derive(f), given(*r), runParameters(r, root), change}
	if !r.Pipeline {
		parts = append(parts, revision)
	}
	vars := Merge(parts...)
	MarkSecrets(vars, own...) // what names a secret becomes one
	expand(vars)
	vars = unmerged(vars)
	if r.Pipeline { // only its steps see these, and nothing expands them
		vars = append(vars, revision...)
	}
	for name, value := range r.Environment { // env.X = ...
		vars = append(vars, Variable{Name: name, Value: value, Source: Assigned, Known: true})
	}
	return append(vars, upstreamOf(r)...)
}

// reference is how a value names another variable; $$ is a dollar sign.
var reference = regexp.MustCompile(`\$(?:[A-Za-z0-9_]+|\{[A-Za-z0-9_.]+\}|\$)`)

// expand replaces $NAME and ${NAME} in each value by the variable's value, as Jenkins' EnvVars.resolve does: one variable
// after the other in the order of their names, so that an earlier one is expanded already when a later one names it. A
// reference to nothing that is known stays as it stands: so does Jenkins with what does not exist.
func expand(vars []Variable) {
	e := Env{Variables: vars}
	for i := range vars {
		v := &vars[i]
		if !v.Known {
			continue
		}
		v.Value = reference.ReplaceAllStringFunc(v.Value, func(ref string) string {
			if ref == "$$" {
				return "$"
			}
			if named, ok := e.Lookup(strings.Trim(ref, "${}")); ok && named.Known {
				v.Secret = v.Secret || named.Secret
				v.MaskWhole = v.MaskWhole || named.MaskWhole
				return named.Value
			}
			return ref
		})
	}
}

// given returns the run's parameters. Jenkins fills in defaults when it accepts a build, and a build keeps what it was given:
// nothing is filled in from the job's definitions of today, which may be others.
func given(r jenkins.Run) []Variable {
	vars := make([]Variable, 0, len(r.Parameters))
	for _, p := range r.Parameters {
		vars = append(vars, Variable{Name: p.Name, Value: p.Value, Source: Param, Known: !p.Secret && !p.ValueHidden,
			Password: p.Secret, Secret: p.Secret, MaskWhole: p.Secret})
	}
	return vars
}

// nonEmpty collects variables of one source that have a value.
type nonEmpty struct {
	source Source
	vars   []Variable
}

func (n *nonEmpty) add(name, value string) {
	if value != "" {
		n.vars = append(n.vars, Variable{Name: name, Value: value, Source: n.source, Known: true})
	}
}

// revisionOf returns GIT_COMMIT, GIT_BRANCH and GIT_URL as the git plugin sets them from what it last built. A pipeline that
// checked out several repositories does not say which is its own, unless one is on the branch that the job is named for.
func revisionOf(r *jenkins.Run) []Variable {
	key := func(rev jenkins.Revision) string {
		return rev.Commit + "\x00" + strings.Join(rev.Branches, "\x00") + "\x00\x00" + strings.Join(rev.Remotes, "\x00")
	}
	revs := slices.Clone(r.Revisions)
	slices.SortFunc(revs, func(a, b jenkins.Revision) int { return strings.Compare(key(a), key(b)) })
	revs = slices.CompactFunc(revs, func(a, b jenkins.Revision) bool { return key(a) == key(b) })
	if len(revs) > 1 {
		branch := branchName(r.Job)
		revs = slices.DeleteFunc(revs, func(rev jenkins.Revision) bool {
			return !slices.ContainsFunc(rev.Branches, func(b string) bool { return strings.TrimPrefix(gitBranch(b), "refs/heads/") == branch })
		})
	}
	if len(revs) != 1 {
		return nil
	}
	git, rev := nonEmpty{source: SCM}, revs[0]
	git.add("GIT_COMMIT", rev.Commit)
	if len(rev.Branches) > 0 {
		git.add("GIT_BRANCH", gitBranch(rev.Branches[0]))
	}
	if len(rev.Remotes) == 1 {
		git.add("GIT_URL", rev.Remotes[0])
	}
	return git.vars
}

// gitBranch returns a branch as GIT_BRANCH names it: "origin/main". The git plugin removes this prefix and no other.
func gitBranch(name string) string { return strings.TrimPrefix(name, "refs/remotes/") }

// runParameters returns what a run parameter sets, as far as it follows from the build that it names. Jenkins reads that
// build's name and result when the run begins (NAME_NAME, NAME_RESULT), and nothing says today what they were.
func runParameters(r *jenkins.Run, root string) []Variable {
	set := nonEmpty{source: Derived}
	for _, p := range r.Parameters {
		if p.RunJob == "" {
			continue
		}
		if root != "" {
			set.add(p.Name, root+jenkins.Path(p.RunJob)+p.RunNumber+"/")
		}
		set.add(p.Name+".jobName", p.RunJob)
		set.add(p.Name+"_JOBNAME", p.RunJob)
		set.add(p.Name+".number", p.RunNumber)
		set.add(p.Name+"_NUMBER", p.RunNumber)
	}
	return set.vars
}

// upstreamOf names the build that started this one. Jenkins has it in the causes only: no process of the run saw these
// two, but they are what one looks for when two runs differ.
func upstreamOf(r *jenkins.Run) []Variable {
	i := slices.IndexFunc(r.Causes, func(c jenkins.Cause) bool { return c.UpstreamJob != "" })
	if i < 0 {
		return nil
	}
	return []Variable{
		{Name: "UPSTREAM_JOB_NAME", Value: r.Causes[i].UpstreamJob, Source: CauseVar, Known: true},
		{Name: "UPSTREAM_BUILD_NUMBER", Value: strconv.Itoa(r.Causes[i].UpstreamBuild), Source: CauseVar, Known: true},
	}
}

var changeName = lazy.Regexp(`^(?:PR|MR|CHANGE)-(\d+)(?:-|$)`)

// changeOf returns CHANGE_* of a pull request's job, as far as its metadata have them. Only changes have a contributor. The
// target branch is not exposed.
func changeOf(job string, actions []branchAction) []Variable {
	i := slices.IndexFunc(actions, func(a branchAction) bool {
		return strings.HasSuffix(a.Class, ".ContributorMetadataAction")
	})
	if i < 0 {
		return nil
	}
	change := nonEmpty{source: SCM}
	if m := changeName().FindStringSubmatch(baseName(job)); m != nil {
		change.add("CHANGE_ID", m[1])
	}
	change.add("CHANGE_AUTHOR", actions[i].Contributor)
	change.add("CHANGE_AUTHOR_DISPLAY_NAME", actions[i].ContributorDisplayName)
	change.add("CHANGE_AUTHOR_EMAIL", actions[i].ContributorEmail)
	for _, a := range actions {
		if strings.HasSuffix(a.Class, ".ObjectMetadataAction") {
			change.add("CHANGE_URL", a.ObjectURL)
			change.add("CHANGE_TITLE", a.ObjectDisplayName)
		}
	}
	return change.vars
}
