package runs

import (
	"time"
)

// FewEnded is up to how many ended builds it is asked at once who started them, so that the number beside Mine is right
// from the start. Of more it is asked when somebody looks for their own.
const FewEnded = 300

// AgainAfter is when builds whose causes are not known, having come and gone unseen, are reason to ask once more.
const AgainAfter = 5 * time.Minute
