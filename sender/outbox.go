package sender

// Kept tells whether the message stays readable, as what is kept for reuse does.
func (n Notification) Kept() bool {
	return n.Remember != "" && n.Body != nil && !HoldsSecret(*n.Body, n.Variables)
}
