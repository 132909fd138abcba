package env

import (
	"regexp"

	"github.com/jenkwatch/jenkwatch/jenkins/secrets"
)

// Shown returns the value as a screen or an export shows it: a secret is masked unless reveal is true. Of a URL that is
// secret for the credentials in it only those are masked. A password that Jenkins never shows is masked in any case, any
// other value that is not known is empty.
func (v Variable) Shown(reveal bool) string {
	switch {
	case !v.Known && !v.Secret:
		return ""
	case !v.Known:
		return secrets.Masked
	case reveal || !v.Secret:
		return v.Value
	case v.MaskWhole:
		return secrets.Masked
	}
	if masked := secrets.MaskCredentials(v.Value); masked != v.Value {
		return masked
	}
	return secrets.Masked
}

// MarkSecrets sets Secret and MaskWhole where a variable looks like a secret. It never clears them.
func MarkSecrets(vars []Variable, own ...*regexp.Regexp) {
	for i := range vars {
		v := &vars[i]
		v.MaskWhole = v.MaskWhole || v.Password || secrets.Whole(v.Name, v.Value, own)
		v.Secret = v.Secret || v.MaskWhole || secrets.MaskCredentials(v.Value) != v.Value
		MarkSecrets(v.Also, own...)
	}
}
