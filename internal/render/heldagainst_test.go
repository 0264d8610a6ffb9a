package render_test

import (
	"strings"
	"testing"

	"github.com/reseat-cli/reseat/internal/render"
	"github.com/reseat-cli/reseat/plan"
)

// TestReportResumesUndo: an undo that was made from a plan file alone is resumed
// with that file; where it is not known, its place is held.
func TestReportResumesUndo(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		undoes plan.Undone
		where  string
		want   string
	}{
		{plan.Undone{Plan: "20261119T080000Z-0d0d0d0d"}, "old.json", " contoso --run old.json\n"},
		{plan.Undone{Plan: "20261119T080000Z-0d0d0d0d"}, "", " contoso --run PLANFILE\n"},
		{plan.Undone{Plan: "20261119T080000Z-0d0d0d0d", Run: "20261119T080000Z-0d0d0d0d"}, "", " contoso\n"},
		{plan.Undone{Plan: "20261119T080000Z-0d0d0d0d", Run: "20261119T080000Z-0d0d0d0d"}, "./away", " contoso --run ./away\n"},
	} {
		p := rich()
		p.Undoes = &test.undoes
		got := reportText(t, cutOff(), p, render.Options{Dir: "contoso", Undone: test.where, Width: 80})
		if !strings.Contains(got, "resume: reseat apply --resume 20261120T081500Z-3fa9c2e1"+test.want) {
			t.Errorf("%+v: got\n%s\nwant it to end in %q", test, got, test.want)
		}
	}
}
