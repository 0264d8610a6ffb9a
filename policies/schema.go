package policies

import (
	_ "embed"
	"slices"
)

// inputSchema is made of the Go types by the tests, which find out when it is old.
//
//go:embed input.schema.json
var inputSchema string

// InputSchema is a JSON Schema (draft 2020-12) of what rules see: `input` of a
// rule about a change, `input` of one about the plan, and data.reseat.config.
func InputSchema() []byte { return slices.Clone([]byte(inputSchema)) }
