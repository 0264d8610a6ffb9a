//go:build ignore

// This program writes v1.0.txt, the names of Microsoft Graph v1.0 that the
// tests hold the simulated tenant and the client against. Their source is the
// SDK for Go, which Microsoft generates from the schema it publishes:
//
//	go mod download -json github.com/microsoftgraph/msgraph-sdk-go@v1.89.0 > sdk.json
//	go run internal/simulator/testdata/schema/generate.go sdk.json > internal/simulator/testdata/schema/v1.0.txt
//
// Names and types alone are taken, no text.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// types are the kinds of object and value that reseat deals with. What they
// are based on, and the values within their values, come along.
var types = []string{
	"user", "group", "directoryObject", "assignedLicense", "licenseAssignmentState", "assignedPlan", "provisionedPlan",
	"servicePlanInfo", "licenseDetails", "subscribedSku", "licenseUnitsDetail", "companySubscription", "signInActivity",
	"licenseProcessingState", "directoryRole", "unifiedRoleAssignment", "unifiedRoleDefinition", "unifiedRolePermission",
	"unifiedRoleEligibilityScheduleInstance", "unifiedRoleAssignmentScheduleInstance",
	"privilegedAccessGroupEligibilityScheduleInstance", "organization", "verifiedDomain", "mailboxSettings", "userPurpose",
	"onPremisesExtensionAttributes", "serviceProvisioningError", "directoryRoleTemplate", "servicePrincipal",
}

// later are properties in the schema of August 2026 that this release of the
// SDK does not have.
var later = []string{
	"group.resourceBehaviorOptions property Collection(String)",
	"group.resourceProvisioningOptions property Collection(String)", "unifiedRoleAssignment.principalOrganizationId property String",
}

// paths are what may be called; {} is a key. What counts one of them, or
// casts it to another type, comes along.
var paths = []string{
	"users", "users/delta()", "users/{}", "users/{}/assignLicense", "users/{}/reprocessLicenseAssignment",
	"users/{}/licenseDetails", "users/{}/licenseDetails/{}", "users/{}/mailboxSettings", "users/{}/memberOf",
	"users/{}/transitiveMemberOf", "users/{}/getMemberGroups", "users/{}/getMemberObjects",
	"users/{}/checkMemberGroups",
	"groups", "groups/delta()", "groups/{}", "groups/{}/assignLicense", "groups/{}/members", "groups/{}/members/$ref",
	"groups/{}/members/{}/$ref", "groups/{}/transitiveMembers", "groups/{}/membersWithLicenseErrors", "groups/{}/memberOf",
	"groups/{}/transitiveMemberOf", "groups/{}/owners",
	"subscribedSkus", "subscribedSkus/{}", "organization", "organization/{}",
	"directory/subscriptions", "directory/subscriptions/{}", "directory/subscriptions(commerceSubscriptionId='{}')",
	"directory/deletedItems/{}", "directory/deletedItems/graph.user",
	"directory/deletedItems/graph.group", "directory/deletedItems/{}/restore",
	"directoryObjects/getByIds", "directoryObjects/{}",
	"directoryRoles", "directoryRoles/{}", "directoryRoles/{}/members", "directoryRoles(roleTemplateId='{}')",
	"directoryRoleTemplates", "directoryRoleTemplates/{}",
	"roleManagement/directory/roleDefinitions", "roleManagement/directory/roleDefinitions/{}",
	"roleManagement/directory/roleAssignments", "roleManagement/directory/roleAssignments/{}",
	"roleManagement/directory/roleEligibilityScheduleInstances", "roleManagement/directory/roleEligibilityScheduleInstances/{}",
	"roleManagement/directory/roleAssignmentScheduleInstances", "roleManagement/directory/roleAssignmentScheduleInstances/{}",
	"identityGovernance/privilegedAccess/group/eligibilityScheduleInstances",
	"identityGovernance/privilegedAccess/group/eligibilityScheduleInstances/{}",
}

var (
	structure = regexp.MustCompile(`(?m)^type (\w+) struct \{\s*\n\s+(\w+)?`)
	field     = regexp.MustCompile(`res\["([^"]+)"\] = func[^\n]*\n\s*val, err := n\.Get(\w+)\(([^)]*)\)`)
	created   = regexp.MustCompile(`^(?:\w+\.)?(?:Create(\w+)FromDiscriminatorValue|Parse(\w+))$`)
	members   = regexp.MustCompile(`return \[\]string\{([^}]*)\}|options := \[\]string\{([^}]*)\}`)
	template  = regexp.MustCompile(`"\{\+baseurl\}/([^"]*)"`)
	verb      = regexp.MustCompile(`(?m)^func \(m \*\w+RequestBuilder\) (Get|Post|Patch|Put|Delete)\(`)
	body      = regexp.MustCompile(`(?m)^func \(m \*\w+RequestBuilder\) Post\(ctx [^,]+, body (\w+RequestBody)able`)
	answer    = regexp.MustCompile(`(?m)^func \(m \*\w+RequestBuilder\) (?:Get|Post)\(ctx [^\n]*\)\((?:\w+\.)?(\w+?)(?:Collection(?:Get|Post)?Response)?able, error\)`)
	lesser    = regexp.MustCompile(`(/graph\.(user|group|servicePrincipal|directoryRole))?(/\$count)?$`)
	key       = regexp.MustCompile(`\{[^{}?&]+\}`)
)

