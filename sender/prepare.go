package sender

// Prepared is a notification as an endpoint gets it, and what is kept of it.
type Prepared struct {
	Method      string
	URL         string // secrets masked
	ContentType string // empty: none
	Payload     []byte
	Secrets     []string // values in the payload that must not be recorded from an answer
	Outline     string   // one that cannot be made from the payload later; empty: none
	Remember    string   // text to be kept among the earlier messages; empty: none
}

// Prepare returns what n becomes for this endpoint. It finds every error that can be found without resolving a reference.
func (e Endpoint) Prepare(n Notification) (Prepared, error) {
	if err := e.Validate(); err != nil {
		return Prepared{}, err
	}
	payload, err := e.encode(n, e.sent)
	if err != nil {
		return Prepared{}, err
	}
	p := Prepared{Method: e.method(), URL: e.ShownURL(), ContentType: e.contentType(), Payload: payload}
	if p.Method == "GET" {
		p.ContentType = ""
	}
	for _, v := range n.Variables {
		if sent := e.sent(v); sent != "" && (v.Secret || v.Password && e.policy() == SendSecrets) {
			p.Secrets = append(p.Secrets, sent)
		} else if n.Body != nil && holdsSecret(*n.Body, []Variable{v}) {
			p.Secrets = append(p.Secrets, v.Value) // the text names what the policy holds back
		}
	}
	if !holdsSecret(n.Remember, n.Variables) {
		p.Remember = n.Remember
	}
	if n.keepsBody() {
		p.Outline = Outline(payload, p.Method == "GET", true, MaskOf(p.Secrets))
	}
	if e.Payload == TemplatePayload {
		p.Outline = e.templateOutline(n, p.Secrets)
	}
	return p, nil
}
