package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/schedule"
	"github.com/reseat-cli/reseat/plan"
)

// A repository is the git repository around a tenant's folder, as far as facts
// files may lie outside of it.
type repository struct {
	dir  string // its own folder
	root *os.Root
	at   string // the tenant's folder in it, slash-separated
}

// around finds the repository of a folder that is open: the nearest folder,
// itself or above, that has a .git. Nil is none.
func around(dir string, folder *os.Root) (*repository, error) {
	real, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if real, err = filepath.EvalSymlinks(real); err != nil {
		return nil, err
	}
	top := real
	for {
		if _, err := os.Lstat(filepath.Join(top, ".git")); err == nil {
			break
		}
		up := filepath.Dir(top)
		if up == top {
			return nil, nil
		}
		top = up
	}
	at, err := filepath.Rel(top, real)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(top)
	if err != nil {
		return nil, err
	}
	if err := same(root, at, folder); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &repository{dir: top, root: root, at: filepath.ToSlash(at)}, nil
}

// same checks that a folder is still the one that was opened.
func same(root *os.Root, at string, folder *os.Root) error {
	there, err := root.Stat(at)
	if err != nil {
		return err
	}
	here, err := folder.Stat(".")
	if err != nil {
		return err
	}
	if !os.SameFile(there, here) {
		return errors.New("the folder was moved while it was read")
	}
	return nil
}

// readFolder reads the tenant's folder, and facts files in the repository around it.
func (a *app) readFolder(ctx context.Context, dir string, folder *os.Root, relocking bool, over ...desired.Text) (d *plan.Desired, faults []plan.Fault, err error) {
	opts := desired.Options{Now: a.now(), Relocking: relocking, CheckWindow: schedule.Check}
	repo, err := around(dir, folder)
	if err != nil {
		return nil, nil, err
	}
	if repo != nil {
		defer func() { err = errors.Join(err, repo.root.Close()) }()
		opts.Repository, opts.At = repo.root.FS(), repo.at
		opts.Dated = func(path string) (time.Time, plan.AsOf, error) { return a.dated(ctx, repo, path) }
	}
	if len(over) > 0 {
		return desired.ReadWith(desired.Overlay(folder.FS(), over), opts)
	}
	return desired.ReadWith(folder.FS(), opts)
}

// dated says of which moment a file of the repository is: that of the commit
// that last changed it, or of its own where it is not as committed. Where git
// cannot tell, nobody can: a file that was just checked out looks new.
func (a *app) dated(ctx context.Context, repo *repository, path string) (time.Time, plan.AsOf, error) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	file := filepath.Join(repo.dir, filepath.FromSlash(path))
	dir, name := filepath.Split(file) // its own folder: it may be a repository within this one
	tracked, err := git(ctx, dir, "ls-files", "--", name)
	if err != nil {
		return time.Time{}, "", err
	}
	changed := true
	if tracked != "" {
		if changed, err = rewritten(ctx, dir, name); err != nil {
			return time.Time{}, "", err
		}
	}
	if changed {
		info, err := repo.root.Stat(filepath.FromSlash(path))
		if err != nil {
			return time.Time{}, "", err
		}
		return info.ModTime(), plan.ByTime, nil
	}
	return lastChange(ctx, dir, name)
}

// rewritten reports whether a tracked file says something else than its commit.
// Other permissions or line ends, which a checkout alone may bring about, do not
// make what it says any younger.
func rewritten(ctx context.Context, dir, name string) (bool, error) {
	status, err := git(ctx, dir, "status", "--porcelain", "--", name)
	if err != nil || status == "" {
		return false, err
	}
	if _, err := git(ctx, dir, "rev-parse", "--verify", "--quiet", "HEAD"); err != nil {
		return true, nil // nothing was committed yet
	}
	lines, err := git(ctx, dir, "diff", "--no-ext-diff", "--no-textconv", "--ignore-cr-at-eol", "--numstat", "HEAD", "--", name)
	return lines != "" && !strings.HasPrefix(lines, "0\t0\t"), err
}

// lastChange is the moment of the commit that last changed a file. One that
// only moved it here did not: the older of both is as old as the file may be.
func lastChange(ctx context.Context, dir, name string) (oldest time.Time, by plan.AsOf, err error) {
	for _, how := range [][]string{{"--no-follow"}, {"--follow", "--find-renames=100%", "--diff-filter=AM"}} {
		args := append([]string{"log", "-1", "--no-show-signature", "--format=%H %cI"}, how...)
		out, err := git(ctx, dir, append(args, "--", name)...)
		if err != nil {
			return time.Time{}, "", err
		}
		commit, at, _ := strings.Cut(out, " ")
		when, err := time.Parse(time.RFC3339, at)
		switch {
		case err != nil && oldest.IsZero():
			return time.Time{}, "", errors.New("git names no commit that changed it")
		case err != nil: // git follows only one line of history, and lost it
			continue
		}
		if err := beyond(ctx, dir, commit); err != nil {
			return time.Time{}, "", err
		}
		if oldest.IsZero() || when.Before(oldest) {
			oldest = when
		}
	}
	return oldest, plan.ByCommit, nil
}

// beyond reports a commit at which a shallow clone was cut: there all files seem
// to be of that commit, however old they are.
func beyond(ctx context.Context, dir, commit string) error {
	name, err := git(ctx, dir, "rev-parse", "--git-path", "shallow")
	if err != nil {
		return err
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(dir, name)
	}
	cut, err := os.ReadFile(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil
	case err != nil:
		return err
	case slices.Contains(strings.Fields(string(cut)), commit):
		return plan.Fault{
			Cause:  "it is not known how old the facts file is: the clone is shallow, and does not reach back to the commit that last changed it",
			Remedy: "fetch the whole history (`git fetch --unshallow`; `fetch-depth: 0` in a workflow), or add a column `asOf` with the day of each row",
		}
	}
	return nil
}

// git asks git about a folder. A checkout's own configuration must not run
// programs here, nothing is fetched, and a file is called what it is called.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	args = append([]string{"--literal-pathspecs", "--no-replace-objects", "-c", "core.fsmonitor=false",
		"-c", "core.hooksPath=" + os.DevNull, "-c", "protocol.allow=never", "-C", dir}, args...)
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Env = append(slices.DeleteFunc(os.Environ(), elsewhere), "GIT_OPTIONAL_LOCKS=0") // looking leaves nothing behind
	out, err := cmd.Output()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		said, _, _ := strings.Cut(strings.TrimSpace(string(exit.Stderr)), "\n")
		return "", fmt.Errorf("git says %.200q", said)
	}
	return strings.TrimSpace(string(out)), err
}

// elsewhere reports variables that name another repository than the folder's,
// as git sets them for its hooks.
func elsewhere(variable string) bool {
	name, _, _ := strings.Cut(variable, "=")
	switch strings.ToUpper(name) {
	case "GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_ALTERNATE_OBJECT_DIRECTORIES",
		"GIT_PREFIX", "GIT_NAMESPACE", "GIT_GRAFT_FILE", "GIT_SHALLOW_FILE", "GIT_REPLACE_REF_BASE":
		return true
	}
	return false
}
