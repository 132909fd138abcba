// Package request sends requests to a Jenkins controller and judges what comes back: credentials, redirects, limits, clocks,
// and errors that say what a person can do. It knows nothing of jobs and builds.
package request
