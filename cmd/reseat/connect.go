package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/reseat-cli/reseat/internal/graph"
	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

// A tenant is the connection to one tenant, real or simulated.
type tenant struct {
	reader *graph.Client
	// write is how to sign in for writing, which may be as somebody else.
	write graph.Config
	// apart is true where it is.
	apart bool
	close func() error

	writer *graph.Writer // made when it is first needed
}

// hands reads with one identity and writes with another: who may assign
// licences need not be allowed to read anything.
type hands struct {
	*graph.Client
	writer *graph.Writer
}

// Assign sends requests as the identity for writing.
func (h hands) Assign(ctx context.Context, reqs []plan.Request) ([]plan.Answer, error) {
	return h.writer.Assign(ctx, reqs)
}

// hands returns what an apply works with. The tenant was read before, so that
// the writer's token is held against its id.
func (t *tenant) hands(id plan.TenantID) (hands, error) {
	if t.writer == nil {
		c := t.write
		if c.Tenant = string(id); !t.apart {
			c.Beside = t.reader
		}
		w, err := graph.NewWriter(c)
		if err != nil {
			return hands{}, err
		}
		t.writer = w
	}
	return hands{t.reader, t.writer}, nil
}

// rehearsing is the address of a simulated tenant that stands in for the real
// one, or empty.
func (a *app) rehearsing() string { return a.env("RESEAT_GRAPH_URL") }

// before is what stands before each command that people are told to type, so
// that what is rehearsed does not go on with the real tenant.
func (a *app) before() string {
	root, _, err := graph.NewRehearsal(graph.RehearsalConfig{Base: a.rehearsing(), Now: a.now})
	if err != nil { // of none, too
		return ""
	}
	return "RESEAT_GRAPH_URL=" + root + " "
}

// connect opens the tenant that a folder is for. Nothing is sent yet.
func (a *app) connect(f *folder, store *state.Store) (*tenant, error) {
	t := f.desired.Settings.Tenant
	base := graph.Config{Log: a.log, Now: a.now, Wait: a.patient, UserAgent: "reseat/" + a.version}
	if a.wire != nil {
		a.wire(&base)
	}
	switch {
	case t.Simulator != "" && a.rehearsing() != "":
		return nil, &codeError{code: exitError, err: fmt.Errorf("%s: the tenant is simulated, and RESEAT_GRAPH_URL names another", t.Place), hint: "unset RESEAT_GRAPH_URL"}
	case t.Simulator != "":
		return a.simulate(f, store, base, t.Simulator)
	case a.rehearsing() != "":
		return a.rehearse(t, base)
	}
	return a.signIn(f, base)
}

// rehearse speaks to `reseat sim`. Nothing of the environment's credentials is used.
func (a *app) rehearse(t plan.TenantRef, c graph.Config) (*tenant, error) {
	var err error
	c.Root, c.Token, err = graph.NewRehearsal(graph.RehearsalConfig{Base: a.rehearsing(), Tenant: t.ID, Now: a.now})
	if err != nil {
		return nil, &codeError{code: exitError, err: fmt.Errorf("RESEAT_GRAPH_URL: %w", err), hint: "unset RESEAT_GRAPH_URL, or name the address that `reseat sim` says"}
	}
	c.Tenant = t.ID
	fmt.Fprintf(a.err, "note: rehearsing on the simulated tenant at %s\n", render.Clean(c.Root))
	return opened(c, c, false, func() error { return nil })
}

// signIn gets tokens from Microsoft Entra as the folder says.
func (a *app) signIn(f *folder, c graph.Config) (*tenant, error) {
	set := &f.desired.Settings
	at, err := graph.EndpointOf(set.Tenant.Cloud)
	if err != nil {
		return nil, err
	}
	c.Root, c.Tenant = at.Root, set.Tenant.ID
	with := func(who plan.Identity) (graph.Config, error) {
		k, err := graph.NewCredential(graph.CredentialConfig{
			Method: who.Method, ClientID: who.ClientID, Tenant: set.Tenant.ID, Cloud: set.Tenant.Cloud,
			Env: a.env, ReadFile: os.ReadFile, Log: a.log, Now: a.now,
			Prompt: func(message string) { fmt.Fprintln(a.err, render.Clean(message)) },
		})
		if err != nil {
			return c, err
		}
		signed := c
		signed.Token, signed.Renew = k.Token, k.Renew
		return signed, nil
	}
	read, err := with(set.Auth.Plan)
	if err != nil {
		return nil, err
	}
	if !set.Auth.Apart() {
		return opened(read, read, false, func() error { return nil })
	}
	write, err := with(set.Auth.Apply)
	if err != nil {
		// Who only plans need not be able to sign in for an apply.
		write = c
		write.Token = func(context.Context) (string, time.Time, error) { return "", time.Time{}, err }
	}
	return opened(read, write, true, func() error { return nil })
}

func opened(read, write graph.Config, apart bool, closing func() error) (*tenant, error) {
	reader, err := graph.New(read)
	if err != nil {
		return nil, errors.Join(err, closing())
	}
	return &tenant{reader: reader, write: write, apart: apart, close: closing}, nil
}

// simulate starts the simulated tenant in process, as its earlier writes left it.
func (a *app) simulate(f *folder, store *state.Store, c graph.Config, name string) (*tenant, error) {
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
	c.Root, c.Transport = "https://graph.simulated.invalid", sim
	c.Token = func(context.Context) (string, time.Time, error) { return token, a.now().Add(24 * time.Hour), nil }
	return opened(c, c, false, writes.close)
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
