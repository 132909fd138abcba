// Package jenkinstest plays a Jenkins controller: an http.Handler that answers requests about a simulated world. It serves the tests, the benchmarks and `jenkwatch demo`; a test replays every recorded exchange with a real
// controller and compares the shape of the answers.
//
//	c := demo.New()                                     // or Large(2000, 22), or New with jobs of one's own:
//	c := jenkinstest.New(jenkinstest.Options{})
//	job := c.AddFreestyle("folder/job", jenkinstest.Job{Script: func(*jenkinstest.Build) jenkinstest.Script {
//		return jenkinstest.Script{Takes: time.Minute, Log: []string{"hello"}}
//	}})
//	build := c.Start(job, []jenkinstest.Cause{{User: "admin"}})
//	client := http.Client{Transport: c.Transport()}     // in process; or httptest.NewServer(c)
//	c.Finish(build, "FAILURE")
//	c.Fault(jenkinstest.Starting)
//
// What a build does is a [Script]: stages with steps, their logs, tests, artifacts and commits, questions to a person, and
// builds of other jobs that a step starts. What happens is in the package world, what the API shows of
// it in the package api, what tree= asks for in the package tree; here are requests, who may make them, and trouble.
//
// Builds move with time.Now, and so with the clock of a synctest bubble: stages begin and end, consoles grow, jobs with
// Every start again. Nothing runs in the background: what is due happens when somebody asks.
package jenkinstest
