package graph

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/runtime"
)

// github exchanges the token that GitHub gives a job about itself. That one
// lives for minutes only, so a new one is asked for each time.
func (k *Credential) github() (source, error) {
	if err := k.needClient(); err != nil {
		return nil, err
	}
	token := k.env("ACTIONS_ID_TOKEN_REQUEST_TOKEN")
	if token == "" || k.env("ACTIONS_ID_TOKEN_REQUEST_URL") == "" {
		return nil, lacks("GitHub gives this job no token: ACTIONS_ID_TOKEN_REQUEST_URL and ACTIONS_ID_TOKEN_REQUEST_TOKEN are not both set")
	}
	u, err := url.Parse(k.env("ACTIONS_ID_TOKEN_REQUEST_URL"))
	if err != nil || u.Host == "" || u.User != nil || u.Scheme != "https" && (u.Scheme != "http" || !loopback(u.Hostname())) {
		return nil, lacks("ACTIONS_ID_TOKEN_REQUEST_URL is no https URL")
	}
	query := u.Query()
	query.Set("audience", k.at.exchange)
	u.RawQuery = query.Encode()
	o := k.options()
	o.Transport = &door{rt: k.transport(), admits: func(to *url.URL) bool { return to.Scheme == u.Scheme && to.Host == u.Host }}
	pipe := runtime.NewPipeline("reseat", "v1", runtime.PipelineOptions{}, &policy.ClientOptions{
		Transport: o.Transport, Retry: o.Retry, Telemetry: o.Telemetry,
	})
	return k.asserted(func(ctx context.Context) (string, error) {
		req, err := runtime.NewRequest(ctx, http.MethodGet, u.String())
		if err != nil {
			return "", err
		}
		req.Raw().Header.Set("Authorization", "Bearer "+token)
		req.Raw().Header.Set("Accept", "application/json")
		return k.jobToken(ctx, pipe, req)
	})
}

// jobToken asks GitHub once.
func (k *Credential) jobToken(ctx context.Context, pipe runtime.Pipeline, req *policy.Request) (string, error) {
	const hint = "ask GitHub for a token about this job"
	x := exchangeOf(ctx)
	resp, err := pipe.Do(req)
	if err != nil {
		e := explain(ctx, x, err)
		e.Message = hint + ": " + strings.TrimPrefix(e.Message, "ask ")
		return "", e
	}
	if resp.StatusCode != http.StatusOK {
		e := &SignInError{Message: fmt.Sprintf("%s: %s", hint, x.refusal().Message)}
		return "", e
	}
	fields, _ := decodeObject(x.body)
	value := str(fields["value"])
	if value == "" {
		return "", &SignInError{Message: hint + ": the answer has none in it"}
	}
	return value, nil
}
