package graph

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A SignInError is a way to sign in that gave no token. Nothing in it is
// secret, whatever the other side said.
type SignInError struct {
	Method  plan.AuthMethod
	Code    string // of Entra, as in "AADSTS7000215"; may be empty
	Message string // one line, clipped
	// Trace and Correlation are what Microsoft's support asks for; may be empty.
	Trace, Correlation string
	// Remedy says what to set or type, for a person.
	Remedy string

	passing   bool // nothing is set up for it here, so that another may be tried
	untrusted bool // somebody answered, with a certificate that is not trusted
}

// Error says how was signed in and why that failed, without the remedy.
func (e *SignInError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "sign in (%s)", e.Method)
	if s := e.short(); s != "" {
		b.WriteString(": " + s)
	}
	switch {
	case e.Trace != "" && e.Correlation != "":
		fmt.Fprintf(&b, " (trace %s, correlation %s)", e.Trace, e.Correlation)
	case e.Trace != "":
		fmt.Fprintf(&b, " (trace %s)", e.Trace)
	case e.Correlation != "":
		fmt.Fprintf(&b, " (correlation %s)", e.Correlation)
	}
	return b.String()
}

// short is code and message alone.
func (e *SignInError) short() string {
	if e.Code == "" || e.Message == "" {
		return e.Code + e.Message
	}
	return e.Code + ": " + e.Message
}

// maxSaid is how much is shown of what an authority, or a program, said.
const maxSaid = 300

// explain makes a SignInError of what happened in x and of err, which is not
// nil. The texts of the library are not used where anything was asked: they
// repeat whole answers.
func explain(ctx context.Context, x *exchange, err error) *SignInError {
	var ours *SignInError
	switch {
	case x.own != nil:
		ours = x.own
	case errors.As(err, &ours):
	case x.host != "" && (x.err != nil || ctx.Err() != nil):
		ours = &SignInError{Message: fmt.Sprintf("ask %s: %s", x.host, x.secrets.hush(firstLine(causeOf(ctx, x)), maxSaid)), Remedy: x.reach(), untrusted: x.untrusted()}
	case x.host != "" && x.status != http.StatusOK:
		ours = x.refusal()
	case x.host != "":
		ours = &SignInError{Message: "the answer of " + x.host + " is not what it should be"}
	case ctx.Err() != nil:
		ours = &SignInError{Message: "no answer in time"}
	default:
		ours = saidBy(err.Error(), x.secrets)
	}
	copied := *ours
	return &copied
}

// causeOf says why nothing came back.
func causeOf(ctx context.Context, x *exchange) string {
	switch {
	case ctx.Err() != nil || errors.Is(x.err, context.DeadlineExceeded):
		return "no answer in time"
	default:
		return plainly(x.err, x.host)
	}
}

func (x *exchange) untrusted() bool {
	var cert *tls.CertificateVerificationError
	return errors.As(x.err, &cert)
}

// reach says what to do where there is no way to a host of the internet: what
// the method needs is no help then. Empty where something else is amiss.
func (x *exchange) reach() string {
	var network net.Error
	if x.err != nil && !errors.As(x.err, &network) && !x.untrusted() {
		return ""
	}
	if host := (&url.URL{Host: x.host}).Hostname(); loopback(host) || net.ParseIP(host) != nil {
		return ""
	}
	return "see that " + x.host + " can be reached from here; HTTPS_PROXY names a proxy"
}

// refusal is an answer other than 200. Entra, the endpoints of managed
// identities and GitHub each have a shape of their own.
func (x *exchange) refusal() *SignInError {
	e := &SignInError{}
	if claims, ok := decodeObject(x.body); ok {
		text := str(claims["error_description"])
		if inner, nested := decodeObject(claims["error"]); nested {
			text = first(text, str(inner["message"]))
		}
		e = saidBy(first(text, first(str(claims["message"]), str(claims["error"]))), x.secrets)
		e.Trace, e.Correlation = first(claimedID(claims["trace_id"]), e.Trace), first(claimedID(claims["correlation_id"]), e.Correlation)
	}
	status := fmt.Sprintf("%s answered %d", x.host, x.status)
	switch {
	case x.status >= 300 && x.status < 400:
		e.Message = status + ", a redirect, which is not followed"
	case e.Message == "":
		e.Message = status
	case e.Code == "":
		e.Message = status + ": " + e.Message
	}
	return e
}

// saidBy makes a SignInError of a text of Entra, or of a program that repeats
// one: the code, the first line, and the ids for support. All else is cut.
func saidBy(text string, secrets *secrets) *SignInError {
	e := &SignInError{}
	text = clip(strings.TrimSpace(text), maxLooked)
	for name, to := range map[string]*string{"Trace ID": &e.Trace, "Correlation ID": &e.Correlation} {
		if m := regexp.MustCompile(name + `: ([0-9A-Fa-f-]{36})`).FindStringSubmatch(text); m != nil {
			*to, _ = plan.ParseGUID(m[1]) // "" where it is none
		}
	}
	line := firstLine(text)
	if i := strings.Index(line, "Trace ID:"); i >= 0 {
		line = line[:i]
	}
	if m := regexp.MustCompile(`AADSTS[0-9]{4,9}`).FindStringIndex(line); m != nil {
		e.Code = line[m[0]:m[1]]
		line = strings.TrimPrefix(line[m[1]:], ":")
	}
	e.Message = strings.TrimSuffix(secrets.hush(line, maxSaid), ".")
	return e
}

// firstLine returns the first line of s that says something, without what
// programs put before an error.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		line = strings.TrimSpace(line)
		if i := strings.Index(line, "To troubleshoot, visit "); i >= 0 {
			line = line[:i]
		}
		for _, prefix := range []string{"AzureCLICredential:", "AzureDeveloperCLICredential:", "AzurePowerShellCredential:", "ManagedIdentityCredential:", "ERROR:"} {
			line = strings.TrimSpace(strings.TrimPrefix(line, prefix))
		}
		if line = strings.TrimRight(line, ". "); line != "" {
			return line
		}
	}
	return ""
}
