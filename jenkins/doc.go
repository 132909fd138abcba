// Package jenkins asks a Jenkins controller and returns its answers as values.
//
// Data flows one way: HTTP, [Client], values. A [Client] asks each question with one request (one tree= each) and returns
// values that are never changed afterwards. All requests go through [Client.Get], for Jenkins' own API, [Client.Fetch] and
// [Client.Open], and through package request. The packages below ask for more: watch for all that runs, again and again,
// env for environments, console for logs, stages for the stages of a pipeline.
//
// Every text in a value has been cleaned for the terminal where that is harmless (display names, reasons,
// descriptions); names and values that must stay as Jenkins has them (job names, variables) are raw, and whoever draws
// them cleans them.
//
// Errors are [*Error]: its Kind says what happened, its Hint what a person can do about it.
package jenkins
