// Package sender delivers notifications at least once, in order per build, to HTTP endpoints that speak the wire format
// of the Jenkins plugin "Environment Variables Status Sync".
//
// What [Outbox.Add] has accepted is committed to disk; the [Relay] claims, sends and records the attempt until the
// notification is delivered, dead or dropped.
package sender
