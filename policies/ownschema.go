package policies

import (
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// fit holds what rules of one's own ask of input against what input has: a field
// that is misspelt would be undefined, and its rule silent for ever. The modules
// must be without fault otherwise. Tests make an input of their own, and are not
// held against it.
func (o *own) fit(faults *faults) error {
	for _, about := range []subject{aChange, thePlan} {
		modules := map[string]*ast.Module{}
		for _, r := range o.rules {
			if r.about == about {
				modules[r.file] = o.modules[r.file]
			}
		}
		if len(modules) == 0 {
			continue
		}
		schemas, err := schemasOf(about)
		if err != nil {
			return err
		}
		compiler, err := ownCompiler()
		if err != nil {
			return err
		}
		compileWith(compiler.WithSchemas(schemas), modules, faults)
	}
	o.told(faults)
	return nil
}

// told holds what rules of one's own ask of their settings against the rules
// there are: the settings of none are undefined, whatever reseat.yaml says.
func (o *own) told(faults *faults) {
	known := slices.Collect(maps.Keys(defaults()))
	for _, r := range o.rules {
		known = append(known, r.name)
	}
	slices.Sort(known)
	config := ast.MustParseRef("data.reseat.config")
	for _, r := range o.rules {
		ast.WalkRefs(o.modules[r.file], func(ref ast.Ref) bool {
			if !ref.HasPrefix(config) || len(ref) == len(config) {
				return false
			}
			name, isText := ref[len(config)].Value.(ast.String)
			if !isText || slices.Contains(known, string(name)) {
				return false
			}
			remedy := "settings are those of a rule, as data.reseat.config[\"" + r.name + "\"]"
			if near := plan.Nearest(strings.ReplaceAll(string(name), "_", "-"), known); near != "" {
				remedy = "write data.reseat.config[\"" + near + "\"]"
			}
			at := ref[len(config)].Location
			if at == nil {
				at = o.modules[r.file].Package.Location
			}
			faults.loc(at, "no rule is called "+string(name), remedy)
			return false
		})
	}
}

// schemasOf is the part of the schema that is about one kind of input.
func schemasOf(about subject) (*ast.SchemaSet, error) {
	var all map[string]any
	if err := json.Unmarshal([]byte(inputSchema), &all); err != nil {
		return nil, fmt.Errorf("read the schema of input: %w", err)
	}
	kind := "Case"
	if about == thePlan {
		kind = "PlanFacts"
	}
	set := ast.NewSchemaSet()
	set.Put(ast.SchemaRootRef, map[string]any{"$ref": "#/$defs/" + kind, "$defs": all["$defs"]})
	return set, nil
}

// misspelt says of a reference to a field that input, or a part of it, does not
// have which it is, and what may have been meant.
func misspelt(e *ast.Error) (cause, remedy string, ok bool) {
	d, ok := e.Details.(*ast.RefErrInvalidDetail)
	if !ok || d.Pos < 1 || d.Pos >= len(d.Ref) || d.Ref.HasPrefix(ast.DefaultRootRef) {
		return "", "", false
	}
	part, isText := d.Ref[d.Pos].Value.(ast.String)
	if !isText || len(part) > 64 {
		return "", "", false
	}
	var has []string
	for _, v := range d.OneOf {
		if s, ok := v.(ast.String); ok {
			has = append(has, string(s))
		}
	}
	slices.Sort(has)
	remedy = "`reseat schema rule-input` says what input has"
	if near := plan.Nearest(string(part), has); near != "" {
		remedy = "did you mean " + near + "? " + remedy
	}
	return localNames.ReplaceAllString(d.Ref[:d.Pos].String(), "_") + " has no " + string(part), remedy, true
}

// localNames are what the compiler calls what has no name.
var localNames = regexp.MustCompile(`__local[0-9]+__`)
