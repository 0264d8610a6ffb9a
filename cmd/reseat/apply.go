package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

type applyFlags struct {
	yes      bool
	strict   bool
	expect   *string // nil: not given
	resume   *string
	run      string
	patience time.Duration // for the lock
	redact   string
	formats  []string
}

func (a *app) applyCmd() *cobra.Command {
	var f applyFlags
	var expect, resume string
	c := described(&cobra.Command{
		Use:   "apply [PLANFILE] [DIR]",
		Short: "Carry out a plan, as far as the folder and the tenant still ask for it",
		Args:  arguments(0, 2),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("expect-changes") {
				f.expect = &expect
			}
			if cmd.Flags().Changed("resume") {
				f.resume = &resume
			}
			return a.apply(cmd.Context(), args, f)
		},
	}, "With a PLANFILE, carries out what was reviewed: the folder is resolved again on fresh facts, and\n"+
		"only what both ask for is sent. Without one, makes a plan, shows it and asks for the tenant's name.\n"+
		"Every request is on disk before it is sent; a run that was cut off is taken up by --resume.\n\n"+
		"-o jsonl writes what happens as it happens, one JSON object a line: began, sending, outcome (user, skuId,\n"+
		"action, status, class, code, message, requestId, evidence), waiting, stopping, ended, and at the end exit\n"+
		"(exit, summary). Each has event, at, run, plan and tenant; ids, no names. A reader that is slow or goes\n"+
		"away never holds the apply up.",
		"  reseat apply plan.json contoso\n  reseat apply contoso\n  reseat apply --resume 20261120T080000Z-3fa9c2e1 contoso",
		exitOK, exitError, exitGuarded, exitPartly, exitLocked, exitRefused, exitNotEvaluated, exitInterrupted)
	a.withPolicy(c)
	c.Flags().BoolVar(&f.yes, "yes", false, "without a PLANFILE: do not ask")
	c.Flags().BoolVar(&f.strict, "strict", false, "without a PLANFILE: as reseat plan --strict")
	c.Flags().StringVar(&expect, "expect-changes", "", "refuse the plan unless its changes have this digest")
	c.Flags().StringVar(&resume, "resume", "", "take up a run that was cut off, by name or folder")
	_ = c.RegisterFlagCompletionFunc("resume", func(_ *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
		return a.offered(dirOf(args), typed, runNames), cobra.ShellCompDirectiveDefault
	})
	c.Flags().StringVar(&f.run, "run", "", "with an undo plan: the folder of the run it takes back, if the state folder lacks it")
	c.Flags().DurationVar(&f.patience, "lock-timeout", 0, "how long to wait for a run that is at work, as 10m")
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "form of the report: text, json or markdown, or jsonl for what happens as it happens; with =FILE to a file")
	withRedact(c, &f.redact)
	return c
}

func (a *app) apply(ctx context.Context, args []string, f applyFlags) error {
	outs, err := a.applyOutputs(f)
	if err != nil {
		return err
	}
	for _, arg := range args {
		if err := spares(outs, arg); err != nil {
			return err
		}
	}
	return a.telling(outs, func() error { return a.applyAs(ctx, args, f, outs) })
}

// applyAs is the apply that the arguments ask for.
func (a *app) applyAs(ctx context.Context, args []string, f applyFlags, outs []output) error {
	file := ""
	switch {
	case len(args) == 2 && isDir(args[0]):
		return usage("the plan comes first: reseat apply %s %s", shellWord(args[1]), shellWord(args[0]))
	case len(args) == 2, len(args) == 1 && !isDir(args[0]):
		file, args = args[0], args[1:]
	}
	switch {
	case f.resume != nil && (file != "" || f.yes || f.expect != nil):
		return usage("--resume takes a DIR and nothing else: the run has its plan")
	case f.strict && (f.resume != nil || file != ""):
		return usage("--strict goes with a DIR alone: a plan was strict, or not, when it was made")
	case f.patience < 0:
		return usage("--lock-timeout is how long to wait, as 10m; not %s", f.patience)
	case f.resume != nil && *f.resume == "":
		return usage("--resume needs the name of a run")
	case f.resume != nil:
		return a.resume(ctx, *f.resume, dirOf(args), f, outs)
	case file != "" && f.yes:
		return usage("--yes goes with a DIR alone: with a PLANFILE nothing is asked")
	case file != "":
		return a.applyFile(ctx, file, dirOf(args), f, outs)
	case f.expect != nil:
		return usage("--expect-changes goes with a PLANFILE")
	}
	return a.applyFolder(ctx, dirOf(args), f, outs)
}

