package plan

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"regexp"
	"strconv"
	"strings"
)

// A disguise replaces the ids and names of one snapshot.
type disguise struct {
	mac   hash.Hash
	stays map[RoleID]bool   // roles that all tenants have
	known map[string]string // kind and text to token
	used  map[string]bool   // tokens and addresses that are taken
	book  map[string]string // addresses, folded, to new ones
}

// newDisguise learns who has which address: first all principal names, then
// mail and aliases, then the people who are gone. An address belongs to the
// first who has it, and is the same wherever it stands.
func newDisguise(s *Snapshot, key []byte) *disguise {
	d := &disguise{mac: hmac.New(sha256.New, key), stays: map[RoleID]bool{},
		known: map[string]string{}, used: map[string]bool{}, book: map[string]string{}}
	for id := range builtInRoles {
		d.stays[id] = true
	}
	for _, r := range s.Roles {
		if r.BuiltIn {
			d.stays[r.ID], d.stays[r.TemplateID] = true, true
		}
	}
	for i := range s.Users {
		d.address(s.Users[i].ID, s.Users[i].UserPrincipalName)
	}
	for i := range s.Users {
		u := &s.Users[i]
		d.address(u.ID, u.Mail)
		for _, a := range u.Aliases {
			d.address(u.ID, a)
		}
	}
	for _, x := range s.Deleted {
		d.deletedName(x.ID, x.UserPrincipalName)
	}
	return d
}

// fold is how texts are compared: without case.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

func (d *disguise) sum(kind, text string) []byte {
	d.mac.Reset()
	d.mac.Write([]byte(kind + "\x00" + text))
	return d.mac.Sum(nil)
}

// id replaces an object id, or any text that is one, by a GUID (version 4);
// none stays none.
func (d *disguise) id(old string) string {
	if old == "" {
		return ""
	}
	b := d.sum("id", fold(old))
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:16])
}

func identity[T ~string](d *disguise, old T) T { return T(d.id(string(old))) }

// roleID leaves the ids of built-in roles, by which the rules know them.
func (d *disguise) roleID(id RoleID) RoleID {
	if low := RoleID(fold(string(id))); d.stays[low] {
		return low
	}
	return identity(d, id)
}

// token replaces a text by its kind and as many characters as it takes to tell
// it from all others; nothing stays nothing.
func (d *disguise) token(kind, text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	key := kind + "\x00" + fold(text)
	if t, ok := d.known[key]; ok {
		return t
	}
	t := d.unused(kind, fold(text))
	d.known[key] = t
	return t
}

// unused makes a token that no other text has.
func (d *disguise) unused(kind, text string) string {
	const least = 6
	all := hex.EncodeToString(d.sum(kind, text))
	for n := least; n < len(all); n++ {
		if t := kind + "-" + all[:n]; !d.used[t] {
			d.used[t] = true
			return t
		}
	}
	return kind + "-" + all // as long as the sum itself, which nothing shares
}

// person is the local name of a person, in all of his addresses.
func (d *disguise) person(id UserID) string { return d.token("person", string(id)) }

func (d *disguise) displayName(id UserID, old string) string {
	if old == "" {
		return ""
	}
	return "Person " + strings.TrimPrefix(d.person(id), "person-")
}

// address replaces a principal name, mail address or alias of a person.
func (d *disguise) address(owner UserID, old string) string {
	key := fold(old)
	if key == "" {
		return ""
	}
	if a, ok := d.book[key]; ok {
		return a
	}
	local, domain := key, ""
	if at := strings.LastIndexByte(key, '@'); at >= 0 {
		local, domain = key[:at], "@"+d.domain(key[at+1:])
	}
	home := d.home(local)
	name := d.person(owner)
	a := name + home + domain
	for n := 2; d.used[a]; n++ {
		a = name + "." + strconv.Itoa(n) + home + domain
	}
	d.book[key], d.used[a] = a, true
	return a
}

