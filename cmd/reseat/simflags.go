package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/simulator"
)

type simFlags struct {
	listen, cert, save string
	users              int
	seed               uint64
	latency            time.Duration
	faults             []string
	permissions        []string
	quota, pages       string
	scale, span        float64 // of the quota
	stale              string
	control            bool
	set                simulator.Options // what flags say as it is
}

// flags declares what a simulated tenant can be told to be like. There are many,
// so that the help shows them in groups.
func (f *simFlags) flags(c *cobra.Command) {
	groups := []struct {
		title string
		of    *cobra.Command // for its set of flags
	}{
		{"The tenant", f.tenantFlags()}, {"The service", f.serviceFlags()}, {"What lags or goes wrong", f.troubleFlags()},
	}
	var text strings.Builder
	for i, g := range groups {
		if i > 0 {
			text.WriteString("\n\n")
		}
		fmt.Fprintf(&text, "%s:\n%s", g.title, strings.TrimRight(g.of.Flags().FlagUsages(), "\n"))
		c.Flags().AddFlagSet(g.of.Flags())
	}
	const alike = "Flags:\n{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}"
	c.SetUsageTemplate(strings.Replace(c.UsageTemplate(), alike, text.String(), 1))
}

// flagGroup is a command that is there for its flags alone, in their order.
func flagGroup() *cobra.Command {
	c := &cobra.Command{}
	c.Flags().SortFlags = false
	return c
}

func (f *simFlags) tenantFlags() *cobra.Command {
	c := flagGroup()
	s := c.Flags()
	s.IntVar(&f.users, "users", 100, "without a FILE: how many people to make up")
	s.Uint64Var(&f.seed, "seed", 1, "of all that is made up, and of the order of answers in a batch")
	s.StringSliceVar(&f.permissions, "permissions", nil, "of the tokens that are handed out; default: those of the file")
	s.BoolVar(&f.set.NoP1, "no-p1", false, "without Entra ID P1: no sign-ins")
	s.BoolVar(&f.set.NoPIM, "no-pim", false, "without Entra ID P2: no eligible roles")
	s.StringVar(&f.save, "save", "", "write the tenant to a `file` at the end")
	return c
}

func (f *simFlags) serviceFlags() *cobra.Command {
	c := flagGroup()
	s := c.Flags()
	s.StringVar(&f.listen, "listen", "127.0.0.1:8080", "`address` on loopback; port 0 takes a free one")
	s.StringVar(&f.cert, "cert", "", "write the certificate of HTTPS to a `file`, for clients to trust (SSL_CERT_FILE)")
	s.DurationVar(&f.latency, "latency", 0, "how long each answer takes")
	s.DurationVar(&f.set.TokenLife, "token-life", time.Hour, "how long a token is good for")
	s.StringVar(&f.quota, "quota", "", "limit requests as the service does: fixed (windows) or bucket")
	s.Float64Var(&f.scale, "quota-scale", 1, "with --quota: how many times as much is let through")
	s.Float64Var(&f.span, "quota-span", 1, "with --quota: how many times as long a window is")
	s.BoolVar(&f.set.ShortPages, "short-pages", false, "pages are shorter than asked for, and some are empty")
	s.StringVar(&f.pages, "sign-in-pages", "500", "how large a page with sign-ins may be: 500, 120 (larger is refused) or 999")
	s.BoolVar(&f.control, "control", false, "serve /simulator/: state, faults, clock, usage, writes and tokens, for tests")
	return c
}

func (f *simFlags) troubleFlags() *cobra.Command {
	c := flagGroup()
	s := c.Flags()
	s.StringArrayVar(&f.faults, "fault", nil, "what goes wrong, as in 503:GET /users:count=2; can be given more than once")
	s.Float64Var(&f.set.ConflictRate, "conflicts", 0, "how often (0 to 1) one of two writes to one person at once is a 409")
	s.BoolVar(&f.set.DeltaGone, "delta-gone", false, "an expired delta token is answered with 410 and a new link, not with 400")
	s.DurationVar(&f.set.Lag, "lag", 0, "how far reads lag behind writes")
	s.StringVar(&f.stale, "stale", "", "how far reads lag behind each write besides, drawn anew for each: `MIN..MAX`, as in 0s..5s")
	s.DurationVar(&f.set.IndexLag, "index-lag", 0, "how much further advanced queries lag")
	s.DurationVar(&f.set.GroupDelay, "group-delay", 0, "how long a group's licences take to reach its members")
	s.DurationVar(&f.set.MemberDelay, "member-delay", 0, "how long a change of members takes")
	return c
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
	var err error
	if o.Quota, err = f.limits(); err != nil {
		return o, err
	}
	if o.Stale, err = f.staleness(); err != nil {
		return o, err
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

// limits are the quota of the flags, or nil.
func (f *simFlags) limits() (*simulator.Quota, error) {
	if !(f.scale > 0 && f.scale <= 1e6 && f.span > 0 && f.span <= 1e6) { // nor NaN
		return nil, usage("--quota-scale and --quota-span are above 0 and at most 1000000")
	}
	switch f.quota {
	case "":
		if f.scale != 1 || f.span != 1 {
			return nil, usage("--quota-scale and --quota-span change what --quota limits: give it too")
		}
		return nil, nil
	case string(simulator.FixedWindow), string(simulator.TokenBucket):
		return &simulator.Quota{Model: simulator.QuotaModel(f.quota), Scale: f.scale, Span: f.span}, nil
	}
	return nil, usage("--quota is fixed or bucket, not %q", f.quota)
}

// staleness is the range of --stale.
func (f *simFlags) staleness() (r simulator.Range, err error) {
	if f.stale == "" {
		return r, nil
	}
	from, to, ok := strings.Cut(f.stale, "..")
	if ok {
		r.Min, err = time.ParseDuration(from)
	}
	if ok && err == nil {
		r.Max, err = time.ParseDuration(to)
	}
	if !ok || err != nil || r.Min < 0 || r.Max < r.Min {
		return r, usage("--stale is a range like 0s..5s, not %q", f.stale)
	}
	return r, nil
}
