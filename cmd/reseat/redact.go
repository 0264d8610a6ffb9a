package main

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/reseat-cli/reseat/internal/render"
)

// withRedact gives a command the flag --redact.
func withRedact(c *cobra.Command, value *string) {
	c.Flags().StringVar(value, "redact", "", "people in markdown: none, upn (a***.h***) or all (ids alone); default upn when CI is set, else none")
}

// redacted tells outputs how people are called in them: where CI is set, what
// goes to a comment or a log of many readers does not name them in full.
func (a *app) redacted(value string, outs []output) ([]output, error) {
	mode := render.RedactNone
	switch value {
	case "":
		if a.env("CI") != "" {
			mode = render.RedactUPN
		}
	case "none":
	case "upn":
		mode = render.RedactUPN
	case "all":
		mode = render.RedactAll
	default:
		return nil, usage("--redact is none, upn or all; not %q", value)
	}
	markdown := func(o output) bool { return o.format == "markdown" }
	if value != "" && !slices.ContainsFunc(outs, markdown) {
		return nil, usage("--redact goes with -o markdown: text and JSON are for those who may see names and ids")
	}
	outs = slices.Clone(outs)
	for i := range outs {
		if markdown(outs[i]) {
			outs[i].redact = mode
		}
	}
	return outs, nil
}