// home is the part of a guest's name that tells where he comes from: the
// directory writes jane@fabrikam.com as jane_fabrikam.com#EXT#@contoso….
func (d *disguise) home(local string) string {
	const mark = "#ext#"
	from, guest := strings.CutSuffix(local, mark)
	if !guest {
		return ""
	}
	if at := strings.LastIndexByte(from, '_'); at >= 0 {
		return "_" + d.domain(from[at+1:]) + strings.ToUpper(mark)
	}
	return strings.ToUpper(mark)
}

// deletedName keeps the object id that the directory puts before the name of
// who was deleted.
func (d *disguise) deletedName(owner UserID, old string) string {
	before := strings.ReplaceAll(string(owner), "-", "")
	if name, found := strings.CutPrefix(fold(old), before); found && before != "" {
		return strings.ReplaceAll(d.id(string(owner)), "-", "") + d.address(owner, name)
	}
	return d.address(owner, old)
}

// anonymous begins the initial domain of a tenant that has been anonymized. A
// real one has no hyphen.
const anonymous = "anonymous-"

// initialDomains are the endings of the domains that Microsoft gives to tenants.
func initialDomains() []string {
	return []string{".mail.onmicrosoft.com", ".onmicrosoft.com", ".onmicrosoft.us", ".partner.onmschina.cn"}
}

// domain replaces a domain by one that nobody can have; those that Microsoft
// gave keep their ending.
func (d *disguise) domain(old string) string {
	key := fold(old)
	if key == "" {
		return ""
	}
	for _, ending := range initialDomains() {
		if label, ok := strings.CutSuffix(key, ending); ok {
			return d.token(strings.TrimSuffix(anonymous, "-"), label) + ending
		}
	}
	return d.token("domain", key) + ".example"
}

// Anonymous reports whether the tenant is one that [Anonymize] made: no domain
// of it can be anybody's.
func (o Organization) Anonymous() bool {
	for _, d := range o.VerifiedDomains {
		if !strings.HasPrefix(d, anonymous) && !strings.HasSuffix(d, ".example") {
			return false
		}
	}
	return len(o.VerifiedDomains) > 0
}

// scope replaces the ids within the scope of a role assignment.
func (d *disguise) scope(old string) string {
	parts := strings.Split(old, "/")
	for i, p := range parts {
		if p != "" && p != "administrativeUnits" {
			parts[i] = d.id(p)
		}
	}
	return strings.Join(parts, "/")
}

// word keeps a text that is one word, as Graph's codes are.
func word(s string) string {
	if plainWord.MatchString(s) {
		return s
	}
	return "other"
}

var (
	plainWord = regexp.MustCompile(`^[A-Za-z]{0,64}$`)
	// reasonParts are whom a reason is about, what it says, and of how many more.
	reasonParts = regexp.MustCompile(`^(?:group ("(?:[^"\\]|\\.)*"): |([0-9A-Fa-f-]{36}): )?(.*?)(, and \d+ more)?$`)
	// reasonSays are reasons that name nobody: a status with a code, and our own words.
	reasonSays = regexp.MustCompile(`^(?:\d{3}(?: [A-Za-z_]{1,64}){0,4}|no group has this name|\d+ groups have this name; use the id)$`)
)

// reason replaces the names within the reason of a read, and leaves out what
// may hold one.
func (d *disguise) reason(old string) string {
	if old == "" {
		return ""
	}
	m := reasonParts.FindStringSubmatch(old)
	if m == nil || !reasonSays.MatchString(m[3]) {
		return "the reason is left out"
	}
	about := ""
	switch name, err := strconv.Unquote(m[1]); {
	case m[2] != "":
		about = d.id(m[2]) + ": "
	case m[1] == "":
	case err != nil:
		return "the reason is left out"
	default:
		if id, err := ParseGUID(name); err == nil {
			name = d.id(id)
		} else {
			name = d.token("group", name)
		}
		about = "group " + strconv.Quote(name) + ": "
	}
	return about + m[3] + m[4]
}
