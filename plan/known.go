package plan

import (
	"fmt"
	"slices"
)

// knowWords refuses a tenant in which Graph says of a managed product, or of a
// seat on one through a group, a word that decides and that this program does
// not know: taken for no it could cost a person a seat, taken for yes it could
// give one twice. What is not managed may say what it likes.
func (b *bound) knowWords() error {
	for i := range b.s.Products {
		p := &b.s.Products[i]
		if !b.managed[p.SKU] {
			continue
		}
		for _, word := range [...]struct {
			what, got string
			known     []string
		}{
			{"capabilityStatus", p.Status, []string{"Enabled", "Warning", "Suspended", "Deleted", "LockedOut"}},
			{"appliesTo", p.AppliesTo, []string{"User", "Company"}},
		} {
			if !slices.Contains(word.known, word.got) {
				return &IncompleteError{What: ReadProducts, Reason: fmt.Sprintf("%s of %s is %s, which this version does not know", word.what, b.catalog.ref(p.SKU).PartNumber, quote(word.got))}
			}
		}
	}
	for i := range b.s.Users {
		u := &b.s.Users[i]
		for j := range u.Sources {
			if s := &u.Sources[j]; !s.Direct() && !s.State.known() && b.managed[s.SKU] {
				return &IncompleteError{What: ReadUsers, Reason: fmt.Sprintf("the state of %s of %s through a group is %s, which this version does not know",
					b.catalog.ref(s.SKU).PartNumber, u.UserPrincipalName, quote(string(s.State)))}
			}
		}
	}
	return nil
}

func (s SourceState) known() bool {
	return s == Active || s == ActiveWithError || s == Disabled || s == ErrorState
}
