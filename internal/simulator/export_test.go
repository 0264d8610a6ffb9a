package simulator

import "fmt"

// Unlawful names a user of t whose seats break a law, or is empty.
func Unlawful(t *Tenant) string {
	for _, a := range t.accounts {
		if b := t.breach(holding{}, a.now); b != nil {
			return fmt.Sprintf("%s: %s", a.user.UserPrincipalName, b.message)
		}
	}
	return ""
}
