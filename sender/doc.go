// Package sender delivers notifications at least once, in order per build, to HTTP endpoints that speak the wire format
// of the Jenkins plugin "Environment Variables Status Sync".
//
// What [Outbox.Add] has accepted is committed to disk; the [Relay] claims, sends and records the attempt until the
// notification is delivered, dead or dropped. Any number of processes may share one database: a claim is a lease, and
// what a crash leaves behind goes to whoever comes next, with the same Idempotency-Key.
//
// [Ledger] remembers what was announced, so that sync sends each change once. [Receiver] is the other end of the wire:
// it takes pushes from the plugin or from us and stores them before it says 200.
//
// Errors that a person can mend are [*Error]; their Hint says how.
package sender
