// Package outbox delivers notifications at least once, in order per build.
//
// What [Outbox.Add] has accepted is committed to disk; a [Relay] claims it, sends it and records the attempt, until the
// notification is delivered, dead or dropped. Any number of processes may share one database: a claim is a lease, and what a
// killed process leaves behind goes to the next relay, with the same Idempotency-Key.
//
// [Ledger] remembers what was announced, so that each change of a build is sent once. [Outbox.StorePush] keeps what was
// received.
package outbox
