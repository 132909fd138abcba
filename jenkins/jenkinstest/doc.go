// Package jenkinstest plays a Jenkins controller: an http.Handler over one object model, on which tree= is evaluated. It
// serves the tests and `jenkwatch demo`.
package jenkinstest
