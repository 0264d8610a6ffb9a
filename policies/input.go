package policies

import (
	"time"

	"github.com/open-policy-agent/opa/v1/ast"

	"github.com/reseat-cli/reseat/plan"
)

// The values here are what encoding/json would make of the same structs, with
// [] for null lists; a test holds them against it. Going through JSON itself
// takes longer than asking the rules.

// A field is a name and a value of an object.
type field struct {
	name  string
	value *ast.Term
}

func object(fields ...field) *ast.Term { return ast.NewTerm(valueOf(fields)) }

func valueOf(fields []field) ast.Object {
	pairs := make([][2]*ast.Term, len(fields))
	for i, f := range fields {
		pairs[i] = [2]*ast.Term{ast.InternedTerm(f.name), f.value}
	}
	return ast.NewObject(pairs...)
}

func list[T any](items []T, term func(*T) *ast.Term) *ast.Term {
	terms := make([]*ast.Term, len(items))
	for i := range items {
		terms[i] = term(&items[i])
	}
	return ast.ArrayTerm(terms...)
}

func str[T ~string](s T) *ast.Term { return ast.InternedTerm(string(s)) }

func strRef[T ~string](s *T) *ast.Term { return str(*s) }

func number(n int) *ast.Term { return ast.InternedTerm(n) }

func boolean(b bool) *ast.Term { return ast.InternedTerm(b) }

func truth(t plan.Truth) *ast.Term {
	if t == plan.Unknown {
		return ast.NullTerm()
	}
	return boolean(t == plan.Yes)
}

// caseValue is `input` for the rules about a change.
func caseValue(c *plan.Case) ast.Value {
	return valueOf([]field{{"change", change(&c.Change)}, {"facts", facts(&c.Facts)}})
}

func change(c *plan.CaseChange) *ast.Term {
	return object(
		field{"id", str(c.ID)},
		field{"action", str(c.Action)},
		field{"user", user(&c.User)},
		field{"product", product(&c.Product)},
		field{"held", held(&c.Held)},
		field{"reason", reason(&c.Reason)},
		field{"dataLoss", str(c.DataLoss)},
	)
}

func user(u *plan.UserRef) *ast.Term {
	return object(
		field{"id", str(u.ID)},
		field{"userPrincipalName", str(u.UserPrincipalName)},
		field{"displayName", str(u.DisplayName)},
		field{"accountEnabled", truth(u.AccountEnabled)},
	)
}

func product(p *plan.ProductRef) *ast.Term {
	return object(
		field{"skuId", str(p.SKU)},
		field{"skuPartNumber", str(p.PartNumber)},
		field{"name", str(p.Name)},
	)
}

func held(h *plan.Held) *ast.Term {
	fields := []field{
		{"direct", boolean(h.Direct)},
		{"groups", list(h.Groups, func(g *plan.HeldGroup) *ast.Term {
			return object(
				field{"id", str(g.ID)},
				field{"name", str(g.Name)},
				field{"state", str(g.State)},
				field{"dynamic", truth(g.Dynamic)},
				field{"synced", truth(g.Synced)},
			)
		})},
	}
	if !h.UpdatedAt.IsZero() {
		fields = append(fields, field{"lastUpdatedDateTime", str(h.UpdatedAt.Format(time.RFC3339Nano))})
	}
	return object(fields...)
}

func reason(r *plan.Reason) *ast.Term {
	return object(
		field{"statement", str(r.Statement)},
		field{"kind", str(r.Kind)},
		field{"file", str(r.File)},
		field{"line", number(r.Line)},
		field{"overrides", list(r.Overrides, func(s *plan.Statement) *ast.Term {
			return object(
				field{"statement", str(s.Statement)},
				field{"kind", str(s.Kind)},
				field{"file", str(s.File)},
				field{"line", number(s.Line)},
			)
		})},
	)
}

