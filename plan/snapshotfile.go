package plan

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// snapshotFile is a snapshot as it is saved.
type snapshotFile struct {
	FormatVersion string `json:"formatVersion"`
	Kind          string `json:"kind"`
	*Snapshot
}

// snapshotKind tells a snapshot file from a plan.
const snapshotKind = "Snapshot"

// EncodeSnapshot returns the snapshot as a file: JSON, one user, product or
// group a line, so that two of them can be compared.
func EncodeSnapshot(s *Snapshot) ([]byte, error) {
	whole, err := json.Marshal(snapshotFile{FormatVersion, snapshotKind, s})
	if err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(whole, &fields); err != nil {
		return nil, fmt.Errorf("encode snapshot: %w", err)
	}
	var out bytes.Buffer
	out.WriteString("{\n")
	order := slices.DeleteFunc(snapshotMembers(), func(name string) bool { return fields[name] == nil })
	for i, name := range order {
		fmt.Fprintf(&out, "%q: ", name)
		if err := writeLines(&out, fields[name]); err != nil {
			return nil, err
		}
		if i < len(order)-1 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
	}
	out.WriteString("}\n")
	return out.Bytes(), nil
}

// writeLines writes a list one entry a line, and anything else as it is.
func writeLines(out *bytes.Buffer, field json.RawMessage) error {
	if len(field) == 0 || field[0] != '[' {
		out.Write(field)
		return nil
	}
	var items []json.RawMessage
	if err := json.Unmarshal(field, &items); err != nil {
		return fmt.Errorf("encode snapshot: %w", err)
	}
	out.WriteByte('[')
	for i, item := range items {
		if i > 0 {
			out.WriteByte(',')
		}
		out.WriteByte('\n')
		out.Write(item)
	}
	if len(items) > 0 {
		out.WriteByte('\n')
	}
	out.WriteByte(']')
	return nil
}

// DecodeSnapshot reads a saved snapshot and checks it: known fields only,
// every id a GUID, each once. Lists are sorted on the way in.
func DecodeSnapshot(data []byte) (*Snapshot, error) {
	if err := plainKeys(data); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	f := snapshotFile{Snapshot: &Snapshot{Count: UserCount{Before: -1, After: -1}}}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&f); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("read snapshot: something follows the document")
	}
	if f.Kind != snapshotKind || f.FormatVersion != FormatVersion {
		return nil, fmt.Errorf("read snapshot: it says kind %s, format %s; this program reads %s %s",
			quote(f.Kind), quote(f.FormatVersion), snapshotKind, FormatVersion)
	}
	s := f.Snapshot
	if err := s.normalise(); err != nil {
		return nil, fmt.Errorf("read snapshot: %w", err)
	}
	return s, nil
}

// plainKeys refuses a document whose members at the top are doubled, or spelt
// otherwise than here: encoding/json would take the last of them, in any case.
func plainKeys(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return errors.New("it is no JSON object")
	}
	seen := map[string]bool{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		key, _ := t.(string)
		if seen[key] || !slices.Contains(snapshotMembers(), key) {
			return fmt.Errorf("the member %s is not known, or is there twice", quote(key))
		}
		seen[key] = true
		var skipped json.RawMessage
		if err := dec.Decode(&skipped); err != nil {
			return err
		}
	}
	return nil
}

// snapshotMembers are the members of the file, in their order.
func snapshotMembers() []string {
	return []string{"formatVersion", "kind", "organization", "readAt", "count", "actor", "reads", "products",
		"subscriptions", "groups", "roles", "roleAssignments", "deleted", "users"}
}

// guid makes an id canonical in place.
func guid[T ~string](what string, id *T) error {
	low, err := ParseGUID(string(*id))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	*id = T(low)
	return nil
}

