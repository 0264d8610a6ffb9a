package policies_test

import (
	"slices"
	"testing"

	"github.com/reseat-cli/reseat/plan"
	"github.com/reseat-cli/reseat/policies"
)

// TestLowered asks which settings make a built-in rule say less than by default.
func TestLowered(t *testing.T) {
	tests := []struct {
		rule, key string
		value     any
		want      string // empty: it says no less
	}{
		{"recent-use", "days", 29, "days 29, by default 30"},
		{"recent-use", "days", 30, ""},
		{"recent-use", "days", 31, ""},
		{"recent-use", "level", "off", "level off, by default warn"},
		{"recent-use", "level", "warn", ""},
		{"recent-use", "level", "deny", ""},
		{"dependency", "level", "off", "level off, by default warn"},
		{"dependency", "level", "deny", ""},
		{"shared-mailbox", "level", "warn", "level warn, by default deny"},
		{"shared-mailbox", "level", "deny", ""},
	}
	for _, tt := range tests {
		e, err := policies.New(t.Context(), policies.Config{Settings: map[string]map[string]any{tt.rule: {tt.key: tt.value}}})
		if err != nil {
			t.Fatal(err)
		}
		var want []plan.Lowered
		if tt.want != "" {
			want = []plan.Lowered{{Rule: tt.rule, Text: tt.want}}
		}
		if got := e.Input().Lowered; !slices.Equal(got, want) {
			t.Errorf("%s %s: %v: got %+v, want %+v", tt.rule, tt.key, tt.value, got, want)
		}
	}
}
