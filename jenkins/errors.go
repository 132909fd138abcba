package jenkins

// Kind is what kind of trouble an [*Error] tells of.
type Kind string

const (
	Unreachable    Kind = "unreachable"     // no connection, no name, connection cut before an answer
	TimedOut       Kind = "timed out"       // no answer within the deadline
	BadCertificate Kind = "bad certificate" // TLS said no
	NotAllowed     Kind = "not allowed"     // 401, 403, a redirect to a login
	NotFound       Kind = "not found"       // 404: no such job or build, or no right to see it
	NotJenkins     Kind = "not Jenkins"     // HTML or anything else where JSON was due
	Starting       Kind = "starting up"     // 503, and the 401 that follows it for a moment
	CutShort       Kind = "cut short"       // the answer ended early, or an empty 200
	TooLarge       Kind = "too large"       // more bytes than we are willing to hold
	Refused        Kind = "refused"         // any other status, 500 among them
)
