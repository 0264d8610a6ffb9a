package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

type showFlags struct {
	formats []string
	details bool
	redact  string
}

func (a *app) showCmd() *cobra.Command {
	var f showFlags
	c := described(&cobra.Command{
		Use:   "show FILE|RUN [DIR]",
		Short: "Show a saved plan or a run again",
		Args:  arguments(1, 2),
		RunE: func(_ *cobra.Command, args []string) error {
			outs, err := outputsWith(f.formats, "markdown")
			if err != nil {
				return err
			}
			if err := spares(outs, args[0]); err != nil {
				return err
			}
			if isFile(args[0]) {
				return a.showFile(args[0], outs, f)
			}
			return a.showRun(args[0], args[1:], outs, f)
		},
	}, "Shows a plan file as `reseat plan` showed it, or a run: who lost or got what, when, by which plan,\n"+
		"commit and identity. RUN is a run's name, or the path of its folder, which needs no DIR and may lie\n"+
		"anywhere. A run that was cut off, or is at work, is told from its plan and its journal.",
		"  reseat show plan.json --details\n  reseat show 20261120T080000Z-3fa9c2e1 contoso\n"+
			"  reseat show 20261120T080000Z-3fa9c2e1 contoso --details -o markdown=run.md\n  reseat show ./runs/20261120T080000Z-3fa9c2e1",
		exitOK, exitError, exitRefused)
	c.Flags().StringArrayVarP(&f.formats, "output", "o", nil, "text, json or (of a run) markdown, with =FILE to a file")
	c.Flags().BoolVar(&f.details, "details", false, "show every line and all seats, nothing grouped")
	withRedact(c, &f.redact)
	return a.completes(c, true, runNames)
}

func (a *app) showFile(file string, outs []output, f showFlags) error {
	for _, o := range outs {
		if o.format == "markdown" {
			return &codeError{code: exitError, err: errors.New("-o markdown of a plan is not built yet"), hint: "use -o text or -o json"}
		}
	}
	if f.redact != "" {
		return usage("--redact goes with -o markdown")
	}
	p, err := readPlan(file)
	if err != nil {
		return err
	}
	return a.showPlan(p, outs, render.Options{Details: f.details, File: file})
}

func (a *app) showRun(name string, dirs []string, outs []output, f showFlags) error {
	outs, err := a.redacted(f.redact, outs)
	if err != nil {
		return err
	}
	run, at, err := a.findRun(name, dirs)
	if err != nil {
		return err
	}
	p, err := planOf(run)
	if err != nil {
		return err
	}
	report, note, err := account(run, p)
	if err != nil {
		return err
	}
	if report.AtWork, err = a.atWork(run, at.store); err != nil {
		return err
	}
	if report.AtWork {
		report.FromJournal = true
	} else if note != "" {
		fmt.Fprintln(a.err, "note:", note)
	}
	o := render.Options{Dir: at.dir, Run: at.run, Details: f.details, Whole: true}
	return a.emitReport(outs, named(report, p).write, report, p, o)
}

// A whereRun is how commands name a run that was found, and its state folder.
type whereRun struct {
	run, dir string
	store    *state.Store // nil where it is not known
}

// findRun opens a run by its name in the state of a folder, or by the path of
// its own folder, which needs no tenant's folder and no state.
func (a *app) findRun(name string, dirs []string) (*state.Run, whereRun, error) {
	dir := dirOf(dirs)
	byName := !strings.ContainsAny(name, `/\`)
	if byName && (len(dirs) > 0 || isTenantFolder(dir) || a.opts.state != "" || !isDir(name)) {
		return a.runOfFolder(name, dir)
	}
	if isTenantFolder(name) {
		return nil, whereRun{}, usage("%s is a tenant's folder: `reseat runs %s` lists its runs", name, shellWord(name))
	}
	run, err := state.OpenRunAt(name)
	if errors.Is(err, fs.ErrNotExist) && !isDir(name) {
		return nil, whereRun{}, &codeError{code: exitError, err: fmt.Errorf("show: there is no file and no folder %q", name),
			hint: "name a plan file, or a run and the folder that has a reseat.yaml"}
	}
	if err != nil {
		return nil, whereRun{}, err
	}
	at := whereRun{run: shellWord(name)}
	home := run.Home()
	switch {
	case len(dirs) > 0:
		a.at(dir)
		at.dir = strings.TrimSpace(a.place)
	case home != "" && filepath.Base(home) == ".reseat" && isTenantFolder(filepath.Dir(home)):
		at.run, at.dir = run.Name(), shellWord(filepath.Dir(home))
	default:
		at.dir = "DIR"
	}
	if home != "" {
		at.store, err = state.Open(home, a.log)
	}
	return run, at, err
}

// runOfFolder opens a run by its name.
func (a *app) runOfFolder(name, dir string) (*state.Run, whereRun, error) {
	if !isTenantFolder(dir) && a.opts.state == "" {
		return nil, whereRun{}, &codeError{code: exitError, err: fmt.Errorf("%q is no file, and %s no tenant's folder, of which it could be a run", name, dir), hint: "name a plan file, or a run and the folder that has a reseat.yaml"}
	}
	store, err := a.storeOf(dir)
	if err != nil {
		return nil, whereRun{}, err
	}
	run, err := store.OpenRun(name)
	if err != nil {
		return nil, whereRun{}, &codeError{code: exitError, err: err, hint: "reseat runs"}
	}
	return run, whereRun{run: run.Name(), dir: strings.TrimSpace(a.place), store: store}, nil
}

// atWork reports whether a process is at work on a run, as far as can be told.
func (a *app) atWork(run *state.Run, store *state.Store) (bool, error) {
	if store == nil {
		return false, nil
	}
	_, busy, err := store.AtWork(run.Name())
	var locked *state.LockedError
	if errors.As(err, &locked) { // who holds it cannot be read: that is no reason to show nothing
		return false, nil
	}
	return busy, err
}

func readReport(run *state.Run) (*plan.Report, error) {
	file, err := run.OpenReport()
	if err != nil {
		return nil, err
	}
	r, err := plan.DecodeReport(file)
	if err = errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("report of run %s: %w", run.Name(), err)
	}
	return r, nil
}

// emitReport writes a report in the forms asked for; document writes it as JSON.
func (a *app) emitReport(outs []output, document func(io.Writer) error, r *plan.Report, p *plan.Plan, looks render.Options) error {
	by := func(write func(io.Writer, *plan.Report, *plan.Plan, render.Options) error) form {
		return func(w *bytes.Buffer, o render.Options) error {
			o.Dir, o.Run, o.Details, o.Whole, o.Undone = looks.Dir, looks.Run, looks.Details, looks.Whole, looks.Undone
			return write(w, r, p, o)
		}
	}
	return a.emitIn(outs, document, map[string]form{"text": by(render.Report), "markdown": by(render.ReportMarkdown)})
}
