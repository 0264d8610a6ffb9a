package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

func (a *app) simCmd() *cobra.Command {
	var f simFlags
	c := described(&cobra.Command{
		Use:   "sim [FILE]",
		Short: "Serve a simulated tenant over HTTP and HTTPS on loopback, for any Graph client",
		Args:  arguments(0, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			file := ""
			if len(args) > 0 {
				file = args[0]
				if cmd.Flags().Changed("users") {
					return usage("--users makes a tenant up: name no FILE with it")
				}
			}
			return a.sim(cmd.Context(), file, f)
		},
	}, "Starts a tenant from a file that `reseat snapshot` wrote, or makes one up from a seed, and answers\n"+
		"like Microsoft Graph until Ctrl-C. What is written to it is kept in memory; --save keeps the tenant\n"+
		"as it was left. A folder whose tenant.id is that of the tenant can be planned and applied there,\n"+
		"with RESEAT_GRAPH_URL before the command.\n\n"+
		"What --fault takes are parts between colons: a status (429), a call (POST /users/*/assignLicense),\n"+
		"the words drop, after, omit (from a batch), html, empty and truncate, and retry-after=, count=, skip= and p=.",
		"  reseat sim tenant.json\n  reseat sim --users 20000 --seed 7 --latency 300ms --quota bucket\n"+
			"  reseat sim tenant.json --fault '429:GET /users:retry-after=2.5:count=3' --save after.json",
		exitOK, exitError, exitInterrupted)
	f.flags(c)
	return c
}

func (a *app) sim(ctx context.Context, file string, f simFlags) (err error) {
	o, err := f.options()
	if err != nil {
		return err
	}
	on, err := a.prepare(ctx, file, f, o)
	if err != nil {
		return err
	}
	l, err := simulator.Listen(f.listen, simulator.Slow(on.tenant, f.latency), a.log)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "give it --listen 127.0.0.1:0, which takes a free port"}
	}
	if f.cert != "" {
		if err := state.WriteFile(f.cert, l.Certificate()); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if err := a.announce(on.base, l, f); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := l.Serve(ctx); err != nil {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	if f.save == "" {
		return nil
	}
	after, err := plan.EncodeSnapshot(on.tenant.Snapshot())
	if err != nil {
		return err
	}
	return state.WriteFile(f.save, after)
}

// A prepared tenant is one that is ready to answer, and what it started from.
type prepared struct {
	base   *plan.Snapshot
	tenant *simulator.Tenant
	err    error
}

// prepare starts a tenant. A large one takes seconds, within which it can be
// interrupted.
func (a *app) prepare(ctx context.Context, file string, f simFlags, o simulator.Options) (prepared, error) {
	p := a.progress("preparing")
	defer p.done()
	p.doing("the tenant")
	ready := make(chan prepared, 1)
	go func() {
		base, name, err := a.simulated(file, f)
		if err != nil {
			ready <- prepared{err: err}
			return
		}
		o.Now, o.Log, o.NoPIM = a.now, a.log, o.NoPIM || !hasPIM(base)
		if f.control {
			o.Clock = simulator.NewClock(a.now)
		}
		t, err := simulator.New(base, o)
		if err != nil {
			err = fmt.Errorf("%s: %w", name, err)
		}
		ready <- prepared{base, t, err}
	}()
	select {
	case s := <-ready:
		return s, s.err
	case <-ctx.Done():
		return prepared{}, errInterrupted
	}
}

// simulated is the tenant to start from, and what to call it in errors.
func (a *app) simulated(file string, f simFlags) (*plan.Snapshot, string, error) {
	if file == "" {
		if f.users < 1 || f.users > 1_000_000 {
			return nil, "", usage("--users is from 1 to 1000000, not %d", f.users)
		}
		return simulator.Generate(simulator.GenerateOptions{Seed: f.seed, Users: f.users, Now: a.now()}), "made-up tenant", nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, "", fmt.Errorf("read simulated tenant: %w", err)
	}
	base, err := plan.DecodeSnapshot(data)
	if err != nil {
		return nil, "", fmt.Errorf("simulated tenant %s: %w", file, err)
	}
	return base, "simulated tenant " + file, nil
}

// announce says where the tenant is, once it is there.
func (a *app) announce(base *plan.Snapshot, l *simulator.Listener, f simFlags) error {
	org := &base.Organization
	name := string(org.ID)
	if len(org.VerifiedDomains) > 0 {
		name = render.Clean(org.VerifiedDomains[0])
	}
	text := fmt.Sprintf("simulated tenant %s: %s, %s\n", name, counted(len(base.Users), "account"), counted(len(base.Products), "product"))
	text += fmt.Sprintf("  Graph    http://%s/v1.0 and https://%s/v1.0\n", l.Addr(), l.Addr())
	text += fmt.Sprintf("  tokens   POST /%s/oauth2/v2.0/token, any id and secret\n", name)
	if f.cert != "" {
		text += fmt.Sprintf("  trust    SSL_CERT_FILE=%s\n", shellWord(f.cert))
	}
	if f.control {
		text += fmt.Sprintf("  control  http://%s/simulator/\n", l.Addr())
	}
	text += fmt.Sprintf("  folder   tenant: {id: %s}\n", name)
	text += fmt.Sprintf("  reseat   RESEAT_GRAPH_URL=http://%s reseat plan DIR\n", l.Addr())
	text += "  end      Ctrl-C\n"
	_, err := fmt.Fprint(a.out, text)
	return err
}
