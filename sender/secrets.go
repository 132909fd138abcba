package sender

import (
	"net/url"
	"slices"
	"strings"
)

// holdsSecret reports whether a text holds the value of a secret variable.
func holdsSecret(text string, vars []Variable) bool {
	for _, v := range vars {
		if (v.Password || v.Secret) && v.Value != "" && strings.Contains(text, v.Value) {
			return true
		}
	}
	return false
}

// secretName reports whether a header or query parameter of this name holds a secret.
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

// MaskOf returns a function that masks these secrets wherever a text has them, in each spelling that an answer could quote
// them in.
func MaskOf(secrets []string) func(string) string {
	var forms []string
	for _, s := range secrets {
		if s == "" {
			continue
		}
		forms = append(forms, s, string(appendJSON(nil, s)), string(appendQuery(nil, s)), url.QueryEscape(s))
		// "Bearer abc": the part behind the scheme is the secret.
		if i := strings.LastIndexByte(s, ' '); i >= 0 && i < len(s)-1 {
			forms = append(forms, s[i+1:])
		}
	}
	// Longest first: a Replacer prefers the earlier of two that match at one place.
	slices.SortStableFunc(forms, func(a, b string) int { return len(b) - len(a) })
	var pairs []string
	for _, f := range forms {
		pairs = append(pairs, f, Masked)
	}
	return strings.NewReplacer(pairs...).Replace
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

// ShownURL returns the endpoint's URL as it may be shown: secrets masked, or where it is found if it does not stand in the
// configuration.
func (e Endpoint) ShownURL() string {
	if e.URL.IsLiteral() {
		return maskURL(e.URL.Literal())
	}
	return e.URL.String()
}