func (s *Snapshot) normalise() error {
	if err := errors.Join(guid("organization", &s.Organization.ID), sane("readAt", s.ReadAt)); err != nil {
		return err
	}
	for i := range s.Users {
		if err := s.Users[i].normalise(); err != nil {
			return fmt.Errorf("users[%d]: %w", i, err)
		}
	}
	for i := range s.Products {
		if err := s.Products[i].normalise(); err != nil {
			return fmt.Errorf("products[%d]: %w", i, err)
		}
	}
	for i := range s.Groups {
		if err := s.Groups[i].normalise(); err != nil {
			return fmt.Errorf("groups[%d]: %w", i, err)
		}
	}
	for i := range s.Subscriptions {
		x := &s.Subscriptions[i]
		if err := errors.Join(guid("skuId", &x.SKU), sane("createdDateTime", x.CreatedAt), sane("nextLifecycleDateTime", x.NextLifecycle)); err != nil {
			return fmt.Errorf("subscriptions[%d]: %w", i, err)
		}
	}
	for i := range s.Deleted {
		if err := errors.Join(guid("id", &s.Deleted[i].ID), sane("deletedDateTime", s.Deleted[i].DeletedAt)); err != nil {
			return fmt.Errorf("deleted[%d]: %w", i, err)
		}
	}
	for i := range s.Roles {
		if err := errors.Join(guid("id", &s.Roles[i].ID), guid("templateId", &s.Roles[i].TemplateID)); err != nil {
			return fmt.Errorf("roles[%d]: %w", i, err)
		}
	}
	for i := range s.RoleAssignments {
		a := &s.RoleAssignments[i]
		if err := errors.Join(guid("roleDefinitionId", &a.Role), guid("principalId", &a.Principal)); err != nil {
			return fmt.Errorf("roleAssignments[%d]: %w", i, err)
		}
		switch a.Kind {
		case PrincipalUser, PrincipalGroup, PrincipalService:
		default:
			return fmt.Errorf("roleAssignments[%d]: %s is not user, group or servicePrincipal", i, quote(string(s.RoleAssignments[i].Kind)))
		}
	}
	s.Actor.RolesKnown, s.Actor.PermissionsKnown = s.Actor.Roles != nil, s.Actor.Permissions != nil
	return errors.Join(
		sortUnique("users", s.Users, func(u *User) string { return string(u.ID) }),
		sortUnique("products", s.Products, func(p *Product) string { return string(p.SKU) }),
		sortUnique("groups", s.Groups, func(g *Group) string { return string(g.ID) }),
		sortUnique("subscriptions", s.Subscriptions, func(x *Subscription) string { return x.ID }),
		sortUnique("deleted", s.Deleted, func(d *DeletedUser) string { return string(d.ID) }),
		sortUnique("roles", s.Roles, func(r *Role) string { return string(r.ID) }),
		sortUnique("roleAssignments", s.RoleAssignments, func(a *RoleAssignment) string {
			return fmt.Sprint(a.Principal, a.Role, a.Scope, a.Eligible)
		}),
	)
}

// sane refuses a time that cannot be written again in UTC.
func sane(what string, t time.Time) error {
	if y := t.UTC().Year(); y < 1 || y > 9999 {
		return fmt.Errorf("%s: the year %d is out of range", what, y)
	}
	return nil
}

func sortUnique[T any](what string, list []T, key func(*T) string) error {
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(key(&a), key(&b)) })
	for i := 1; i < len(list); i++ {
		if key(&list[i-1]) == key(&list[i]) {
			return fmt.Errorf("%s: %s is there twice", what, quote(key(&list[i])))
		}
	}
	return nil
}

func (u *User) normalise() error {
	if err := guid("id", &u.ID); err != nil {
		return err
	}
	if err := sane("createdAt", u.CreatedAt); err != nil {
		return err
	}
	if u.UserType == "" {
		u.UserType = "Member"
	}
	for i := range u.Sources {
		x := &u.Sources[i]
		if err := errors.Join(guid("skuId", &x.SKU), sane("lastUpdatedDateTime", x.UpdatedAt)); err != nil {
			return err
		}
		if x.Group != "" {
			if err := guid("assignedByGroup", &x.Group); err != nil {
				return err
			}
		}
		if err := guids("disabledPlans", x.DisabledPlans); err != nil {
			return err
		}
	}
	SortSources(u.Sources)
	for i := 1; i < len(u.Sources); i++ {
		if u.Sources[i-1].SKU == u.Sources[i].SKU && u.Sources[i-1].Group == u.Sources[i].Group {
			return fmt.Errorf("one product twice from one source (%s)", u.Sources[i].SKU)
		}
	}
	slices.Sort(u.Unsourced)
	slices.Sort(u.Aliases)
	switch u.Mailbox {
	case "", UserMailbox, LinkedMailbox, SharedMailbox, RoomMailbox, EquipmentMailbox, OtherMailbox, NoMailbox:
	default:
		return fmt.Errorf("mailbox: %s is no kind of mailbox", quote(string(u.Mailbox)))
	}
	return errors.Join(guids("unsourced", u.Unsourced), u.SignIn.sane())
}

func (s *SignIn) sane() error {
	if s == nil {
		return nil
	}
	return errors.Join(sane("lastSignInDateTime", s.Interactive), sane("lastNonInteractiveSignInDateTime", s.NonInteractive),
		sane("lastSuccessfulSignInDateTime", s.Successful))
}

// SortSources puts sources into the order of a snapshot: by product, direct
// first, then by group.
func SortSources(list []Source) {
	slices.SortFunc(list, func(a, b Source) int {
		return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Group, b.Group))
	})
}

func guids[T ~string](what string, ids []T) error {
	for i := range ids {
		if err := guid(what, &ids[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *Product) normalise() error {
	if err := guid("skuId", &p.SKU); err != nil {
		return err
	}
	for i := range p.Plans {
		if err := guid("servicePlanId", &p.Plans[i].ID); err != nil {
			return err
		}
	}
	return nil
}

func (g *Group) normalise() error {
	if err := guid("id", &g.ID); err != nil {
		return err
	}
	for i := range g.Gives {
		if err := guid("skuId", &g.Gives[i].SKU); err != nil {
			return err
		}
		if err := guids("disabledPlans", g.Gives[i].DisabledPlans); err != nil {
			return err
		}
	}
	slices.Sort(g.Members)
	slices.Sort(g.Eligible)
	return errors.Join(guids("members", g.Members), guids("eligible", g.Eligible), guids("nested", g.Nested))
}
