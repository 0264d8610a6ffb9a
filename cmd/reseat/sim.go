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

type simFlags struct {
	listen string
	cert   string
	save   string
}

func (a *app) simCmd() *cobra.Command {
	var f simFlags
	c := described(&cobra.Command{
		Use:   "sim FILE",
		Short: "Serve a simulated tenant over HTTP and HTTPS on loopback, for any Graph client",
		Args:  arguments(1, 1),
		RunE:  func(cmd *cobra.Command, args []string) error { return a.sim(cmd.Context(), args[0], f) },
	}, "Starts a tenant from a file that `reseat snapshot` wrote, and answers like Microsoft Graph until\n"+
		"Ctrl-C. What is written to it is kept in memory; --save keeps the tenant as it was left.",
		"  reseat sim tenant.json --listen 127.0.0.1:8080\n  reseat sim tenant.json --save after.json", exitOK, exitError)
	c.Flags().StringVar(&f.listen, "listen", "127.0.0.1:8080", "address on loopback; port 0 takes a free one")
	c.Flags().StringVar(&f.cert, "cert", "", "write the certificate of HTTPS to a file, for clients to trust (SSL_CERT_FILE)")
	c.Flags().StringVar(&f.save, "save", "", "write the tenant to a file at the end")
	return c
}

func (a *app) sim(ctx context.Context, file string, f simFlags) (err error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read simulated tenant: %w", err)
	}
	base, err := plan.DecodeSnapshot(data)
	if err != nil {
		return fmt.Errorf("simulated tenant %s: %w", file, err)
	}
	t, err := simulator.New(base, simulator.Options{Now: a.now, Log: a.log, NoPIM: !hasPIM(base), Issuer: true})
	if err != nil {
		return fmt.Errorf("simulated tenant %s: %w", file, err)
	}
	l, err := simulator.Listen(f.listen, t, a.log)
	if err != nil {
		return &codeError{code: exitError, err: err, hint: "reseat sim " + shellWord(file) + " --listen 127.0.0.1:0"}
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

// announce says where the tenant is, once it is there.
func (a *app) announce(base *plan.Snapshot, l *simulator.Listener, f simFlags) error {
	org := &base.Organization
	name := string(org.ID)
	if len(org.VerifiedDomains) > 0 {
		name = render.Clean(org.VerifiedDomains[0])
	}
	text := fmt.Sprintf("simulated tenant %s (%s): %s, %s\n", render.Clean(org.DisplayName), name, counted(len(base.Users), "account"), counted(len(base.Products), "product"))
	text += fmt.Sprintf("  Graph   http://%s/v1.0 and https://%s/v1.0\n", l.Addr(), l.Addr())
	text += fmt.Sprintf("  tokens  POST /%s/oauth2/v2.0/token, with any client id and secret\n", name)
	if f.cert != "" {
		text += fmt.Sprintf("  trust   SSL_CERT_FILE=%s\n", shellWord(f.cert))
	}
	text += fmt.Sprintf("  reseat  RESEAT_GRAPH_URL=http://%s reseat plan DIR\n", l.Addr())
	_, err := fmt.Fprint(a.out, text)
	return err
}
