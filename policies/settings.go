package policies

import (
	"fmt"
	"maps"
	"slices"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/storage"
	"github.com/open-policy-agent/opa/v1/storage/inmem"

	"github.com/reseat-cli/reseat/plan"
)

// defaults are the settings of the built-in rules that have any, as the rules
// read them where nothing is set.
func defaults() map[string]map[string]any {
	return map[string]map[string]any{
		"dependency":     {"level": "warn"},
		"recent-use":     {"days": 30, "level": "warn"},
		"shared-mailbox": {"level": "deny"},
	}
}

// lowered are the settings by which built-in rules say less than by default.
func lowered(settings map[string]map[string]any) []plan.Lowered {
	var out []plan.Lowered
	less := func(key string, now, usual any) bool {
		if key == "level" { // in the order of what they ask for
			levels := []string{string(plan.LevelOff), string(plan.LevelWarn), string(plan.LevelDeny)}
			return slices.Index(levels, fmt.Sprint(now)) < slices.Index(levels, fmt.Sprint(usual))
		}
		n, number := now.(int)
		by, usually := usual.(int)
		return !number || !usually || n < by
	}
	usual := defaults()
	for _, rule := range slices.Sorted(maps.Keys(usual)) {
		for _, key := range slices.Sorted(maps.Keys(usual[rule])) {
			if now := settings[rule][key]; now != usual[rule][key] && less(key, now, usual[rule][key]) {
				out = append(out, plan.Lowered{Rule: rule, Text: fmt.Sprintf("%s %v, by default %v", key, now, usual[rule][key])})
			}
		}
	}
	return out
}

// A SettingError is a setting of a rule that cannot be set, or that is not in
// force. Which values a built-in rule takes is not asked here.
type SettingError struct {
	Rule  string // as it was written
	Cause string
}

func (e *SettingError) Error() string { return fmt.Sprintf("settings of rule %q: %s", e.Rule, e.Cause) }

// merged are the defaults under what is set. A key that is set twice has what was
// set; a list or an object is not mixed with the default's.
func merged(set map[string]map[string]any, own []*ownRule) (map[string]map[string]any, error) {
	all := defaults()
	for _, name := range slices.Sorted(maps.Keys(set)) {
		_, known := all[name]
		if !known && !slices.ContainsFunc(own, func(r *ownRule) bool { return r.name == name }) {
			cause := "there is no such rule"
			if slices.ContainsFunc(manifest(), func(e entry) bool { return e.name == name }) {
				cause = "it has no settings"
			}
			return nil, &SettingError{Rule: name, Cause: cause}
		}
		values := map[string]any{}
		maps.Copy(values, all[name])
		maps.Copy(values, set[name])
		all[name] = values
	}
	return all, nil
}

// shelf is data.reseat.config for a compiler: nothing else is data, and nobody
// writes to it.
func shelf(settings map[string]map[string]any) (storage.Store, error) {
	value, err := ast.InterfaceToValue(map[string]any{"reseat": map[string]any{"config": settings}})
	if err != nil {
		return nil, fmt.Errorf("read the rules' settings: %w", err)
	}
	data, ok := value.(ast.Object)
	if !ok {
		return nil, fmt.Errorf("read the rules' settings: a %T is no object", value)
	}
	return inmem.NewFromASTObject(data), nil
}
