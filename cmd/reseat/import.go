package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

type importFlags struct {
	beginFlags
	style, file, split, snapshot string
	update                       bool
}

// The styles of an import.
const (
	styleStart  = "start"
	stylePeople = "people"
)

func (a *app) importCmd() *cobra.Command {
	var f importFlags
	c := described(&cobra.Command{
		Use:   "import [DIR]",
		Short: "Write what a tenant holds today into its folder; changes nothing there",
		Args:  arguments(0, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.imports(cmd.Context(), dirOf(args), f) },
	}, "Reads the whole tenant and writes files to start from. A plan right after is in sync.\n\n"+
		"  start   one file: what the tenant has, and proposals with today's counts, all of it comments\n"+
		"  people  the exact set of direct seats of each person, a line each, in files below people/\n\n"+
		"A folder without a reseat.yaml is given one first, as by `reseat init`. No file is written over;\n"+
		"--update renews the lines that an earlier import of people wrote, and no other byte.",
		"  reseat import contoso\n  reseat import contoso --tenant contoso.onmicrosoft.com --style people --split department\n"+
			"  reseat import contoso --style people --update",
		exitOK, exitError, exitNotEvaluated, exitInterrupted)
	fl := c.Flags()
	fl.StringVar(&f.style, "style", styleStart, "start or people")
	fl.StringVar(&f.file, "file", "licences.yaml", "of start: the `name` of the file to write")
	fl.StringVar(&f.split, "split", "", "of people: letter or department (default letter, or as before)")
	fl.BoolVar(&f.update, "update", false, "of people: renew the lines of an earlier import")
	fl.StringVar(&f.snapshot, "snapshot", "", "import offline, from a `file` that reseat snapshot wrote")
	f.add(fl)
	return c
}

// check refuses flags that do not go together.
func (f *importFlags) check() error {
	people := f.style == stylePeople
	switch {
	case f.style != styleStart && !people:
		return usage("--style is start or people, not %q", f.style)
	case !people && (f.update || f.split != ""):
		return usage("--update and --split are of --style people")
	case people && f.file != "licences.yaml":
		return usage("--file is of --style start")
	case !slices.Contains([]desired.Split{desired.SplitAsBefore, desired.SplitLetter, desired.SplitDepartment}, desired.Split(f.split)):
		return usage("--split is letter or department, not %q", f.split)
	case path.Ext(f.file) != ".yaml" || !fs.ValidPath(f.file) || strings.ContainsAny(f.file, `\:`) || path.Base(f.file) == "reseat.yaml" ||
		slices.ContainsFunc(strings.Split(f.file, "/"), func(part string) bool { return strings.HasPrefix(part, ".") }) || strings.HasPrefix(f.file, "policies/"):
		return usage("--file is the name of a file within the folder that ends in .yaml, not %q", f.file)
	}
	return nil
}

// An importing is one import under way.
type importing struct {
	*session
	importFlags
	// begun are the files of a folder that has no reseat.yaml yet, and what they say.
	begun     []desired.Text
	beginning desired.Beginning
	in        plan.Input
	survey    *plan.Survey
	texts     []desired.Text // to write
	over      map[string][]byte
	what      map[string]string // words on texts
	said      []string          // words on all of it
	proposed  int               // what stands in a start's file as a comment
	later     *plan.Desired     // the folder with texts, once it was read; nil until then
}

func (a *app) imports(ctx context.Context, dir string, f importFlags) (err error) {
	a.at(dir)
	if err := f.check(); err != nil {
		return err
	}
	i, made, err := a.openImport(ctx, dir, f)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, i.close()); err != nil && made {
			_ = os.Remove(dir) // only an empty folder goes
		}
	}()
	if err := i.look(ctx); err != nil {
		return err
	}
	if f.style == stylePeople {
		err = i.people(ctx)
	} else {
		err = i.start(ctx)
	}
	if err != nil {
		return err
	}
	verdict, err := i.verify(ctx)
	if err != nil {
		return err
	}
	if err := place(i.folder.root, i.texts, i.over); err != nil {
		return fmt.Errorf("nothing was written: %w", err)
	}
	return i.tell(verdict)
}

// openImport opens the folder, or begins one. A made folder did not exist.
func (a *app) openImport(ctx context.Context, dir string, f importFlags) (i *importing, made bool, err error) {
	i = &importing{importFlags: f, over: map[string][]byte{}, what: map[string]string{}}
	_, err = os.Lstat(filepath.Join(dir, "reseat.yaml"))
	switch {
	case err == nil && f.given():
		return nil, false, &codeError{code: exitError, err: fmt.Errorf("%s says already which tenant the folder is for", filepath.Join(dir, "reseat.yaml")),
			hint: "leave out --tenant, --cloud, --name and --simulator"}
	case err == nil:
		i.session, err = a.open(ctx, dir)
		return i, false, err
	case !errors.Is(err, fs.ErrNotExist):
		return nil, false, err
	case !f.given():
		return nil, false, &codeError{code: exitError, err: fmt.Errorf("%s has no reseat.yaml: which tenant is it for?", filepath.Clean(dir)),
			hint: "reseat import --tenant contoso.onmicrosoft.com"}
	}
	root, made, err := openOrMake(dir)
	if err != nil {
		return nil, false, err
	}
	i.session = &session{app: a, folder: &folder{dir: dir, root: root}}
	if err := i.begin(ctx); err != nil {
		if err = errors.Join(err, root.Close()); made {
			_ = os.Remove(dir)
		}
		return nil, false, err
	}
	return i, made, nil
}

// begin lays the first files over a folder that has none.
func (i *importing) begin(ctx context.Context) (err error) {
	if i.beginning, err = i.beginFlags.beginning(i.folder.dir); err != nil {
		return err
	}
	i.begun = desired.Init(i.beginning)
	if _, err := settled(i.folder.root, i.begun); err != nil {
		return err
	}
	if i.folder.desired, err = i.as(ctx, i.begun); err != nil {
		return err
	}
	if i.store, err = state.Open(i.app.stateDir(i.folder.dir), i.app.log); err != nil {
		return err
	}
	i.engine, err = policies.New(ctx, policies.Config{})
	return err
}

// as reads the folder as it will be with texts; faults are an error.
func (i *importing) as(ctx context.Context, texts []desired.Text) (*plan.Desired, error) {
	d, faults, err := i.app.readFolder(ctx, i.folder.dir, i.folder.root, false, texts...)
	switch {
	case err != nil:
		return nil, fmt.Errorf("read folder %s: %w", i.folder.dir, err)
	case len(faults) > 0:
		return nil, &plan.FaultsError{Faults: faults}
	}
	return d, nil
}

// look reads the tenant, or the file that stands for it.
func (i *importing) look(ctx context.Context) (err error) {
	if err := i.inTheWay(); err != nil {
		return err // before the tenant is read
	}
	if i.snapshot != "" {
		if i.saved, err = i.folder.standIn(i.snapshot); err != nil {
			return err
		}
		i.in, err = i.input(i.saved.snapshot)
	} else {
		err = i.readAll(ctx)
	}
	if err != nil {
		return err
	}
	if i.survey, err = plan.NewSurvey(i.in); err != nil || i.style != styleStart {
		return err
	}
	var known memory
	_, err = i.learn(ctx, i.survey.Asks(), i.in.Snapshot, &known)
	return err
}

func (i *importing) readAll(ctx context.Context) error {
	snap, err := i.read(ctx, nil)
	if err != nil {
		return err
	}
	if snap.Scope != plan.Everyone {
		return errors.New("the tenant was read in part: an import is of everyone")
	}
	i.in, err = i.input(snap)
	return err
}
