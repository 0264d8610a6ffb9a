package plan

// A Checkup is what is known of an identity before it reads or writes anything
// that matters: who it is, whether the tenant is the right one, and what works.
type Checkup struct {
	FormatVersion string `json:"formatVersion"`
	Kind          string `json:"kind"` // Checkup
	Tenant        Tenant `json:"tenant"`
	// Named is how the folder names its tenant, and NamedAt where; Right whether
	// that is the tenant of the identity, Unknown where nobody may read it.
	Named   string `json:"named"`
	NamedAt string `json:"namedAt"`
	Right   Truth  `json:"right"`
	Actor   Actor  `json:"actor"`
	// Plan and Apply are the ways to sign in, in words.
	Plan  string `json:"plan"`
	Apply string `json:"apply"`
	// Ahead is how many seconds our clock is ahead of Graph's, or nil where that
	// is not known.
	Ahead  *int      `json:"clockAheadSeconds"`
	Reads  []Checked `json:"reads"`
	Writes []Checked `json:"writes"`
	// Grant are permissions to ask for; with them all that can work does.
	Grant []Wish `json:"grant"`
	// Ready: a plan has all that it needs.
	Ready bool `json:"ready"`
}

// A Checked is one thing that was tried, or of a write judged by the token.
type Checked struct {
	What   string `json:"what"`
	Works  Works  `json:"works"`
	Needed bool   `json:"needed"` // without it nothing can be planned, or applied
	Code   string `json:"code,omitempty"`
	Reason string `json:"reason,omitempty"`
	// By is the permission of the token that allows it, empty where none is
	// known to. Missing is the least that would, Also those that suffice as well;
	// both only where it does not, or would not, work for want of one.
	By      string       `json:"by,omitempty"`
	Missing *Permission  `json:"missing,omitempty"`
	Also    []Permission `json:"also,omitempty"`
	// Costs says what the lack costs; empty where there is none.
	Costs string `json:"costs,omitempty"`
}

// Works is the answer to whether something works.
type Works string

// The answers. Absent is what the tenant does not have, Failed what gave no
// answer that says anything, Untold what the token does not tell, or what could
// not be tried.
const (
	WorksYes    Works = "yes"
	WorksDenied Works = "denied"
	WorksAbsent Works = "absent"
	WorksFailed Works = "failed"
	WorksUntold Works = "untold"
)

// A Wish is a permission to ask for, and what it is for.
type Wish struct {
	Permission
	For []string `json:"for"`
}

// Check judges one thing that was tried: works and the words are what became of
// it, by is the actor whose token it was tried with. Needed says that it is
// needed even if an [Access] to it is not always so.
func (x Access) Check(works Works, code, reason string, needed bool, by Actor) Checked {
	c := Checked{What: x.What, Works: works, Needed: x.Needed || needed, Code: code, Reason: reason}
	name, known := x.By(by)
	c.By = name
	switch works {
	case WorksUntold:
		if known && name == "" {
			c.lacks(x, by) // not tried, and would not work
		}
		return c
	case WorksYes:
		return c
	case WorksAbsent:
		if x.Absent != "" {
			c.Reason = x.Absent
		} else {
			c.Costs = x.Lack
		}
		return c
	case WorksDenied:
		if c.By == "" {
			c.lacks(x, by)
		}
	}
	c.Costs = x.Lack
	if needed && !x.Needed {
		c.Costs = "nothing can be planned"
	}
	return c
}

// lacks notes which permission is missing.
func (c *Checked) lacks(x Access, by Actor) {
	least := PermissionNamed(x.Least)
	c.Missing, c.Also = &least, x.also(by)
}

// also are the other permissions that suffice for an actor of this kind.
func (x Access) also(a Actor) []Permission {
	names := x.Also
	switch a.Kind {
	case ActorApplication:
		names = append(names, x.AlsoApplication...)
	case ActorPerson:
		names = append(names, x.AlsoPerson...)
	}
	out := make([]Permission, len(names))
	for i, n := range names {
		out[i] = PermissionNamed(n)
	}
	return out
}

// Fails reports whether something needed does not work. What the tenant does
// not have is as good as read.
func (c Checked) Fails() bool {
	return c.Needed && (c.Works == WorksDenied || c.Works == WorksFailed)
}

// Conclude fills in what follows from the rest: whether a plan has all it needs,
// and what to ask for. A nil list becomes an empty one.
func (c *Checkup) Conclude() {
	c.Actor = actor(c.Actor)
	c.Reads, c.Writes, c.Grant = append([]Checked{}, c.Reads...), append([]Checked{}, c.Writes...), []Wish{}
	c.Ready = c.Right != No && len(c.Reads) > 0
	for _, r := range c.Reads {
		c.Ready = c.Ready && !r.Fails()
	}
	for _, x := range append(append([]Checked{}, c.Reads...), c.Writes...) {
		if x.Missing != nil {
			c.wish(x.What)
		}
	}
}

// wish asks for the permission that gives access, together with what else it gives.
func (c *Checkup) wish(what string) {
	x, _ := AccessTo(what)
	for i := range c.Grant {
		if c.Grant[i].Name == x.Grant {
			c.Grant[i].For = append(c.Grant[i].For, what)
			return
		}
	}
	c.Grant = append(c.Grant, Wish{PermissionNamed(x.Grant), []string{what}})
}