type sdk struct {
	Path, Version, Dir, Info string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		os.Exit(1)
	}
}

func run() error {
	if len(os.Args) != 2 {
		return fmt.Errorf("usage: go run generate.go FILE, what `go mod download -json` said of the SDK")
	}
	data, err := os.ReadFile(os.Args[1])
	if err != nil {
		return err
	}
	var s sdk
	if err := json.Unmarshal(data, &s); err != nil {
		return err
	}
	if data, err = os.ReadFile(s.Info); err != nil {
		return err
	}
	var info struct{ Time string }
	if err := json.Unmarshal(data, &info); err != nil {
		return err
	}
	lines, err := s.types()
	if err != nil {
		return err
	}
	calls, err := s.paths()
	if err != nil {
		return err
	}
	w := bufio.NewWriter(os.Stdout)
	fmt.Fprintf(w, `# Names and types of Microsoft Graph v1.0, as far as reseat deals with them.
# Source: %s %s of %s,
# which Microsoft generates from the schema of Graph, and %d newer names of that schema.
# Written by generate.go beside this file.
#
#   TYPE base TYPE                    what it inherits from
#   TYPE.NAME property|navigation TYPE
#   TYPE.NAME member                  of an enumeration
#   path PATH METHODS TYPE [OPTIONS]  what it answers with, one or many, - is none of Graph's types; {} is a key; options without $
#   path PATH.NAME parameter TYPE     of an action
`, s.Path, s.Version, info.Time[:10], len(later))
	for _, l := range append(lines, calls...) {
		fmt.Fprintln(w, l)
	}
	return w.Flush()
}

// A model is one type of the schema.
type model struct {
	base    string
	fields  [][2]string // name and type
	members []string
}

func (s sdk) model(name string) (*model, error) {
	data, err := os.ReadFile(filepath.Join(s.Dir, "models", snake(name)+".go"))
	if err != nil {
		return nil, err
	}
	text, m := string(data), &model{}
	if found := members.FindStringSubmatch(text); found != nil {
		for _, n := range strings.Split(found[1]+found[2], ",") {
			m.members = append(m.members, strings.Trim(strings.TrimSpace(n), `"`))
		}
		return m, nil
	}
	found := structure.FindStringSubmatch(text)
	if found == nil {
		return nil, fmt.Errorf("%s: neither a type nor an enumeration", name)
	}
	if found[2] != "" && found[2] != "backingStore" {
		m.base = lower(found[2])
	}
	for _, f := range field.FindAllStringSubmatch(text, -1) {
		if strings.HasPrefix(f[1], "@") {
			continue
		}
		t, err := typeOf(f[2], f[3])
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", name, f[1], err)
		}
		m.fields = append(m.fields, [2]string{f[1], t})
	}
	return m, nil
}

// typeOf names the type that the SDK's reader of a property tells.
func typeOf(reader, arg string) (string, error) {
	simple := map[string]string{
		"StringValue": "String", "BoolValue": "Boolean", "TimeValue": "DateTimeOffset", "Int32Value": "Int32", "Int64Value": "Int64",
		"UUIDValue": "Guid", "DateOnlyValue": "Date", "TimeOnlyValue": "TimeOfDay", "Float64Value": "Double", "ByteArrayValue": "Binary",
		"ISODurationValue": "Duration",
	}
	if t, ok := simple[reader]; ok {
		return t, nil
	}
	if reader == "CollectionOfPrimitiveValues" {
		if t, ok := map[string]string{"string": "String", "uuid": "Guid", "int32": "Int32"}[strings.Trim(arg, `"`)]; ok {
			return "Collection(" + t + ")", nil
		}
	}
	if found := created.FindStringSubmatch(arg); found != nil {
		t := lower(found[1] + found[2])
		if strings.HasPrefix(reader, "Collection") {
			t = "Collection(" + t + ")"
		}
		return t, nil
	}
	return "", fmt.Errorf("it is not known what Get%s(%s) reads", reader, arg)
}