func isDir(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.IsDir()
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// readPlan reads a plan file; one that cannot be used is refused with 7.
func readPlan(file string) (_ *plan.Plan, err error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	p, err := plan.DecodeFrom(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// approved refuses a plan that is not the one whose digest was approved. A
// digest that is empty, or not whole, approves nothing.
func approved(p *plan.Plan, expect *string) error {
	if expect == nil {
		return nil
	}
	digest := strings.ToLower(strings.TrimPrefix(strings.TrimSpace(*expect), "sha256:"))
	if len(digest) != len(p.Digests.Changes) {
		return usage("--expect-changes takes a whole digest of %d digits, not %q; see digests.changes of the plan", len(p.Digests.Changes), *expect)
	}
	if digest != p.Digests.Changes {
		return refused("", "the plan's changes have the digest %s, not the approved %s", p.Digests.Changes, digest)
	}
	return nil
}

// applyFile carries out a reviewed plan.
func (a *app) applyFile(ctx context.Context, file, dir string, f applyFlags, outs []output) (err error) {
	if err := a.mayBegin(dir); err != nil {
		return err
	}
	p, err := readPlan(file)
	if err != nil {
		return err
	}
	if err := approved(p, f.expect); err != nil {
		return err
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.waitForLock(ctx, f.patience)
	j := &job{plan: p, outs: outs, undone: f.run, again: func() (*plan.Plan, error) { return readPlan(file) }}
	return s.locked("apply", "", func(l *state.Lock) error {
		j.lock = l
		return s.carryOut(ctx, j)
	})
}

// applyFolder makes a plan, shows it, asks, and carries it out.
func (a *app) applyFolder(ctx context.Context, dir string, f applyFlags, outs []output) (err error) {
	if err := a.mayBegin(dir); err != nil {
		return err
	}
	where := a.place + a.policyWords()
	_, tty := a.terminal(a.in)
	if !f.yes && !tty {
		return &codeError{code: exitError, err: errors.New("there is no terminal to ask on, and no --yes"),
			hint: "make a plan and have it reviewed: reseat plan" + where + " --out plan.json; then reseat apply plan.json" + where}
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	s.strict = f.strict
	s.waitForLock(ctx, f.patience)
	if f.yes {
		return s.locked("apply", "", func(l *state.Lock) error { return s.applyUnasked(ctx, outs, l) })
	}
	m, _, err := s.propose(ctx, outs)
	if err != nil {
		return err
	}
	if m.Plan.Summary.Changes > 0 && m.Plan.Summary.Verdict != plan.Guarded {
		if err := outside(m.Plan); err != nil {
			return err
		}
		if err := a.ask(ctx, m.Plan); err != nil {
			return err
		}
	}
	if err := s.disconnect(); err != nil {
		return err
	}
	j := &job{plan: m.Plan, outs: outs}
	return s.locked("apply", "", func(l *state.Lock) error {
		j.lock = l
		return s.carryOut(ctx, j)
	})
}

// applyUnasked makes a plan under the lock, shows it and carries it out.
func (s *session) applyUnasked(ctx context.Context, outs []output, l *state.Lock) error {
	m, snap, err := s.propose(ctx, outs)
	if err != nil {
		return err
	}
	j := &job{plan: m.Plan, outs: outs, lock: l}
	if !s.tenant.apart { // else it is judged again, as who writes
		m.Settle()
		j.now, j.snap = m, snap
	}
	return s.carryOut(ctx, j)
}

// propose makes a plan and shows it.
func (s *session) propose(ctx context.Context, outs []output) (*plan.Made, *plan.Snapshot, error) {
	s.applying = true
	m, snap, err := s.make(ctx, nil, nil)
	if err != nil {
		return nil, nil, err
	}
	return m, snap, s.app.preview(m.Plan, s.folder.source, outs)
}

// preview shows the plan before it is applied: on stdout, or on stderr where
// stdout is for a machine.
func (a *app) preview(p *plan.Plan, source string, outs []output) error {
	to := a.out
	for _, o := range outs {
		if o.file == "" && o.format != "text" {
			to = a.err
		}
	}
	o := a.options()
	o.Source = source
	var buf bytes.Buffer
	if err := render.Plan(&buf, p, o); err != nil {
		return err
	}
	buf.WriteByte('\n')
	_, err := to.Write(buf.Bytes())
	return err
}

// ask wants the tenant's name typed: a yes is typed too easily.
func (a *app) ask(ctx context.Context, p *plan.Plan) error {
	sum := p.Summary
	fmt.Fprintf(a.err, "%d to remove, %d to assign, %d to adjust. Type the tenant's name (%s) to apply this plan: ",
		sum.Unassign, sum.Assign, sum.Adjust, render.Clean(p.Tenant.Name))
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		typed <- line
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return notApplied(exitInterrupted, "interrupted")
	case line := <-typed:
		if !strings.HasSuffix(line, "\n") {
			fmt.Fprintln(a.err)
		}
		if strings.TrimSpace(line) != p.Tenant.Name {
			return notApplied(exitError, "that is not the tenant's name")
		}
	}
	return nil
}