func facts(f *plan.Facts) *ast.Term {
	return object(
		field{"undo", boolean(f.Undo)},
		field{"source", str(f.Source)},
		field{"inherited", boolean(f.Inherited)},
		field{"roles", list(f.Roles, heldRole)},
		field{"protected", object(
			field{"listed", boolean(f.Protected.Listed)},
			field{"matched", truth(f.Protected.Matched)},
			field{"place", str(f.Protected.Place)},
		)},
		field{"selfService", object(
			field{"class", str(f.SelfService.Class)},
			field{"evidence", str(f.SelfService.Evidence)},
		)},
		field{"loses", list(f.Loses, strRef)},
		field{"missing", list(f.Missing, func(m *plan.MissingReplacement) *ast.Term {
			return object(
				field{"product", product(&m.Product)},
				field{"because", str(m.Because)},
				field{"services", list(m.Services, strRef)},
				field{"instead", boolean(m.Instead)},
			)
		})},
		field{"unresolved", list(f.Unresolved, strRef)},
		field{"mailbox", object(field{"kind", str(f.Mailbox.Kind)}, field{"why", str(f.Mailbox.Why)})},
		field{"hold", object(
			field{"supplied", boolean(f.Hold.Supplied)},
			field{"listed", truth(f.Hold.Listed)},
			field{"why", str(f.Hold.Why)},
		)},
		field{"signIn", object(
			field{"known", boolean(f.SignIn.Known)},
			field{"days", number(f.SignIn.Days)},
			field{"why", str(f.SignIn.Why)},
		)},
		field{"swapped", boolean(f.Swapped)},
		field{"neededBy", list(f.NeededBy, func(d *plan.Dependent) *ast.Term {
			return object(
				field{"product", product(&d.Product)},
				field{"plan", str(d.Plan)},
				field{"needs", str(d.Needs)},
			)
		})},
		field{"own", boolean(f.Own)},
		field{"undone", undone(&f.Undone)},
	)
}

func undone(u *plan.UndoneFact) *ast.Term {
	fields := []field{{"run", str(u.Run)}}
	if !u.At.IsZero() {
		fields = append(fields, field{"at", str(u.At.Format(time.RFC3339Nano))})
	}
	return object(fields...)
}

func heldRole(r *plan.HeldRole) *ast.Term {
	return object(
		field{"id", str(r.ID)},
		field{"name", str(r.Name)},
		field{"how", str(r.How)},
		field{"group", str(r.Group)},
		field{"unit", boolean(r.Unit)},
		field{"known", boolean(r.Known)},
		field{"privileged", truth(r.Privileged)},
		field{"builtIn", boolean(r.BuiltIn)},
		field{"added", boolean(r.Added)},
		field{"excepted", boolean(r.Excepted)},
	)
}

// planValue is `input` for the rules about the plan.
func planValue(f *plan.PlanFacts) ast.Value {
	return valueOf([]field{
		{"apply", boolean(f.Apply)},
		{"undo", boolean(f.Undo)},
		{"actor", actor(&f.Actor)},
		{"statements", number(f.Statements)},
		{"removals", removals(&f.Removals)},
		{"products", list(f.Products, func(p *plan.ProductFacts) *ast.Term {
			return object(
				field{"product", product(&p.Product)},
				field{"removals", number(p.Removals)},
				field{"seats", number(p.Seats)},
				field{"percent", number(p.Percent)},
				field{"raised", boolean(p.Raised)},
				field{"limit", number(p.Limit)},
				field{"recent", number(p.Recent)},
			)
		})},
		{"small", number(f.Small)},
		{"assignments", number(f.Assignments)},
		{"assignmentLimit", number(f.AssignmentLimit)},
		{"reads", reads(&f.Reads)},
		{"unresolved", list(f.Unresolved, func(u *plan.Unresolved) *ast.Term {
			return object(
				field{"name", str(u.Name)},
				field{"file", str(u.File)},
				field{"line", number(u.Line)},
				field{"where", str(u.Where)},
				field{"skuId", str(u.SKU)},
				field{"hint", str(u.Hint)},
			)
		})},
		{"window", object(
			field{"given", boolean(f.Window.Given)},
			field{"open", truth(f.Window.Open)},
			field{"text", str(f.Window.Text)},
		)},
	})
}

func actor(a *plan.ActorFact) *ast.Term {
	return object(
		field{"kind", str(a.Kind)},
		field{"name", str(a.Name)},
		field{"rolesKnown", boolean(a.RolesKnown)},
		field{"permissionsKnown", boolean(a.PermissionsKnown)},
		field{"permissions", list(a.Permissions, strRef)},
		field{"roles", list(a.Roles, func(r *plan.ActorRole) *ast.Term {
			return object(
				field{"id", str(r.ID)},
				field{"name", str(r.Name)},
				field{"unit", boolean(r.Unit)},
				field{"assigns", boolean(r.Assigns)},
			)
		})},
	)
}

func removals(r *plan.RemovalFacts) *ast.Term {
	return object(
		field{"count", number(r.Count)},
		field{"recent", number(r.Recent)},
		field{"limit", number(r.Limit)},
		field{"seats", number(r.Seats)},
		field{"percent", number(r.Percent)},
		field{"all", number(r.All)},
	)
}

func reads(r *plan.ReadFacts) *ast.Term {
	return object(
		field{"users", number(r.Users)},
		field{"countBefore", number(r.CountBefore)},
		field{"countAfter", number(r.CountAfter)},
		field{"unheld", list(r.Unheld, func(u *plan.UnheldProduct) *ast.Term {
			return object(
				field{"product", product(&u.Product)},
				field{"consumed", number(u.Consumed)},
				field{"recent", number(u.Recent)},
			)
		})},
	)
}
