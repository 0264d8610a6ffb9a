package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
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
	a.at(dir)
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("open folder: %w", err), hint: "name a folder that has a reseat.yaml"}
	}
	f := &folder{dir: dir, root: root}
	d, faults, err := desired.Read(root.FS())
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
	git := func(args ...string) string {
		// A checkout's own configuration must not run programs here.
		args = append([]string{"-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.DevNull, "-C", dir}, args...)
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0") // looking leaves nothing behind
		out, err := cmd.Output()
		if err != nil {
			return ""
		}
		return strings.TrimSpace(string(out))
	}
	head := git("rev-parse", "HEAD")
	if len(head) < 7 {
		return ""
	}
	d.Revision = head
	if git("status", "--porcelain", "--", ".") != "" {
		d.Revision += "+changed"
	}
	name := head[:7]
	if branch := git("rev-parse", "--abbrev-ref", "HEAD"); branch != "" && branch != "HEAD" {
		name = branch + "@" + name
	}
	if strings.HasSuffix(d.Revision, "+changed") {
		name += ", changed since"
	}
	return "files " + name
}

// stateDir is where a folder's state lies.
func (a *app) stateDir(dir string) string {
	switch {
	case a.opts.state != "":
		return a.opts.state
	case a.env("RESEAT_STATE") != "":
		return a.env("RESEAT_STATE")
	}
	return filepath.Join(dir, ".reseat")
}

// A tenant is the connection to one tenant, real or simulated.
type tenant struct {
	config graph.Config
	reader *graph.Client
	close  func() error
}

// connect opens the tenant that a folder is for.
func (a *app) connect(f *folder, store *state.Store) (*tenant, error) {
	t := f.desired.Settings.Tenant
	if a.env("RESEAT_GRAPH_URL") != "" {
		return nil, errors.New("RESEAT_GRAPH_URL is not built yet: unset it")
	}
	if t.Simulator == "" {
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s: tenant.id: reading a tenant of Microsoft 365 is not built yet", t.Place),
			hint: "try a simulated one: tenant: {simulator: tenant.json}"}
	}
	return a.simulate(f, store, t.Simulator)
}

// simulate starts the simulated tenant in process, as its earlier writes left it.
func (a *app) simulate(f *folder, store *state.Store, name string) (*tenant, error) {
	data, err := f.root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read simulated tenant: %w", err)
	}
	base, err := plan.DecodeSnapshot(data)
	if err != nil {
		return nil, fmt.Errorf("simulated tenant %s: %w", name, err)
	}
	writes := &lazyLog{store: store, name: "simulator.jsonl"}
	sim, err := simulator.New(base, simulator.Options{Now: a.now, Append: writes.append, Log: a.log, NoPIM: !hasPIM(base)})
	if err != nil {
		return nil, fmt.Errorf("simulated tenant %s: %w", name, err)
	}
	earlier, err := store.ReadLog("simulator.jsonl")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if err := sim.Replay(bytes.NewReader(earlier)); err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("simulated tenant %s: %w", name, err),
			hint: "to start it anew, remove " + store.Path("simulator.jsonl")}
	}
	writes.keep = sim.ReplayedBytes()
	token := sim.Token(base.Actor, 24*time.Hour)
	cfg := graph.Config{
		Root: "https://graph.simulated.invalid", Transport: sim, Log: a.log, Now: a.now, Wait: a.wait, UserAgent: "reseat/" + a.version,
		Token: func(context.Context) (string, time.Time, error) { return token, a.now().Add(24 * time.Hour), nil },
	}
	reader, err := graph.New(cfg)
	if err != nil {
		return nil, err
	}
	return &tenant{config: cfg, reader: reader, close: writes.close}, nil
}

// hasPIM tells a tenant that has role eligibility, by what its file says of reads.
func hasPIM(s *plan.Snapshot) bool {
	for _, r := range s.Reads {
		if r.What == plan.ReadEligibility {
			return r.Status != plan.ReadAbsent // one that is denied answers 403
		}
	}
	return true
}

// A lazyLog opens a log of the state folder when it is first written to, so
// that reading leaves nothing behind.
type lazyLog struct {
	store *state.Store
	name  string
	keep  int64 // bytes of the log that are whole
	log   *state.Appender
}

func (l *lazyLog) append(line []byte) error {
	if l.log == nil {
		log, err := l.store.Log(l.name, l.keep)
		if err != nil {
			return err
		}
		l.log = log
	}
	return l.log.Append(line)
}

func (l *lazyLog) close() error {
	if l.log == nil {
		return nil
	}
	return l.log.Close()
}
