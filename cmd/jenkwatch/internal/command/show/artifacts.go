package show

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/cli"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/complete"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/exit"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/find"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/help"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/jsonview"
	"github.com/jenkwatch/jenkwatch/cmd/jenkwatch/internal/output"
	"github.com/jenkwatch/jenkwatch/jenkins"
	"github.com/jenkwatch/jenkwatch/jenkins/artifacts"
	"github.com/jenkwatch/jenkwatch/jenkins/clean"
)

type artifactsOptions struct {
	output.Format
	all, zip, force bool
	dir             string
}

// ArtifactsCommand returns `jenkwatch artifacts`.
func ArtifactsCommand(a *cli.App) *cobra.Command {
	var o artifactsOptions
	cmd := &cobra.Command{
		Use:   "artifacts BUILD",
		Short: "List or download what a build keeps",
		Long: "List the artifacts of a build, with their sizes where Jenkins reports them.\n" +
			"With the word download after BUILD it downloads those that match a PATTERN: a path, a folder, or a pattern such as\n" +
			"'*.log' that a path or a file's name matches. They keep their paths below the folder of -o. What was interrupted goes\n" +
			"on where it stopped, and what is there already is left as it is. With --zip one folder, or with --all everything,\n" +
			"comes as one zip. The names of what was written are printed, one a line.",
		Example: "  jenkwatch artifacts shop/cart/main\n" +
			"  jenkwatch artifacts shop/cart/main#1203 download '*.tgz' reports -o out\n" +
			"  jenkwatch artifacts shop/cart/main download --all --zip",
		Args:              help.Args(cobra.MinimumNArgs(1)),
		ValidArgsFunction: complete.Artifacts(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := o.Prepare(); err != nil {
				return err
			}
			verb := "list"
			if len(args) > 1 {
				verb = args[1]
			}
			switch {
			case verb == "download":
				return download(cmd.Context(), a, &o, args[0], args[2:])
			case verb != "list" || len(args) > 2:
				return exit.Usage("behind BUILD comes list, or download and what", "there is no %q to do", strings.Join(args[1:], " "))
			case o.all || o.zip || o.force:
				return exit.Usage("add the word download behind BUILD", "--all, --zip and --force are for downloads")
			}
			return listArtifacts(cmd.Context(), a, &o.Format, args[0])
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "download all artifacts")
	cmd.Flags().StringVarP(&o.dir, "output", "o", ".", "download below this DIR")
	cmd.Flags().BoolVar(&o.zip, "zip", false, "download one zip, which Jenkins packs")
	cmd.Flags().BoolVar(&o.force, "force", false, "replace files that are there and differ")
	o.AddFlags(cmd)
	return cmd
}

func listArtifacts(ctx context.Context, a *cli.App, o *output.Format, arg string) error {
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	list, err := artifacts.List(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	if o.JSON {
		return o.WriteJSON(a.Out, jsonview.NewArtifacts(b.Run, list))
	}
	a.SayEmpty(len(list), "No artifacts.")
	width, tty := a.OnTerminal()
	t := &output.Table{Columns: []output.Column{{Title: "SIZE", Right: true}, {Title: "PATH", Least: 20}}}
	for _, k := range list {
		size := ""
		switch {
		case k.Size >= 0 && tty:
			size = output.Size(k.Size)
		case k.Size >= 0:
			size = fmt.Sprint(k.Size)
		}
		t.Add(size, k.Name())
	}
	return t.Write(a.Out, width)
}

func download(ctx context.Context, a *cli.App, o *artifactsOptions, arg string, patterns []string) error {
	switch {
	case o.all && len(patterns) > 0:
		return exit.Usage("leave out one of them", "--all and a PATTERN do not go together")
	case !o.all && len(patterns) == 0:
		return exit.Usage("name paths, folders or patterns, or --all", "nothing is chosen")
	case o.zip && len(patterns) > 1:
		return exit.Usage("name one folder, or --all", "a zip is of one folder")
	}
	b, err := find.One(ctx, a, arg)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(o.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	d := &artifacts.Download{Client: b.On.Client, Root: root, Force: o.force}
	if o.zip {
		return downloadZip(ctx, a, o, d, b, strings.Join(patterns, ""))
	}
	list, err := artifacts.List(ctx, b.On.Client, b.Run)
	if err != nil {
		return err
	}
	if !o.all {
		if list, err = artifacts.Match(list, patterns); err != nil {
			return exit.Usage("quote it for your shell; * does not match a slash", "%w", err)
		}
	}
	if len(list) == 0 {
		return &exit.Error{Err: fmt.Errorf("%s has no such artifact", b.Run.Title()),
			Fix: "`jenkwatch artifacts` lists them", Code: exit.CodeNotFound}
	}
	var failed error
	for _, k := range list {
		if err := downloadFile(ctx, a, o, d, b, k); err != nil {
			if failed = err; !errors.Is(err, artifacts.ErrExists) && !errors.Is(err, artifacts.ErrName) || len(list) == 1 {
				return downloadError(err)
			}
			output.Note(a.ErrOut, "jenkwatch: %s", err) // the others may well be had
		}
	}
	return downloadError(failed)
}

func downloadError(err error) error {
	switch {
	case errors.Is(err, artifacts.ErrExists):
		return exit.Failure("--force replaces it", "%w", err)
	case errors.Is(err, artifacts.ErrName):
		return exit.Failure("--zip gets it under another name", "%w", err)
	}
	return err
}

func downloadFile(ctx context.Context, a *cli.App, o *artifactsOptions, d *artifacts.Download, b find.Build, k artifacts.Artifact) error {
	bar := newProgress(a.ErrOut, k.Name())
	var came bool
	var size int64
	d.Progress = func(done, of int64) {
		came, size = true, done
		bar.show(done, of)
	}
	name, err := d.File(ctx, b.Run.Ref, k)
	bar.end()
	if err != nil {
		if size > 0 {
			output.Note(a.ErrOut, "%s: %s came and are kept; the same command goes on from there", k.Name(), output.Size(size))
		}
		return err
	}
	state := "downloaded"
	if !came {
		state, size = "unchanged", max(0, k.Size)
	}
	return printDownload(a, o, jsonview.Download{Path: k.Path, File: filepath.Join(o.dir, name), Size: size, State: state})
}

func downloadZip(ctx context.Context, a *cli.App, o *artifactsOptions, d *artifacts.Download, b find.Build, folder string) error {
	folder = strings.Trim(folder, "/")
	base := path.Base(folder)
	if folder == "" {
		base = fmt.Sprintf("%s-%d", path.Base(strings.ReplaceAll(jenkins.DisplayName(b.Run.Job), " ", "-")), b.Run.Number)
	}
	name, err := artifacts.FileName(base + ".zip")
	if err != nil {
		return downloadError(err)
	}
	bar := newProgress(a.ErrOut, name)
	var size int64
	d.Progress = func(done, of int64) {
		size = done
		bar.show(done, of)
	}
	err = d.Zip(ctx, b.Run.Ref, folder, name)
	bar.end()
	if jenkins.IsKind(err, jenkins.NotFound) {
		return &exit.Error{Err: err, Fix: "there is no such folder, or it is empty: `jenkwatch artifacts` lists all", Code: exit.CodeNotFound}
	}
	if err != nil {
		return downloadError(err)
	}
	return printDownload(a, o, jsonview.Download{Path: folder, File: filepath.Join(o.dir, name), Size: size, State: "downloaded"})
}

func printDownload(a *cli.App, o *artifactsOptions, v jsonview.Download) error {
	if o.JSON {
		return o.WriteJSON(a.Out, v)
	}
	_, err := fmt.Fprintln(a.Out, clean.Line(v.File))
	return err
}

// progress draws a bar on the terminal of stderr while a file comes; elsewhere it draws nothing.
type progress struct {
	w     io.Writer
	width int
	name  string
	last  time.Time
}

func newProgress(w io.Writer, name string) *progress {
	p := &progress{w: w, name: clean.ScreenLine(name)}
	if !output.DumbTerminal() {
		p.width = output.TerminalWidth(w)
	}
	return p
}

// show draws how much has come, ten times a second at most.
func (p *progress) show(done, of int64) {
	if p.width < 20 || time.Since(p.last) < 100*time.Millisecond {
		return
	}
	p.last = time.Now()
	_, _ = io.WriteString(p.w, "\r"+ansi.EraseLineRight+progressLine(p.name, done, of, p.width-1))
}

func progressLine(name string, done, of int64, width int) string {
	text := output.Size(done)
	if of > 0 {
		const cells = 20
		full := int(min(done, of) * cells / of)
		text = fmt.Sprintf("%s%s %3d%% of %s", strings.Repeat("█", full), strings.Repeat("░", cells-full), min(done, of)*100/of, output.Size(of))
	}
	room := max(8, width-ansi.StringWidth(text)-2)
	return ansi.Truncate(output.CutMiddle(name, room)+"  "+text, width, "")
}

// end removes the bar.
func (p *progress) end() {
	if !p.last.IsZero() {
		_, _ = io.WriteString(p.w, "\r"+ansi.EraseLineRight)
	}
}
