// Package sender is the wire format of the Jenkins plugin "Environment Variables Status Sync": notifications and the
// endpoints they go to, payloads as the plugin encodes them, one exchange with an endpoint, and the rules for retries. It
// stores nothing.
//
// Package outbox keeps notifications on disk until they are delivered; package receive is the other end of the wire.
//
// Errors that a person can do something about are [*Error]; their Hint says what.
package sender
