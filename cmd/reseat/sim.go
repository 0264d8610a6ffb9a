package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/internal/simulator"
	"github.com/reseat-cli/reseat/internal/state"
	"github.com/reseat-cli/reseat/plan"
)

type simFlags struct {
	listen, cert, save string
	users              int
	seed               uint64
	latency            time.Duration
	faults             []string
	permissions        []string
	quota, pages       string
	control            bool
	set                simulator.Options // what flags say as it is
}

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
		"as it was left.",
		"  reseat sim tenant.json\n  reseat sim --users 20000 --seed 7 --latency 300ms --quota bucket\n"+
			"  reseat sim tenant.json --fault '429:GET /users:retry-after=2.5:count=3' --save after.json", exitOK, exitError)
	f.flags(c)
	return c
}

// flags declares what a simulated tenant can be told to be like.
func (f *simFlags) flags(c *cobra.Command) {
	s := c.Flags()
	s.StringVar(&f.listen, "listen", "127.0.0.1:8080", "address on loopback; port 0 takes a free one")
	s.StringVar(&f.cert, "cert", "", "write the certificate of HTTPS to a file, for clients to trust (SSL_CERT_FILE)")
	s.StringVar(&f.save, "save", "", "write the tenant to a file at the end")
	s.IntVar(&f.users, "users", 100, "without a FILE: how many people to make up")
	s.Uint64Var(&f.seed, "seed", 1, "of all that is made up, and of the order of answers in a batch")
	s.DurationVar(&f.latency, "latency", 0, "how long each answer takes")
	s.StringArrayVar(&f.faults, "fault", nil, "what goes wrong, as in 503:GET /users:count=2; can be given more than once")
	s.StringSliceVar(&f.permissions, "permissions", nil, "of the tokens that are handed out; default: those of the file")
	s.StringVar(&f.quota, "quota", "", "limit requests as the service does: fixed (windows) or bucket")
	s.StringVar(&f.pages, "sign-in-pages", "500", "how large a page with sign-ins may be: 500, 120 (larger is refused) or 999")
	s.BoolVar(&f.control, "control", false, "serve /simulator/: state, faults, clock, usage and tokens, for tests")
	s.BoolVar(&f.set.NoPIM, "no-pim", false, "a tenant without Entra ID P2: no eligible roles")
	s.BoolVar(&f.set.NoP1, "no-p1", false, "a tenant without Entra ID P1: no sign-ins")
	s.BoolVar(&f.set.ShortPages, "short-pages", false, "pages are shorter than asked for, and some are empty")
	s.BoolVar(&f.set.DeltaGone, "delta-gone", false, "an expired delta token is answered with 410 and a new link, not with 400")
	s.DurationVar(&f.set.Lag, "lag", 0, "how far reads lag behind writes")
	s.DurationVar(&f.set.IndexLag, "index-lag", 0, "how much further advanced queries lag")
	s.DurationVar(&f.set.GroupDelay, "group-delay", 0, "how long a group's licences take to reach its members")
	s.DurationVar(&f.set.MemberDelay, "member-delay", 0, "how long a change of members takes")
	s.Float64Var(&f.set.ConflictRate, "conflicts", 0, "how often (0 to 1) one of two writes to one person at once is a 409")
	s.DurationVar(&f.set.TokenLife, "token-life", time.Hour, "how long a token is good for")
}

func (a *app) sim(ctx context.Context, file string, f simFlags) (err error) {
	base, name, err := a.simulated(file, f)
	if err != nil {
		return err
	}
	o, err := f.options()
	if err != nil {
		return err
	}
	o.Now, o.Log, o.NoPIM = a.now, a.log, o.NoPIM || !hasPIM(base)
	if f.control {
		o.Clock = simulator.NewClock(a.now)
	}
	t, err := simulator.New(base, o)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	l, err := simulator.Listen(f.listen, simulator.Slow(t, f.latency), a.log)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: strings.TrimSpace("reseat sim " + shellName(file) + "--listen 127.0.0.1:0")}
	}
	if f.cert != "" {
		if err := state.WriteFile(f.cert, l.Certificate()); err != nil {
			return errors.Join(err, l.Close())
		}
	}
	if err := a.announce(base, l, f); err != nil {
		return errors.Join(err, l.Close())
	}
	if err := l.Serve(ctx); err != nil {
		return fmt.Errorf("serve %s: %w", l.Addr(), err)
	}
	if f.save == "" {
		return nil
	}
	after, err := plan.EncodeSnapshot(t.Snapshot())
	if err != nil {
		return err
	}
	return state.WriteFile(f.save, after)
}

// shellName is a file as a word before others, or nothing.
func shellName(file string) string {
	if file == "" {
		return ""
	}
	return shellWord(file) + " "
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

// options are those of the flags.
func (f *simFlags) options() (simulator.Options, error) {
	o := f.set
	o.Seed, o.Issuer, o.Control, o.Permissions = f.seed, true, f.control, f.permissions
	for _, text := range f.faults {
		rule, err := simulator.ParseFault(text)
		if err != nil {
			return o, usage("--fault: %v", err)
		}
		o.Faults = append(o.Faults, rule)
	}
	switch f.quota {
	case "":
	case string(simulator.FixedWindow), string(simulator.TokenBucket):
		o.Quota = &simulator.Quota{Model: simulator.QuotaModel(f.quota)}
	default:
		return o, usage("--quota is fixed or bucket, not %q", f.quota)
	}
	pages := map[string]simulator.SignInPages{"500": simulator.SignInCap500, "120": simulator.SignInLimit120, "999": simulator.SignInLimit999}
	var ok bool
	if o.SignInPages, ok = pages[f.pages]; !ok {
		return o, usage("--sign-in-pages is 500, 120 or 999, not %q", f.pages)
	}
	if f.latency < 0 || o.TokenLife <= 0 || o.ConflictRate < 0 || o.ConflictRate > 1 {
		return o, usage("--latency is not negative, --token-life is positive, --conflicts is from 0 to 1")
	}
	return o, nil
}

// announce says where the tenant is, once it is there.
func (a *app) announce(base *plan.Snapshot, l *simulator.Listener, f simFlags) error {
	org := &base.Organization
	name := string(org.ID)
	if len(org.VerifiedDomains) > 0 {
		name = render.Clean(org.VerifiedDomains[0])
	}
	text := fmt.Sprintf("simulated tenant %s (%s): %s, %s\n", render.Clean(org.DisplayName), name, counted(len(base.Users), "account"), counted(len(base.Products), "product"))
	text += fmt.Sprintf("  Graph    http://%s/v1.0 and https://%s/v1.0\n", l.Addr(), l.Addr())
	text += fmt.Sprintf("  tokens   POST /%s/oauth2/v2.0/token, with any client id and secret\n", name)
	if f.cert != "" {
		text += fmt.Sprintf("  trust    SSL_CERT_FILE=%s\n", shellWord(f.cert))
	}
	if f.control {
		text += fmt.Sprintf("  control  http://%s/simulator/\n", l.Addr())
	}
	text += fmt.Sprintf("  reseat   RESEAT_GRAPH_URL=http://%s reseat plan DIR\n", l.Addr())
	_, err := fmt.Fprint(a.out, text)
	return err
}
