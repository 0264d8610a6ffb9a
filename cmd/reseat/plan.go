package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

type planFlags struct {
	out      string
	snapshot string
	formats  []string
	detailed bool
	details  bool
	strict   bool
	users    []string
	products []string
}

func (a *app) planCmd() *cobra.Command {
	var f planFlags
	c := described(&cobra.Command{
		Use:   "plan [DIR]",
		Short: "Compare a tenant with its folder and judge every change; changes nothing",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.plan(cmd.Context(), dirOf(args), f) },
	}, "Reads the tenant, compares who holds what with what the folder says, and lets the rules judge\n"+
		"every change. Nothing is changed. The plan that --out writes can be reviewed, and applied as it is.\n"+
		"With --snapshot the tenant is not asked and nobody signs in: a file that `reseat snapshot` wrote\n"+
		"stands for it, as old as it is.",
		"  reseat plan contoso\n  reseat plan contoso --out plan.json -o json=review.json --detailed-exitcode\n"+
			"  reseat plan contoso --snapshot monday.json",
		exitOK, exitError, exitChanges, exitDenials, exitGuarded, exitNotEvaluated, exitInterrupted)
	a.withPolicy(c)
	c.Flags().StringVar(&f.out, "out", "", "write the plan to a file, for review and for apply")
	c.Flags().StringVar(&f.snapshot, "snapshot", "", "plan offline, on a `file` that reseat snapshot wrote")
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "text or json, with =FILE to a file; can be given more than once")
	c.Flags().BoolVar(&f.detailed, "detailed-exitcode", false, "exit with 2 or 3 where there are changes")
	c.Flags().BoolVar(&f.details, "details", false, "show every line and all seats, nothing grouped")
	c.Flags().BoolVar(&f.strict, "strict", false, "names are faults that are nobody's, of people who left or are called otherwise now, or not pinned")
	c.Flags().StringArrayVar(&f.users, "user", nil, "limit the plan to a person; can be given more than once")
	c.Flags().StringArrayVar(&f.products, "product", nil, "limit the plan to people of whom a product changes; can be given more than once")
	return c
}

// dirOf is the folder argument: the working directory if there is none.
func dirOf(args []string) string {
	if len(args) == 0 {
		return "."
	}
	return args[0]
}

func (a *app) plan(ctx context.Context, dir string, f planFlags) (err error) {
	outs, err := outputs(f.formats)
	if err != nil {
		return err
	}
	for _, o := range outs {
		if o.file != "" && f.out != "" && filepath.Clean(o.file) == filepath.Clean(f.out) {
			return usage("--out and -o both name %s", f.out)
		}
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.strict = f.strict
	if f.snapshot != "" {
		if s.saved, err = s.folder.standIn(f.snapshot); err != nil {
			return err
		}
	}
	m, _, err := s.make(ctx, f.users, f.products)
	if err != nil {
		return err
	}
	s.warnOfLock()
	if f.out != "" {
		if err := state.WriteFileBy(f.out, m.Plan.Write); err != nil {
			return err
		}
	}
	looks := render.Options{Details: f.details, File: f.out, Source: s.folder.source, Next: nextAfterPlan(m.Plan, f, a.place+a.policyWords())}
	if err := a.showPlan(m.Plan, outs, looks); err != nil {
		return err
	}
	return planCode(m.Plan, f.detailed)
}

// nextAfterPlan is the command that carries the plan out, or empty where
// nothing can be.
func nextAfterPlan(p *plan.Plan, f planFlags, place string) string {
	switch {
	case p.Summary.Changes == 0 || p.Summary.Verdict == plan.Guarded:
		return ""
	case f.out != "" && render.EndsBeforeItOpens(p):
		return "reseat plan" + place + " --out " + shellWord(f.out)
	case f.out != "":
		return "reseat apply " + shellWord(f.out) + place
	case f.snapshot != "":
		return "reseat plan" + place + " --out plan.json" // on the tenant as it is now
	case len(f.users)+len(f.products) == 0:
		return "reseat apply" + place
	}
	// Apply takes no limits: a limited plan is applied from its file.
	words := "reseat plan" + place
	for _, u := range f.users {
		words += " --user " + shellWord(u)
	}
	for _, x := range f.products {
		words += " --product " + shellWord(x)
	}
	return words + " --out plan.json"
}

// warnOfLock says on stderr that a run is at work, or was cut off: the plan may
// be overtaken by what it does.
func (s *session) warnOfLock() {
	s.warnOfStop()
	lock, held, err := s.store.Holder()
	if err == nil && !held {
		return
	}
	note := "note: a run holds the tenant"
	if err != nil {
		note = "note: whether a run holds the tenant is not known: " + err.Error()
	}
	if lock.Run != "" {
		note += ": " + lock.Run + "; if it was cut off: reseat apply --resume " + lock.Run + s.app.place
	}
	fmt.Fprintln(s.app.err, render.Clean(note))
}

// dirWord is a folder as it stands in a command: nothing for the working directory.
func dirWord(dir string) string {
	if filepath.Clean(dir) == "." {
		return ""
	}
	return shellWord(dir)
}

// shellWord quotes a word for a POSIX shell where it needs it.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r == '/' || r == '.' || r == '-' || r == '_' || '0' <= r && r <= '9' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// planCode is the exit code of a plan, as an error that says nothing more.
func planCode(p *plan.Plan, detailed bool) error {
	code := exitOK
	switch p.Summary.Verdict {
	case plan.Guarded:
		code = exitGuarded
	case plan.ChangesWithDenials:
		code = exitDenials
	case plan.HasChanges:
		code = exitChanges
	case plan.InSync:
	default:
		return fmt.Errorf("unknown verdict %q", p.Summary.Verdict)
	}
	if code == exitOK || !detailed && code != exitGuarded {
		return nil
	}
	return &codeError{code: code}
}
