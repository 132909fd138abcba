package jenkinstest

var hudson = &class{name: "hudson.model.Hudson", make: func() []prop {
	return []prop{
		get("assignedLabels", 1, func(_ *exporter, c *Controller) any { return labels(c.nodes[0]) }),
		k("mode", 1, "NORMAL"),
		k("nodeDescription", 1, "the Jenkins controller's built-in node"),
		k("nodeName", 3, ""),
		get("numExecutors", 1, func(_ *exporter, c *Controller) any { return c.nodes[0].Executors }),
		k("description", 1, nil),
		get("jobs", 1, func(x *exporter, c *Controller) any { return x.visible(c.root) }),
		k("overallLoad", 1, bean{class: &class{name: "", props: join(loadProps(), loads("totalQueueLength"))}}),
		get("primaryView", 1, func(x *exporter, c *Controller) any { return view(c.root) }),
		get("quietDownReason", 1, func(_ *exporter, c *Controller) any { return nil }),
		get("quietingDown", 1, func(_ *exporter, c *Controller) any { return c.quieting }),
		k("slaveAgentPort", 1, 50000),
		k("unlabeledLoad", 1, bean{class: &class{name: "jenkins.model.UnlabeledLoadStatistics", make: loadProps}}),
		get("url", 1, func(_ *exporter, c *Controller) any { return c.RootURL }),
		k("useCrumbs", 1, true),
		k("useSecurity", 1, true),
		get("views", 1, func(x *exporter, c *Controller) any { return []bean{view(c.root)} }),
	}
}}

var whoAmI = &class{name: "hudson.security.WhoAmI", make: func() []prop {
	return []prop{
		get("anonymous", 1, func(x *exporter, _ *Controller) any { return x.user == nil }),
		k("authenticated", 1, true),
		get("authorities", 1, func(x *exporter, _ *Controller) any {
			if x.user == nil {
				return []string{"anonymous"}
			}
			return []string{"authenticated"}
		}),
		get("name", 1, func(x *exporter, _ *Controller) any { return x.name() }),
	}
}}

func (x *exporter) name() string {
	if x.user == nil {
		return "anonymous"
	}
	return x.user.Name
}

var me = &class{name: "hudson.model.User", make: func() []prop {
	return []prop{
		get("absoluteUrl", 3, func(x *exporter, c *Controller) any { return c.RootURL + "user/" + x.name() }),
		k("description", 1, nil),
		get("fullName", 3, func(x *exporter, _ *Controller) any { return x.name() }),
		get("id", 1, func(x *exporter, _ *Controller) any { return x.name() }),
		inline(k("property", 1, []bean{
			only("jenkins.security.ApiTokenProperty"),
			only("jenkins.console.ConsoleUrlProviderUserProperty"),
			only("com.cloudbees.plugins.credentials.UserCredentialsProvider$UserCredentialsProperty"),
			only("jenkins.views.ViewsTabBarUserProperty"),
			{class: &class{name: "hudson.tasks.Mailer$UserProperty", props: []prop{k("address", 1, nil)}}},
			only("hudson.model.MyViewsProperty"),
			only("org.jenkinsci.plugins.displayurlapi.user.PreferredProviderUserProperty"),
			only("hudson.model.PaneStatusProperties"),
			only("jenkins.security.seed.UserSeedProperty"),
			{class: &class{name: "hudson.search.UserSearchProperty", props: []prop{k("insensitiveSearch", 1, true)}}},
			only("hudson.model.TimeZoneProperty"),
			only("jenkins.model.experimentalflags.UserExperimentalFlagsProperty"),
			only("hudson.security.HudsonPrivateSecurityRealm$Details"),
		})),
	}
}}
