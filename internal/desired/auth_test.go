package desired_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/desired"
	"github.com/reseat-cli/reseat/plan"
)

func TestAuth(t *testing.T) {
	const app = "6fd2c87f-b296-42f0-b197-1e91e994b900"
	at := func(line, column int) plan.Place {
		return plan.Place{File: "reseat.yaml", Line: line, Column: column}
	}
	first := strings.Count(settings, "\n") + 1
	none := plan.Identity{Method: plan.AuthDefault}
	tests := []struct {
		name, yaml string
		want       plan.Auth
	}{
		{"nothing", "", plan.Auth{Plan: none, Apply: none}},
		{"empty", "auth: {}\n", plan.Auth{Plan: none, Apply: none}},
		{"one of two", "auth: {plan: {method: cli}}\n", plan.Auth{Plan: plan.Identity{Method: plan.AuthCLI, Place: at(first, 14)}, Apply: none}},
		{"client alone", "auth: {apply: {clientId: " + strings.ToUpper(app) + "}}\n",
			plan.Auth{Plan: none, Apply: plan.Identity{Method: plan.AuthDefault, ClientID: app, Place: at(first, 15)}}},
	}
	for _, m := range []plan.AuthMethod{plan.AuthDefault, plan.AuthEnvironment, plan.AuthCLI, plan.AuthManagedIdentity, plan.AuthWorkload, plan.AuthGitHub, plan.AuthCertificate, plan.AuthDeviceCode} {
		tests = append(tests, struct {
			name, yaml string
			want       plan.Auth
		}{string(m), "auth:\n  plan: {method: " + string(m) + ", clientId: " + app + "}\n  apply: {method: " + string(m) + "}\n", plan.Auth{
			Plan: plan.Identity{Method: m, ClientID: app, Place: at(first+1, 9)}, Apply: plan.Identity{Method: m, Place: at(first+2, 10)}}})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := read(t, map[string]string{"reseat.yaml": settings + tt.yaml}).Settings.Auth; !reflect.DeepEqual(got, tt.want) {
				t.Errorf("got %+v\nwant %+v", got, tt.want)
			}
		})
	}
}

// What someone put under auth by mistake is in no message.
func TestAuthSecretsNotRepeated(t *testing.T) {
	const secret = "geheim8Q~abcdefghijklmnop"
	for _, key := range []string{"secret", "clientSecret", "client-secret", "password", "certificatePassword", "token", "accessToken", "privateKey", "clientId"} {
		for _, where := range []string{"auth: {plan: {" + key + ": " + secret + "}}\n", "auth: {apply: {method: github, " + key + ": {value: " + secret + "}}}\n"} {
			_, faults, err := desired.Read(folder(map[string]string{"reseat.yaml": settings + where}))
			if err != nil || len(faults) != 1 {
				t.Errorf("%s: got %d faults and %v, want one fault", where, len(faults), err)
			}
			if strings.Contains(lines(faults), "geheim") {
				t.Errorf("%s: the secret is in %s", where, lines(faults))
			}
		}
	}
}
