// Serve runs a simulated controller as a server of its own, to measure or to try whole programs against.
//
//	go run ./jenkins/jenkinstest/serve -jobs 2000 -running 22 -addr 127.0.0.1:8099
//	curl -u admin:admin-token 'http://127.0.0.1:8099/api/json?tree=jobs[name]'
//	curl -X POST 'http://127.0.0.1:8099/__fault?name=starting'
//	curl 'http://127.0.0.1:8099/__requests'
//
// Without -jobs or -world (a file in JSON, see jenkinstest.ReadWorld) it serves the demo, with a matrix and a parallel stage of
// which one branch fails in shapes/. Users are admin (token admin-token, may do everything) and reader (reader-token).
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest"
	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/demo"
)

func main() {
	addr := flag.String("addr", "127.0.0.1:8099", "address to listen on")
	jobs := flag.Int("jobs", 0, "a large controller with so many jobs instead of the demo")
	running := flag.Int("running", 22, "builds running at any time on a large controller")
	root := flag.String("root", "", "root URL that the controller reports (default: the address with the prefix)")
	prefix := flag.String("prefix", "", "path prefix")
	envInject := flag.Bool("envinject", false, "EnvInject is installed")
	sse := flag.Bool("sse", true, "sse-gateway is installed")
	world := flag.String("world", "", "a controller as this JSON file describes it instead of the demo")
	fault := flag.String("fault", "", "trouble to start in: "+names())
	flag.Parse()
	if err := serve(*addr, *world, *jobs, *running, *fault, jenkinstest.Options{
		RootURL: *root, Prefix: *prefix, EnvInject: *envInject, SSE: *sse,
	}); err != nil {
		fmt.Fprintln(os.Stderr, "serve:", err)
		os.Exit(1)
	}
}

func names() string {
	var all []string
	for _, f := range jenkinstest.Faults {
		all = append(all, string(f))
	}
	return strings.Join(all, ", ")
}

func serve(addr, world string, jobs, running int, fault string, o jenkinstest.Options) error {
	l, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", addr)
	if err != nil {
		return err
	}
	if o.RootURL == "" {
		o.RootURL = "http://" + l.Addr().String() + o.Prefix + "/"
	}
	var c *jenkinstest.Controller
	switch {
	case world != "":
		if c, err = readWorld(world, o); err != nil {
			return err
		}
	case jobs > 0:
		c = jenkinstest.LargeWith(jobs, running, o)
	default:
		c = demo.With(o)
		demo.AddShapes(c)
	}
	if err := setFault(c, fault, "", 0); err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /__fault", func(w http.ResponseWriter, r *http.Request) {
		late, _ := time.ParseDuration(r.FormValue("for"))
		if err := setFault(c, r.FormValue("name"), r.FormValue("path"), late); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("GET /__requests", func(w http.ResponseWriter, _ *http.Request) {
		if err := json.NewEncoder(w).Encode(c.Requests()); err != nil {
			fmt.Fprintln(os.Stderr, "serve:", err)
		}
	})
	mux.HandleFunc("DELETE /__requests", func(http.ResponseWriter, *http.Request) { c.ForgetRequests() })
	mux.Handle("/", c)
	fmt.Printf("%s (user %s, token %s)\n", o.RootURL, jenkinstest.Admin.Name, jenkinstest.Admin.Token)
	server := &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	return server.Serve(l)
}

func readWorld(path string, o jenkinstest.Options) (*jenkinstest.Controller, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return jenkinstest.ReadWorld(f, o.RootURL, o.Prefix)
}

// setFault puts the controller into a named trouble; a slow one with its own time.
func setFault(c *jenkinstest.Controller, name, path string, late time.Duration) error {
	f := jenkinstest.Fault(name)
	switch {
	case f == jenkinstest.Slow && late > 0:
		c.Slow(late)
	case f == jenkinstest.Healthy || slices.Contains(jenkinstest.Faults, f):
		c.FaultAt(f, path)
	default:
		return errors.New("no such fault: " + name + "; there are " + names())
	}
	return nil
}
