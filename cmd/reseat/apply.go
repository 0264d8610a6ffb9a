package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

type applyFlags struct {
	yes     bool
	expect  string
	resume  string
	formats []string
}

func (a *app) applyCmd() *cobra.Command {
	var f applyFlags
	c := described(&cobra.Command{
		Use:   "apply [PLANFILE] [DIR]",
		Short: "Carry out a plan, as far as the folder and the tenant still ask for it",
		Args:  atMost(2),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.apply(cmd.Context(), args, f) },
	}, "With a PLANFILE, carries out what was reviewed: the folder is resolved again on fresh facts, and\n"+
		"only what both ask for is sent. Without one, makes a plan, shows it and asks for the tenant's name.\n"+
		"Every request is on disk before it is sent; a run that was cut off is taken up by --resume.",
		"  reseat apply plan.json contoso\n  reseat apply contoso\n  reseat apply --resume 20261120T080000Z-3fa9c2e1 contoso",
		exitOK, exitError, exitGuarded, exitPartly, exitLocked, exitRefused, exitNotEvaluated, exitInterrupted)
	c.Flags().BoolVar(&f.yes, "yes", false, "without a PLANFILE: do not ask")
	c.Flags().StringVar(&f.expect, "expect-changes", "", "refuse the plan unless its changes have this digest")
	c.Flags().StringVar(&f.resume, "resume", "", "take up a run that was cut off, by name or folder")
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "form of the report: text or json, with =FILE to a file")
	return c
}

func (a *app) apply(ctx context.Context, args []string, f applyFlags) error {
	outs, err := outputs(f.formats)
	if err != nil {
		return err
	}
	file := ""
	if len(args) > 0 && (len(args) == 2 || isFile(args[0])) {
		file, args = args[0], args[1:]
	}
	switch {
	case f.resume != "" && (file != "" || f.yes || f.expect != ""):
		return usage("--resume takes a DIR and nothing else: the run has its plan")
	case f.resume != "":
		return a.resume(ctx, f.resume, dirOf(args), outs)
	case file != "" && f.yes:
		return usage("--yes goes with a DIR alone: with a PLANFILE nothing is asked")
	case file != "":
		return a.applyFile(ctx, file, dirOf(args), f, outs)
	case f.expect != "":
		return usage("--expect-changes goes with a PLANFILE")
	}
	return a.applyFolder(ctx, dirOf(args), f, outs)
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// readPlan reads a plan file; one that cannot be used is refused with 7.
func readPlan(file string) (*plan.Plan, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read plan: %w", err)
	}
	p, err := plan.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return p, nil
}

// applyFile carries out a reviewed plan.
func (a *app) applyFile(ctx context.Context, file, dir string, f applyFlags, outs []output) (err error) {
	p, err := readPlan(file)
	if err != nil {
		return err
	}
	if f.expect != "" && !strings.EqualFold(strings.TrimPrefix(f.expect, "sha256:"), p.Digests.Changes) {
		return refused("", "the plan's changes have the digest %s, not the one that was approved", p.Digests.Changes)
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	return s.carryOut(ctx, &job{plan: p, outs: outs})
}

// applyFolder makes a plan, shows it, asks, and carries it out.
func (a *app) applyFolder(ctx context.Context, dir string, f applyFlags, outs []output) (err error) {
	_, tty := a.terminal(a.in)
	if !f.yes && !tty {
		return &codeError{code: exitError, err: errors.New("there is no terminal to ask on, and no --yes"),
			hint: "reseat plan --out plan.json, have it reviewed, then reseat apply plan.json"}
	}
	s, err := a.open(ctx, dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	m, snap, err := s.make(ctx, nil, nil)
	if err != nil {
		return err
	}
	if err := a.preview(m.Plan, s.folder.source, outs); err != nil {
		return err
	}
	j := &job{plan: m.Plan, outs: outs}
	if f.yes {
		j.now, j.snap = m, snap // read a moment ago
	} else if m.Plan.Summary.Changes > 0 && m.Plan.Summary.Verdict != plan.Guarded {
		if err := a.ask(ctx, m.Plan.Tenant.Name); err != nil {
			return err
		}
	}
	return s.carryOut(ctx, j)
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
func (a *app) ask(ctx context.Context, name string) error {
	fmt.Fprintf(a.err, "Type the tenant's name (%s) to apply this plan: ", render.Clean(name))
	typed := make(chan string, 1)
	go func() {
		line, _ := bufio.NewReader(a.in).ReadString('\n')
		typed <- strings.TrimSpace(line)
	}()
	select {
	case <-ctx.Done():
		fmt.Fprintln(a.err)
		return errInterrupted
	case line := <-typed:
		if line != name {
			return &codeError{code: exitError, err: errors.New("that is not the tenant's name: nothing was applied")}
		}
	}
	return nil
}
