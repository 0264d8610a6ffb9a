package desired

import (
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const methods = "default environment cli managed-identity workload-identity github certificate device-code"

// auth reads how to sign in: to read, and to write.
func (s *source) auth(n *yaml.Node, a *plan.Auth) {
	if n == nil {
		return
	}
	s.secretKeys(n, "`auth`")
	o, _ := s.object(n, "`auth`", "plan apply", "")
	s.identity(o.get("plan"), "`auth.plan`", &a.Plan)
	s.identity(o.get("apply"), "`auth.apply`", &a.Apply)
}

// identity reads one way to sign in.
func (s *source) identity(n *yaml.Node, what string, id *plan.Identity) {
	if n == nil {
		return
	}
	s.secretKeys(n, what)
	o, ok := s.object(n, what, "method clientId", "")
	if !ok {
		return
	}
	id.Place = s.place(n)
	if m := s.enum(o.get("method"), "`method`", methods); m != "" {
		id.Method = plan.AuthMethod(m)
	}
	v := o.get("clientId")
	t := s.text(v, "`clientId`")
	if t == "" {
		return
	}
	g, err := plan.ParseGUID(t)
	if err != nil {
		// It is not repeated: a secret put here by mistake must not get into a log.
		s.fault(v, "`clientId` is no GUID", "write the application (client) id from the portal")
	}
	id.ClientID = g
}

// secretKeys reports the keys that would hold a secret, and takes them away
// from the checks that follow. The value is in no message.
func (s *source) secretKeys(n *yaml.Node, what string) {
	if n.Kind != yaml.MappingNode {
		return
	}
	kept := make([]*yaml.Node, 0, len(n.Content))
	for i := 0; i+1 < len(n.Content); i += 2 {
		k := n.Content[i]
		if !secretive(k.Value) {
			kept = append(kept, k, n.Content[i+1])
			continue
		}
		s.fault(k, quote(k.Value)+" has no place in "+what+": secrets come from the environment or files, never from here",
			"take it out, and make a new one if this file was ever shared")
	}
	n.Content = kept
}

// secretive reports whether a key sounds like that of a secret.
func secretive(key string) bool {
	key = strings.Map(func(c rune) rune {
		if c == '-' || c == '_' || c == ' ' {
			return -1
		}
		return c
	}, strings.ToLower(key))
	for _, word := range []string{"secret", "password", "passwd", "passphrase", "token", "assertion", "privatekey", "credential", "apikey"} {
		if strings.Contains(key, word) {
			return true
		}
	}
	return false
}
