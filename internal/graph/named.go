package graph

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/reseat-cli/reseat/plan"
)

// namesAndIDs parts who is named from who is told by id.
func namesAndIDs(w *HolderWants) (names []string, ids []plan.UserID) {
	ids = slices.Clone(w.IDs)
	for _, name := range sorted(w.Names) {
		if id, err := plan.ParseGUID(name); err == nil {
			ids = append(ids, plan.UserID(id))
			continue
		}
		names = append(names, name)
	}
	return names, ids
}

// present tells who was read.
type present struct {
	ids   map[plan.UserID]bool
	names map[string]bool // lower case
}

func newPresent(users []plan.User) present {
	p := present{ids: make(map[plan.UserID]bool, len(users)), names: make(map[string]bool, len(users))}
	for i := range users {
		p.ids[users[i].ID], p.names[strings.ToLower(users[i].UserPrincipalName)] = true, true
	}
	return p
}

func (p present) is(id plan.UserID) bool { return p.ids[plan.UserID(strings.ToLower(string(id)))] }

func (p present) named(name string) bool { return p.names[strings.ToLower(name)] }

// addByID reads people by id and hands them to add; who does not exist is left
// out.
func (c *Client) addByID(ctx context.Context, op string, ids []plan.UserID, add func(...plan.User)) error {
	users, err := c.usersByID(ctx, reads, op, ids)
	for _, u := range users {
		add(u)
	}
	return err
}

// addByName reads people by userPrincipalName and hands them to add. A name
// that nobody has, or can have, is left out.
func (c *Client) addByName(ctx context.Context, names []string, add func(...plan.User)) error {
	const op = "read users by name"
	var gets []get
	for i, name := range names {
		if mayBeName(name) {
			gets = append(gets, get{id: strconv.Itoa(i), url: "/users/" + escape(name) + "?$select=" + userSelect})
		}
	}
	var mu sync.Mutex
	reader := newUserReader()
	return c.batchGet(ctx, reads, op, gets, func(_ string, body jsontext.Value, err error) error {
		mu.Lock()
		defer mu.Unlock()
		if e, ok := refusedWith(err); notFound(err) || ok && e.Status == http.StatusBadRequest && e.Code != "" {
			return nil
		}
		if err != nil {
			return err
		}
		var u plan.User
		if err := decodeOne(body, func(d *jsontext.Decoder) error { return reader.read(d, &u) }); err != nil {
			return c.hushed(op, err)
		}
		add(u)
		return nil
	})
}

// addByPrefix reads people whose userPrincipalName begins so, and hands them to
// add. A beginning that Graph does not take is left out.
func (c *Client) addByPrefix(ctx context.Context, prefixes []string, add func(...plan.User)) error {
	return each(ctx, prefixes, 2, func(ctx context.Context, prefix string) error {
		quoted := escape("'" + strings.ReplaceAll(prefix, "'", "''") + "'")
		l := listing{op: fmt.Sprintf("read users whose name begins with %q", clip(prefix, 60)),
			path: "/users?$filter=startswith(userPrincipalName," + quoted + ")&$select=" + userSelect + "&$top=999"}
		users, err := c.listUsers(ctx, l, 0, func(int) {})
		if e, ok := refusedWith(err); ok && e.Status == http.StatusBadRequest {
			return nil
		}
		if err == nil {
			// A service, or a proxy, that does not know the filter gives everybody.
			users = slices.DeleteFunc(users, func(u plan.User) bool {
				return len(u.UserPrincipalName) < len(prefix) || !strings.EqualFold(u.UserPrincipalName[:len(prefix)], prefix)
			})
			add(users...)
		}
		return err
	})
}

// mayBeName reports whether name can be a userPrincipalName, and stand in a
// URL without meaning another one. Graph takes letters, digits and '.-_!#^~
// before the @; we refuse no more than what is never part of a name.
func mayBeName(name string) bool {
	local, domain, ok := strings.Cut(name, "@")
	if !ok || local == "" || domain == "" || len(name) > 1024 {
		return false
	}
	return !strings.ContainsFunc(name, func(r rune) bool {
		return strings.ContainsRune("/\\?%&<>\"|;:*()[]{},=$`", r) || unicode.IsSpace(r) || unicode.IsControl(r) ||
			unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar
	})
}

// escape returns s with all but letters, digits and -._~ of ASCII in percent
// form.
func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c < 0x80 && (base64url(c) || c == '.' || c == '~') {
			b.WriteByte(c)
			continue
		}
		fmt.Fprintf(&b, "%%%02X", c)
	}
	return b.String()
}
