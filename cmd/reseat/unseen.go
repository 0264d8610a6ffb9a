package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// unseen says on stderr how an apply ended that did not do all, and what to type,
// where no report for people goes to stdout.
func (s *session) unseen(j *job, r *plan.Report) {
	if slices.ContainsFunc(j.outs, func(o output) bool { return o.format == "text" && o.file == "" }) {
		return
	}
	sum := r.Summary
	left := []string{grouped(sum.Done+sum.Already) + " done"}
	for _, part := range []struct {
		n    int
		what string
	}{{sum.Failed, " failed"}, {sum.Unknown, " unknown"}, {sum.Skipped, " skipped"}, {sum.NotReached, " not reached"}} {
		if part.n > 0 {
			left = append(left, grouped(part.n)+part.what)
		}
	}
	if len(left) == 1 {
		return
	}
	if sum.Stopped != "" {
		left = append(left, "stopped: "+render.Clean(sum.Stopped))
	}
	fmt.Fprintf(s.app.err, "run %s: %s\n", j.run.Name(), strings.Join(left, ", "))
	hint := "reseat show " + j.run.Name()
	if sum.Interrupted || sum.Stopped != "" || sum.NotReached+sum.Unknown > 0 {
		hint = j.resumeHint()
	}
	fmt.Fprintln(s.app.err, "hint:", render.Clean(s.app.placed(hint)))
}
