package main

import (
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/simulator"
)

// simOptions are the options that flags of `reseat sim` make.
func simOptions(t *testing.T, args ...string) (simulator.Options, error) {
	t.Helper()
	var f simFlags
	c := &cobra.Command{Use: "sim"}
	f.flags(c)
	if err := c.ParseFlags(args); err != nil {
		t.Fatal(err)
	}
	return f.options()
}

func TestSimFlags(t *testing.T) {
	t.Parallel()
	o, err := simOptions(t, "--quota", "bucket", "--quota-scale", "0.5", "--quota-span", "0.1", "--stale", "100ms..5s", "--fault", "omit:after:POST /users/*/assignLicense:p=0.25")
	if err != nil || *o.Quota != (simulator.Quota{Model: simulator.TokenBucket, Scale: 0.5, Span: 0.1}) ||
		o.Stale != (simulator.Range{Min: 100 * time.Millisecond, Max: 5 * time.Second}) || len(o.Faults) != 1 || !o.Faults[0].Omit || !o.Faults[0].After {
		t.Errorf("got %+v, %+v, %v", o, o.Quota, err)
	}
	if o, err := simOptions(t); err != nil || o.Quota != nil || o.Stale != (simulator.Range{}) {
		t.Errorf("got %+v, %v", o, err)
	}
	for args, want := range map[string]string{
		"--quota-scale 2":                   "give it too",
		"--quota-span 0.5":                  "give it too",
		"--quota bucket --quota-scale 0":    "above 0",
		"--quota bucket --quota-span -1":    "above 0",
		"--quota bucket --quota-scale NaN":  "above 0",
		"--quota bucket --quota-scale +Inf": "at most 1000000",
		"--quota sliding":                   "fixed or bucket",
		"--stale 5s":                        "a range like",
		"--stale 5s..":                      "a range like",
		"--stale ..5s":                      "a range like",
		"--stale 5s..1s":                    "a range like",
		"--stale=-1s..1s":                   "a range like",
		"--fault omit:503":                  "left out of its batch",
	} {
		if o, err := simOptions(t, strings.Fields(args)...); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %+v, %v, want %q", args, o, err, want)
		}
	}
}
