package sender

import (
	"net/url"
	"slices"
	"strings"
)

func HoldsSecret(text string, vars []Variable) bool {
	for _, v := range vars {
		if (v.Password || v.Secret) && v.Value != "" && strings.Contains(text, v.Value) {
			return true
		}
	}
	return false
}

// secretName tells whether a header or query parameter of this name holds a secret.
func secretName(name string) bool {
	name = strings.ToLower(name)
	for _, part := range []string{
		"auth", "token", "secret", "passw", "passwd", "api-key", "apikey", "api_key", "key", "cookie", "credential", "signature",
	} {
		if strings.Contains(name, part) {
			return name != "idempotency-key"
		}
	}
	return false
}

// secretSet masks known secrets wherever they turn up, in each spelling that an answer could quote them in.
type secretSet struct{ r *strings.Replacer }

func newSecretSet(secrets []string) secretSet {
	var forms []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		forms = append(forms, s, string(AppendJSON(nil, s)), string(AppendQuery(nil, s)), url.QueryEscape(s))
		// "Bearer abc": the part behind the scheme is the secret.
		if i := strings.LastIndexByte(s, ' '); i >= 0 && i < len(s)-1 {
			forms = append(forms, s[i+1:])
		}
	}
	// Longest first: a Replacer prefers the earlier of two that match at one place.
	slices.SortFunc(forms, func(a, b string) int { return len(b) - len(a) })
	forms = slices.Compact(forms)
	pairs := make([]string, 0, 2*len(forms))
	for _, f := range forms {
		pairs = append(pairs, f, Masked)
	}
	return secretSet{strings.NewReplacer(pairs...)}
}

func (s secretSet) mask(text string) string {
	if s.r == nil {
		return text
	}
	return s.r.Replace(text)
}

// maskURL hides a password and the values of query parameters whose names sound secret.
func maskURL(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return Masked
	}
	var user string
	if u.User != nil {
		user = u.User.Username()
		if _, ok := u.User.Password(); ok {
			user += ":" + Masked
		}
		user += "@"
	}
	base, query, ok := strings.Cut(raw, "?")
	if scheme, rest, found := strings.Cut(base, "://"); found && u.User != nil {
		authority, path, slash := strings.Cut(rest, "/")
		base = scheme + "://" + user + authority[strings.LastIndexByte(authority, '@')+1:]
		if slash {
			base += "/" + path
		}
	}
	if !ok {
		return base
	}
	fields := strings.Split(query, "&")
	for i, f := range fields {
		if k, _, ok := strings.Cut(f, "="); ok && secretName(k) {
			fields[i] = k + "=" + Masked
		}
	}
	return base + "?" + strings.Join(fields, "&")
}

// ShownURL is the endpoint's URL as it may be shown: secrets masked, or where it is found if it does not stand in the
// configuration.
func (e Endpoint) ShownURL() string {
	if e.URL.IsLiteral() {
		return maskURL(e.URL.Literal())
	}
	return e.URL.String()
}
