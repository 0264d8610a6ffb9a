package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// A folder is a tenant's folder, opened and read.
type folder struct {
	dir     string
	root    *os.Root
	desired *plan.Desired
	source  string // "files main@7c1e9f2", or ""
}

// at notes which folder a command is about, for the hints.
func (a *app) at(dir string) {
	a.place = ""
	if d := dirWord(dir); d != "" {
		a.place = " " + d
	}
	if a.opts.state != "" {
		a.place += " --state " + shellWord(a.opts.state)
	}
}

// openFolder reads a folder; whatever is wrong in it is a *plan.FaultsError.
func (a *app) openFolder(ctx context.Context, dir string) (*folder, error) {
	return a.openFolderTo(ctx, dir, false)
}

// openFolderTo is openFolder, also for who writes its people.lock anew.
func (a *app) openFolderTo(ctx context.Context, dir string, relock bool) (*folder, error) {
	a.at(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("open folder: %w", err), hint: "name a folder that has a reseat.yaml"}
	}
	f := &folder{dir: dir, root: root}
	d, faults, err := a.readFolder(ctx, dir, root, relock)
	switch {
	case err != nil:
		err = fmt.Errorf("read folder %s: %w", dir, err)
	case len(faults) > 0:
		err = &plan.FaultsError{Faults: faults}
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	f.desired = d
	f.source = a.revision(ctx, dir, d)
	return f, nil
}

func (f *folder) close() error { return f.root.Close() }

// revision sets the folder's commit and returns how people call it. A folder
// outside of git has none.
func (a *app) revision(ctx context.Context, dir string, d *plan.Desired) string {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	ask := func(args ...string) string {
		out, err := git(ctx, dir, args...)
		if err != nil {
			return ""
		}
		return out
	}
	head := ask("rev-parse", "HEAD")
	if len(head) < 7 {
		return ""
	}
	d.Revision = head
	changed := ask("status", "--porcelain", "--", ".")
	for _, f := range d.Files {
		if strings.HasPrefix(f.Path, "../") { // facts that stand elsewhere, in a repository of their own even
			at, name := filepath.Split(filepath.Join(dir, filepath.FromSlash(f.Path)))
			out, _ := git(ctx, at, "status", "--porcelain", "--", name)
			changed += out
		}
	}
	if changed != "" {
		d.Revision += "+changed"
	}
	name := head[:7]
	if branch := ask("rev-parse", "--abbrev-ref", "HEAD"); branch != "" && branch != "HEAD" {
		name = branch + "@" + name
	}
	if strings.HasSuffix(d.Revision, "+changed") {
		name += ", changed since"
	}
	return "files " + name
}

// stateDir is where a folder's state lies.
func (a *app) stateDir(dir string) string {
	state := filepath.Join(dir, ".reseat")
	switch {
	case a.opts.state != "":
		state = a.opts.state
	case a.env("RESEAT_STATE") != "":
		state = a.env("RESEAT_STATE")
	}
	if a.rehearsing() != "" { // what is rehearsed is no record of the real tenant
		state = filepath.Join(state, "rehearsal")
	}
	return state
}