func (s sdk) types() ([]string, error) {
	var lines []string
	done := map[string]bool{}
	for queue := slices.Clone(types); len(queue) > 0; queue = queue[1:] {
		name := queue[0]
		if done[name] {
			continue
		}
		done[name] = true
		m, err := s.model(name)
		if err != nil {
			return nil, err
		}
		if m.base != "" {
			lines = append(lines, name+" base "+m.base)
			queue = append(queue, m.base)
		}
		for _, n := range m.members {
			lines = append(lines, name+"."+n+" member")
		}
		for _, f := range m.fields {
			kind, err := s.kind(f[1])
			if err != nil {
				return nil, err
			}
			if element := strings.TrimSuffix(strings.TrimPrefix(f[1], "Collection("), ")"); kind == "property" && unicode.IsLower(rune(element[0])) {
				queue = append(queue, element) // a value within the value
			}
			lines = append(lines, name+"."+f[0]+" "+kind+" "+f[1])
		}
	}
	lines = append(lines, later...)
	slices.Sort(lines)
	return slices.Compact(lines), nil
}

// kind tells a navigation property, which leads to entities, from the others.
func (s sdk) kind(t string) (string, error) {
	t = strings.TrimSuffix(strings.TrimPrefix(t, "Collection("), ")")
	if unicode.IsUpper(rune(t[0])) {
		return "property", nil
	}
	m, err := s.model(t)
	if err != nil {
		return "", err
	}
	for m.base != "" && m.base != "entity" {
		if m, err = s.model(m.base); err != nil {
			return "", err
		}
	}
	if m.base == "entity" {
		return "navigation", nil
	}
	return "property", nil
}

func (s sdk) paths() ([]string, error) {
	var lines []string
	found := map[string]bool{}
	err := filepath.WalkDir(s.Dir, func(file string, d fs.DirEntry, err error) error {
		if d != nil && d.IsDir() && file != s.Dir && !wanted(d.Name()) {
			return fs.SkipDir
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(file, ".go") { // long names are hashed
			return err
		}
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		path, options, ok := call(string(data))
		if !ok || found[path] {
			return nil
		}
		found[path] = true
		var methods []string
		for _, v := range verb.FindAllStringSubmatch(string(data), -1) {
			methods = append(methods, strings.ToUpper(v[1]))
		}
		slices.Sort(methods)
		name := "path " + strings.ReplaceAll(path, "graph.", "microsoft.graph.")
		lines = append(lines, strings.TrimSpace(name+" "+strings.Join(slices.Compact(methods), ",")+" "+answerOf(path, string(data))+" "+options))
		if b := body.FindStringSubmatch(string(data)); b != nil {
			params, err := os.ReadFile(filepath.Join(filepath.Dir(file), snake(lower(b[1]))+".go"))
			if err != nil {
				return err
			}
			for _, f := range field.FindAllStringSubmatch(string(params), -1) {
				t, err := typeOf(f[2], f[3])
				if err != nil {
					return err
				}
				lines = append(lines, name+"."+f[1]+" parameter "+t)
			}
		}
		return nil
	})
	for _, p := range paths {
		if err == nil && !found[p] {
			err = fmt.Errorf("the SDK has no %s", p)
		}
	}
	slices.Sort(lines)
	return lines, err
}

// answerOf is the type that a path answers with, or -.
func answerOf(path, text string) string {
	before, last := path, ""
	if i := strings.LastIndex(path, "/"); i >= 0 {
		before, last = path[:i], path[i+1:]
	}
	switch {
	case last == "delta()":
		return strings.TrimSuffix(before, "s") // users, groups
	case last == "getByIds":
		return "directoryObject"
	}
	a := answer.FindStringSubmatch(text)
	if a == nil || strings.HasSuffix(a[1], "Response") {
		return "-"
	}
	return lower(a[1])
}

// wanted reports whether the SDK's folder is that of one of paths.
func wanted(folder string) bool {
	return slices.ContainsFunc(paths, func(p string) bool {
		root, _, _ := strings.Cut(strings.ToLower(p), "/")
		root, _, _ = strings.Cut(root, "(")
		return strings.HasPrefix(folder, root) // directoryroleswithroletemplateid is a folder too
	})
}

// call is the path and the query options of the first address in a request
// builder, if it is one of paths.
func call(text string) (path, options string, ok bool) {
	t := template.FindStringSubmatch(text)
	if t == nil {
		return "", "", false
	}
	path, options, _ = strings.Cut(t[1], "{?")
	path, _, _ = strings.Cut(path, "?")
	path = key.ReplaceAllString(path, "{}")
	options = strings.ReplaceAll(strings.TrimSuffix(options, "}"), "%24", "")
	return path, options, slices.ContainsFunc([]string{path, strings.TrimSuffix(path, "/$count"), lesser.ReplaceAllString(path, "")},
		func(p string) bool { return slices.Contains(paths, p) })
}

func lower(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// snake is the name of the SDK's file of a type.
func snake(s string) string {
	var b strings.Builder
	for i, r := range s {
		if unicode.IsUpper(r) && i > 0 {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}
