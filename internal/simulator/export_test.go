package simulator

import (
	"fmt"

	"github.com/reseat-cli/reseat/plan"
)

// Unlawful names a user of t whose seats break a law, or is empty.
func Unlawful(t *Tenant) string {
	for _, a := range t.accounts {
		if b := t.breach(holding{}, a.now); b != nil {
			return fmt.Sprintf("%s: %s", a.user.UserPrincipalName, b.message)
		}
	}
	return ""
}

// A State is that of a group's licenseProcessingState.
type State = string

// Processing returns the state of a group.
func Processing(t *Tenant, group string) State {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.processing(plan.GroupID(group))
}

// Digest is the SHA-256 that ties a file of writes to its snapshot.
func Digest(s *plan.Snapshot) (string, error) { return digest(copySnapshot(s)) }

// InError names who has a seat through a group with an error.
func InError(t *Tenant, group string) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	var all []string
	for _, a := range t.inError(plan.GroupID(group)) {
		all = append(all, string(a.user.ID))
	}
	return all
}

// Forget notes n writes, as if they had come.
func Forget(t *Tenant, n int) {
	for range n {
		t.written.add(&Write{})
	}
}
