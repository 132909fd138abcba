package show

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins/nodes"
)

// NodesCommand returns `jenkwatch nodes`.
func NodesCommand(a *cli.App) *cobra.Command {
	var o output.Format
	cmd := &cobra.Command{
		Use:   "nodes",
		Short: "List nodes: what runs on them, or why they are offline",
		Long: "List the nodes of the controllers: executors, what runs on them, and of those that are offline why and since when.\n" +
			"Piped, the columns are: controller, node, state, busy, executors, since, labels, what runs or why it is offline.",
		Example: "  jenkwatch nodes\n" +
			"  jenkwatch nodes --jq '.[] | select(.offline) | .name'",
		Args: help.Args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			return listNodes(cmd.Context(), a, &o)
		},
	}
	o.AddFlags(cmd)
	return cmd
}

type nodeOf struct {
	controller string
	nodes.Node
}

func listNodes(ctx context.Context, a *cli.App, o *output.Format) error {
	cs, err := a.Controllers(ctx)
	if err != nil {
		return err
	}
	lists, err := cli.Each(ctx, cs, func(ctx context.Context, c *cli.Controller) ([]nodes.Node, error) { return nodes.List(ctx, c.Client) })
	if err != nil && len(cs) == 1 {
		return err
	}
	// Of several controllers one may be away: what the others said is printed all the same.
	var all []nodeOf
	for i, list := range lists {
		for _, n := range list {
			all = append(all, nodeOf{cs[i].Name, n})
		}
	}
	if perr := printNodes(a, o, all, len(cs) > 1); perr != nil {
		return perr
	}
	return err
}

func printNodes(a *cli.App, o *output.Format, all []nodeOf, several bool) error {
	if o.JSON {
		list := []jsonview.Node{}
		for i := range all {
			list = append(list, jsonview.NewNode(all[i].controller, &all[i].Node))
		}
		return o.WriteJSON(a.Out, list)
	}
	a.SayEmpty(len(all), "No nodes.")
	width, tty := a.OnTerminal()
	t := &output.Table{Columns: []output.Column{{Title: "CONTROLLER", Least: 10, Yields: 1, Drop: 4}, {Title: "NODE", Least: 12}, {Title: "STATE"},
		{Title: "BUSY", Right: true}, {Title: "OF", Right: true}, {Title: "SINCE", Drop: 3}, {Title: "LABELS", Least: 8, Prose: true, Yields: 2, Drop: 2},
		{Title: "RUNS", Least: 16, Likes: 28, Prose: true, Yields: 1, Drop: 1}}}
	now := time.Now()
	for i := range all {
		n := &all[i]
		name, state, since := n.controller, "online", ""
		if n.Offline {
			state, since = "offline", output.Clock(n.Since, false)
		}
		if tty {
			since = output.Ago(n.Since, now)
			if !several {
				name = ""
			}
		}
		t.Add(name, n.Name, state, fmt.Sprint(n.Busy), fmt.Sprint(n.Executors), since, strings.Join(otherLabels(n.Node), " "), nodeText(&n.Node))
	}
	return t.Write(a.Out, width)
}

// otherLabels returns those that are not the node's own name.
func otherLabels(n nodes.Node) []string {
	var labels []string
	for _, l := range n.Labels {
		if l != n.Name {
			labels = append(labels, l)
		}
	}
	return labels
}

// nodeText returns what runs on a node, or why it is offline.
func nodeText(n *nodes.Node) string {
	var parts []string
	if n.Offline && n.Why != "" {
		parts = append(parts, n.Why)
	}
	for _, w := range n.Work {
		text := w.Name
		if w.Ref.Job != "" {
			text = w.Ref.Title()
			if w.Stage != "" {
				text += " in " + w.Stage
			}
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}
