// Package jenkins says what a Jenkins controller says, as values.
//
// Data flows one way: HTTP, [Client], values. A [Client] asks one question with one request (one tree= each) and
// answers with values that are never changed afterwards; a [Watcher] asks again and again and yields a [Snapshot] each
// time. Every text in a value has been cleaned for the terminal where that is harmless (display names, reasons,
// descriptions); names and values that must stay as Jenkins has them (job names, variables) are raw, and whoever draws
// them cleans them.
//
// Errors are [*Error]: its Kind says what happened, its Hint what a person can do about it.
package jenkins
