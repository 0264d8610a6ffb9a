package desired

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/reseat-cli/reseat/plan"
)

// aligned writes rows with the first left columns to the left and the others to
// the right.
func aligned(rows [][]string, left int) []string {
	const most = 40
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = min(max(widths[i], utf8.RuneCountInString(cell)), most)
		}
	}
	lines := make([]string, len(rows))
	for n, row := range rows {
		var b strings.Builder
		for i, cell := range row {
			pad := strings.Repeat(" ", max(0, widths[i]-utf8.RuneCountInString(cell)))
			if i > 0 {
				b.WriteString("  ")
			}
			if i < left {
				b.WriteString(cell + pad)
			} else {
				b.WriteString(pad + cell)
			}
		}
		lines[n] = b.String()
	}
	return lines
}

// moment is a time as files say it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04") + " UTC" }

// calledTenant is how people know the tenant of a snapshot.
func calledTenant(s *plan.Snapshot) string {
	if len(s.Organization.VerifiedDomains) > 0 {
		return s.Organization.VerifiedDomains[0]
	}
	return string(s.Organization.ID)
}
