package world

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Large returns a world for measurements: so many jobs in folders, multibranch projects and at the root, each with a few
// builds behind it, and so many builds running at any time. When one ends another begins.
func Large(rootURL string, jobs, running int) *World {
	const slots = 16
	nodes := []*Node{{Executors: 4}}
	for i := range running/slots + 1 {
		name := fmt.Sprintf("agent-%02d", i)
		nodes = append(nodes, &Node{Name: name, Executors: slots, Labels: []string{name, "linux", "docker"}})
	}
	w := New(rootURL, nodes)
	l := large{w: w, now: time.Now()}
	for i := range jobs {
		l.job(i)
	}
	random := rand.New(rand.NewPCG(0, 1))
	for i := range running {
		// Spread over the list, each as far along as it happens to be.
		j := l.all[i*len(l.all)/max(1, running)]
		l.start(j, l.now.Add(-time.Duration(random.Int64N(int64(4*time.Minute)))))
	}
	w.Ended = func(b *Build) {
		if len(l.all) > 0 {
			l.next++
			j := l.all[(l.next*7919)%len(l.all)]
			w.begin(w.newItem(), j, j.defaults(), []Cause{{Timer: true}}, b.Started.Add(b.Duration(time.Time{})), 5*time.Millisecond, Repetition{})
		}
	}
	return w
}

type large struct {
	w    *World
	now  time.Time
	all  []*Job
	next int
}

func (l *large) start(j *Job, at time.Time) { l.w.StartAt(j, at, []Cause{{User: "admin"}}) }

// job adds the i-th job: every fifth is a branch, two of five are pipelines, the others are freestyle; a quarter lies at
// the root, the others in folders.
func (l *large) job(i int) {
	kinds := []string{"build", "deploy", "nightly", "it-tests", "release"}
	teams := []string{"data", "infra", "mobile", "web", "payments", "search", "ml", "core"}
	name := fmt.Sprintf("%s-%04d", kinds[i%len(kinds)], i)
	team := teams[i/len(kinds)%len(teams)]
	full := fmt.Sprintf("%s/%s", team, name)
	if i%4 == 0 {
		full = team + "-" + name
	}
	node := ""
	if agents := len(l.w.Nodes) - 1; agents > 0 {
		node = fmt.Sprintf("agent-%02d", i%agents)
	}
	// Builds that end are of fixed length, so that a list of them looks the same whenever it is asked for.
	takes := time.Duration(300+i*37%600) * time.Second
	job := Job{Params: []Param{{Name: "TARGET", Value: "staging"}, {Type: "Boolean", Name: "DRY_RUN", Value: "true"}}}
	result := func(b *Build) string {
		return []string{"", "", "", "UNSTABLE", "FAILURE", "", "ABORTED"}[(i+b.Number())%7]
	}
	stages := func(b *Build) Script {
		return Script{Node: node, Result: result(b), Env: []string{fmt.Sprintf("APP_VERSION=1.%d.%d", i, b.Number())}, Stages: []Stage{
			{Name: "Checkout", Takes: takes / 10, Log: []string{"Cloning"}},
			{Name: "Build", Takes: takes / 2, Log: Lines(20, "[%d/20] compile")},
			{Name: "Test", Takes: takes / 3, Log: Lines(20, "ok %d")},
		}}
	}
	switch i % 5 {
	case 0:
		project := fmt.Sprintf("%s/app-%03d", team, i/20)
		if l.w.Job(project) == nil {
			l.w.AddMultibranch(project, Job{})
		}
		branch := []string{"main", "PR-%d", "feature%%2Ftask-%d", "release%%2F%d"}[i/5%4]
		if i/5%4 > 0 {
			branch = fmt.Sprintf(branch, i)
		}
		job.Script = stages
		l.add(l.w.AddPipeline(project+"/"+branch, job), i)
	case 1, 2:
		job.Script = stages
		l.add(l.w.AddPipeline(full, job), i)
	default:
		job.Script = func(b *Build) Script {
			return Script{Node: node, Takes: takes, Result: result(b), Log: Lines(60, "line %d of the build")}
		}
		l.add(l.w.AddFreestyle(full, job), i)
	}
}

// add gives a job its past.
func (l *large) add(j *Job, i int) {
	l.all = append(l.all, j)
	back := 20*time.Minute + time.Duration(i)*37*time.Second
	for n := range 1 + i%4 {
		l.start(j, l.now.Add(-back-time.Duration(4-n)*6*time.Hour))
	}
}
