package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// root is the command line. Every command takes the tenant's folder, writes
// results to stdout and all else to stderr.
func (a *app) root() *cobra.Command {
	c := &cobra.Command{
		Use:   "reseat",
		Short: "Keep Microsoft 365 licences as they are declared in git",
		Long: "reseat compares the licences that people hold with what the files of a tenant's folder say,\n" +
			"lets rules judge every change, and carries out what was reviewed.",
		Example:       "  reseat plan contoso --out plan.json\n  reseat apply plan.json contoso",
		Version:       a.version,
		SilenceErrors: true,
		SilenceUsage:  true,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			a.called = cmd.CommandPath()
			log, err := a.logger()
			a.log = log
			return errors.Join(err, emptyFlags(cmd))
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	f := c.PersistentFlags()
	f.StringVar(&a.opts.logLevel, "log-level", "warn", "how much to log: trace, debug, info, warn, error, off")
	f.StringVar(&a.opts.logFormat, "log-format", "text", "form of the log: text or json")
	f.StringVar(&a.opts.state, "state", "", "folder for state (default: .reseat in the tenant's folder, or RESEAT_STATE)")
	f.BoolVar(&a.opts.ascii, "ascii", false, "no symbols outside ASCII")
	c.AddCommand(a.initCmd(), a.importCmd(), a.doctorCmd(), a.validateCmd(), a.fmtCmd(), a.lockCmd(), a.snapshotCmd(), a.planCmd(), a.explainCmd(), a.showCmd(), a.applyCmd(), a.undoCmd(),
		a.policyCmd(), a.runsCmd(), a.unlockCmd(), a.stopCmd(), a.simCmd(), a.schemaCmd(), a.versionCmd())
	c.InitDefaultCompletionCmd()
	grouped := []struct{ id, title, commands string }{
		{"day", "From files to licences:", "plan show apply undo"},
		{"run", "Runs, and what holds them:", "runs stop unlock"},
		{"start", "To begin:", "init import doctor"},
		{"folder", "The folder:", "validate fmt lock explain policy schema"},
		{"stage", "To rehearse:", "snapshot sim"},
	}
	for _, g := range grouped {
		c.AddGroup(&cobra.Group{ID: g.id, Title: g.title})
		for _, sub := range c.Commands() {
			if slices.Contains(strings.Fields(g.commands), sub.Name()) {
				sub.GroupID = g.id
			}
		}
	}
	for _, sub := range c.Commands() {
		if sub.Annotations == nil { // cobra's own
			sub.Annotations = map[string]string{"exit": exitHelp(exitOK, exitError)}
		}
	}
	c.SetVersionTemplate("reseat {{.Version}}\n")
	c.SetHelpTemplate(c.HelpTemplate() + `{{with index .Annotations "exit"}}
{{.}}{{end}}`)
	c.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return &codeError{code: exitError, err: err, hint: cmd.CommandPath() + " --help"}
	})
	return c
}

// emptyFlags refuses a flag that was given without a value, as by a variable of a
// script that is not set: it would mean as much as no flag at all, and another
// plan than was asked for.
func emptyFlags(cmd *cobra.Command) (err error) {
	own := []string{"expect-changes", "resume"} // which tell more themselves
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && f.Value.Type() == "string" && f.Value.String() == "" && !slices.Contains(own, f.Name) {
			err = usage("--%s is given without a value", f.Name)
		}
	})
	return err
}

// described gives a command its help: what it does, an example, its exit codes.
func described(c *cobra.Command, long, example string, codes ...int) *cobra.Command {
	c.Long, c.Example = long, example
	c.Annotations = map[string]string{"exit": exitHelp(codes...)}
	return c
}

// arguments refuses fewer or more than a command takes, showing how it is called.
func arguments(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if least <= len(args) && len(args) <= most {
			return nil
		}
		return &codeError{code: exitError, err: fmt.Errorf("wrong number of arguments, %d: it is called as `%s`", len(args), cmd.UseLine()),
			hint: cmd.CommandPath() + " --help"}
	}
}

func (a *app) versionCmd() *cobra.Command {
	return described(&cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Args:  arguments(0, 0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintln(a.out, "reseat", a.version)
			return err
		},
	}, "Prints the version of this program.", "  reseat version", exitOK, exitError)
}
