package render

import (
	"io"

	"github.com/reseat-cli/reseat/plan"
)

// ReportMarkdown writes a report for a comment.
func ReportMarkdown(w io.Writer, r *plan.Report, p *plan.Plan, o Options) error { return nil }
