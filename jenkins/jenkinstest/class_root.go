package jenkinstest

var hudson = &class{name: "hudson.model.Hudson", make: func() []prop {
	return []prop{
		get("jobs", func(x *exporter, c *Controller) any { return x.visible(c.root) }),
		get("primaryView", func(x *exporter, c *Controller) any { return view(c.root) }),
		get("url", func(_ *exporter, c *Controller) any { return c.RootURL }),
	}
}}

var whoAmI = &class{name: "hudson.security.WhoAmI", make: func() []prop {
	return []prop{
		get("anonymous", func(x *exporter, _ *Controller) any { return x.user == nil }),
		get("name", func(x *exporter, _ *Controller) any { return x.name() }),
	}
}}

func (x *exporter) name() string {
	if x.user == nil {
		return "anonymous"
	}
	return x.user.Name
}
