package kit

import "github.com/jenkwatch/jenkwatch/jenkins/query"

// Unaccented is [query.Unaccented].
func Unaccented(s string) (bare string, at []int) { return query.Unaccented(s) }

// TypedWords is [query.TypedWords].
func TypedWords(text string) []string { return query.TypedWords(text) }
