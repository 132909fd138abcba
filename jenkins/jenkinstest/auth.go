package jenkinstest

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/jenkwatch/jenkwatch/jenkins/jenkinstest/api"
)

// login finds out who asks, and turns away who may not.
func (q *request) login() func() {
	name, secret, given := q.r.BasicAuth()
	byPassword := false
	if given {
		for i, u := range q.c.Users {
			if u.Name == name && secret != "" && (secret == u.Token || secret == u.Password) {
				q.user, byPassword = &q.c.Users[i], secret != u.Token
			}
		}
		if q.user == nil {
			h := q.w.Header()
			h.Set("Set-Cookie", "remember-me=; Path="+q.c.Prefix+"/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; SameSite=Lax")
			h.Set("WWW-Authenticate", `Basic realm="Jenkins"`)
			return q.plain(http.StatusUnauthorized, "Unauthorized")
		}
	}
	if q.user == nil && !q.c.AnonymousReads && q.path[0] != "whoAmI" && q.path[0] != "login" {
		return q.loginPage()
	}
	if q.r.Method == http.MethodPost && byPassword && !q.validCrumb() {
		if q.r.Header.Get("Jenkins-Crumb") != "" && q.r.Header.Get("Cookie") == "" {
			q.w.Header().Set("Set-Cookie", q.c.cookie())
		}
		return q.plain(http.StatusForbidden, "No valid crumb was included in the request")
	}
	return nil
}

// loginPage returns the 403 for who has not said who they are.
func (q *request) loginPage() func() {
	h := q.w.Header()
	h.Set("Set-Cookie", q.c.cookie())
	h.Set("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")
	h.Set("Content-Type", "text/html;charset=utf-8")
	h.Set("X-Hudson", "1.395")
	h.Set("X-Jenkins", q.c.Version)
	h.Set("X-Jenkins-Session", q.c.session)
	to := q.c.Prefix + "/login?from=" + url.QueryEscape(q.r.URL.RequestURI())
	body := redirectPage(q.c.session, to, "Authentication required") + strings.Repeat(" ", 400)
	return func() {
		q.w.WriteHeader(http.StatusForbidden)
		if q.r.Method != http.MethodHead {
			put(q.w, []byte(body))
		}
	}
}

// needs answers with a 403 that names the missing right unless the user may do everything.
func (q *request) needs(permission string) func() {
	switch {
	case q.user == nil:
		return q.loginPage()
	case q.may(permission):
		return nil
	}
	h := q.w.Header()
	h.Set("X-You-Are-Authenticated-As", q.user.Name)
	h.Set("X-Required-Permission", permission)
	h.Set("X-You-Are-In-Group-Disabled", "JENKINS-39402: use -Dhudson.security.AccessDeniedException2.REPORT_GROUP_HEADERS=true "+
		"or use /whoAmI to diagnose")
	for _, by := range impliedBy(permission) {
		h.Add("X-Permission-Implied-By", by)
	}
	return q.withContent(http.StatusForbidden, `<p class="error">`+q.user.Name+" is missing the "+shownPermission(permission)+" permission<!--\n-->\n</p>")
}

// shownPermission returns a permission as pages call it.
func shownPermission(id string) string {
	for _, group := range [][2]string{{"hudson.model.Item.", "Job/"}, {"hudson.model.Run.", "Run/"}, {"hudson.model.Computer.", "Agent/"},
		{"hudson.model.Hudson.", "Overall/"}} {
		if name, ok := strings.CutPrefix(id, group[0]); ok {
			return group[1] + name
		}
	}
	return id
}

// impliedBy returns the wider permissions that Jenkins names beside a missing one.
func impliedBy(permission string) []string {
	const generic, administer = "hudson.security.Permission.Generic", "hudson.model.Hudson.Administer"
	if permission == administer {
		return nil
	}
	return []string{generic + "Update", generic + "Write", administer}
}

func (c *Controller) crumbOf(cookie string) string {
	sum := sha256.Sum256([]byte(c.session + cookie))
	return hex.EncodeToString(sum[:])
}

func (q *request) crumb() func() {
	cookie := q.c.cookie()
	value, _, _ := strings.Cut(strings.TrimPrefix(cookie, "JSESSIONID="), ";")
	if sent, err := q.r.Cookie("JSESSIONID"); err == nil {
		value = sent.Value
	} else {
		q.w.Header().Set("Set-Cookie", cookie)
		q.w.Header().Set("Expires", "Thu, 01 Jan 1970 00:00:00 GMT")
	}
	return q.api(q.path[1:], api.Crumb(q.c.crumbOf(value)))
}

func (q *request) validCrumb() bool {
	sent, err := q.r.Cookie("JSESSIONID")
	return err == nil && q.r.Header.Get("Jenkins-Crumb") == q.c.crumbOf(sent.Value)
}

// may reports whether the user has a right.
func (q *request) may(permission string) bool {
	return q.user != nil && (q.user.Admin || slices.Contains(q.user.May, permission))
}
