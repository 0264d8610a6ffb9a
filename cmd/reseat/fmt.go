package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

type fmtFlags struct{ check, diff bool }

func (a *app) fmtCmd() *cobra.Command {
	var f fmtFlags
	c := described(&cobra.Command{
		Use:   "fmt [DIR|FILE]…",
		Short: "Bring the files of a folder into canonical form",
		RunE:  func(_ *cobra.Command, args []string) error { return a.fmt(args, f) },
	}, "Rewrites the YAML files of a folder, and people.lock, in one form, and lists those that it changed:\n"+
		"two spaces of indentation, quotes only where they are needed, the keys of statements in one order,\n"+
		"short lists on one line. The order of entries, comments, and single blank lines stay. What a file\n"+
		"says never changes: it is read before and after, and a file of which that differs is left alone.",
		"  reseat fmt contoso\n  reseat fmt contoso --check\n  reseat fmt contoso/people/moves.yaml --diff",
		exitOK, exitError)
	c.Flags().BoolVar(&f.check, "check", false, "write nothing; list files that are not in canonical form, and exit with 1 where there are some")
	c.Flags().BoolVar(&f.diff, "diff", false, "write nothing; show what would change")
	return c
}

// A formTask is one folder and the files of it that are named; none is all.
type formTask struct {
	dir  string
	only []string
}

// formTasks parts the arguments by folder.
func formTasks(args []string) ([]formTask, error) {
	if len(args) == 0 {
		args = []string{"."}
	}
	var tasks []formTask
	for _, arg := range args {
		info, err := os.Stat(arg)
		if err != nil {
			return nil, fmt.Errorf("format: %w", err)
		}
		if info.IsDir() {
			tasks = append(tasks, formTask{dir: arg})
			continue
		}
		dir, name, err := folderOf(arg)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(tasks, func(t formTask) bool { return t.dir == dir && len(t.only) > 0 })
		if i < 0 {
			i, tasks = len(tasks), append(tasks, formTask{dir: dir})
		}
		tasks[i].only = append(tasks[i].only, name)
	}
	return tasks, nil
}

// folderOf is the tenant's folder in which a file lies, and its name there.
func folderOf(file string) (dir, name string, err error) {
	whole, err := filepath.Abs(file)
	if err != nil {
		return "", "", err
	}
	short := filepath.Dir(file)
	for dir = filepath.Dir(whole); ; dir, short = filepath.Dir(dir), filepath.Join(short, "..") {
		if isTenantFolder(dir) {
			name, err = filepath.Rel(dir, whole)
			return short, filepath.ToSlash(name), err
		}
		if filepath.Dir(dir) == dir {
			return "", "", fmt.Errorf("%s lies in no folder with a reseat.yaml", file)
		}
	}
}

// fmt formats every folder and file named; what is wrong with one does not
// stop the others.
func (a *app) fmt(args []string, f fmtFlags) error {
	tasks, err := formTasks(args)
	if err != nil {
		return err
	}
	changed := 0
	var errs []error
	for _, t := range tasks {
		n, err := a.fmtFolder(t, f)
		changed += n
		errs = append(errs, err)
	}
	if f.check && changed > 0 {
		verb := "is"
		if changed > 1 {
			verb = "are"
		}
		errs = append(errs, &codeError{code: exitError, err: fmt.Errorf("%s %s not in canonical form", counted(changed, "file"), verb), hint: fmtHint(args)})
	}
	return errors.Join(errs...)
}

// fmtHint is the command without --check.
func fmtHint(args []string) string {
	hint := "reseat fmt"
	for _, arg := range args {
		hint += " " + shellWord(arg)
	}
	return hint
}

func (a *app) fmtFolder(t formTask, f fmtFlags) (changed int, err error) {
	root, err := os.OpenRoot(t.dir)
	if err != nil {
		return 0, fmt.Errorf("open folder: %w", err)
	}
	defer func() { err = errors.Join(err, root.Close()) }()
	if len(t.only) == 0 && !isTenantFolder(t.dir) {
		return 0, &codeError{code: exitError, err: fmt.Errorf("%s has no reseat.yaml", t.dir), hint: "name a tenant's folder, or a file in one"}
	}
	forms, err := desired.Format(root.FS(), t.only)
	if err != nil {
		return 0, fmt.Errorf("format %s: %w", t.dir, err)
	}
	var errs []error
	var faults []plan.Fault
	for i := range forms {
		form := &forms[i]
		name := filepath.Join(t.dir, filepath.FromSlash(form.Path))
		faults = append(faults, form.Faults...)
		switch {
		case form.Err != nil:
			errs = append(errs, fmt.Errorf("%s was left alone: %w", name, form.Err))
		case form.Changed():
			changed++
			errs = append(errs, a.fmtFile(root, form, name, f))
		}
	}
	if len(faults) > 0 {
		errs = append(errs, &plan.FaultsError{Faults: faults})
	}
	return changed, errors.Join(errs...)
}

// fmtFile shows or writes one file that changes.
func (a *app) fmtFile(root *os.Root, form *desired.Form, name string, f fmtFlags) error {
	if !f.check && !f.diff {
		if err := place(root, []desired.Text{{Path: form.Path, Data: form.After}}, map[string][]byte{form.Path: form.Before}); err != nil {
			return err
		}
	}
	if f.diff {
		return a.put("", diff(name, form.Before, form.After))
	}
	return a.put("", []byte(render.Clean(name)+"\n"))
}
