package simulator

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// GenerateOptions say what tenant to make up.
type GenerateOptions struct {
	// Seed of everything: the same options make the same tenant.
	Seed uint64
	// Users is how many there are, from 1 to 1,000,000; what is outside is taken
	// to the nearer end.
	Users int
	// Now is when the snapshot is taken; zero is midnight of 20 November 2026, UTC.
	Now time.Time
	// Holders is how many people hold a product, in place of the usual share of
	// Users. As many get it as can; a product that the generator does not know
	// is made up, with one service plan of its own.
	Holders map[plan.SKU]int
}

// Generate makes up a tenant as they are found: suites held directly, through
// dynamic, synced and static groups, and both ways; leavers, guests, rooms and
// shared mailboxes; administrators by role, by group and eligible ones;
// products that ran out, lapse, are suspended or were bought by a user. It
// breaks no law that the simulated tenant keeps, and every consumed unit has
// its holder. The time it takes grows as Users do.
func Generate(o GenerateOptions) *plan.Snapshot {
	o.Users = min(max(o.Users, 1), 1_000_000)
	if o.Now.IsZero() {
		o.Now = time.Date(2026, time.November, 20, 0, 0, 0, 0, time.UTC)
	}
	o.Now = o.Now.UTC().Truncate(time.Second)
	g := &generator{o: o, rand: rand.New(rand.NewPCG(o.Seed, 0x74656e616e740000))}
	g.tenant = plan.TenantID(g.id())
	g.wares = append(wares(), g.extra()...)
	g.layOut()
	g.handOut()
	g.makeGroups()
	g.makeUsers()
	return g.snapshot()
}

// A generator is a tenant in the making.
type generator struct {
	o      GenerateOptions
	rand   *rand.Rand
	tenant plan.TenantID
	wares  []ware

	// The crowd, in the order in which it is made; each kind has a stretch.
	ids       []plan.UserID
	rank      []int // where each stands among all by id
	kinds     stretches
	extras    []uint64 // products beside the suite, as bits
	users     []plan.User
	groups    []plan.Group
	consumed  []int // by ware
	deleted   []plan.DeletedUser
	eligibles []plan.UserID
}

// stretches are where each kind of account begins; the last ends at the number
// of users. People come by their suite.
type stretches struct {
	rooms, shared, guests, e5, e3, none, f1, end int
}

// id draws a random GUID.
func (g *generator) id() string {
	var b [16]byte
	for i := 0; i < 16; i += 8 {
		n := g.rand.Uint64()
		for k := range 8 {
			b[i+k] = byte(n >> (8 * k))
		}
	}
	return hexGUID(b)
}

// hexGUID writes a GUID without the cost of fmt, a million times over.
func hexGUID(b [16]byte) string {
	const digits = "0123456789abcdef"
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	out := make([]byte, 0, 36)
	for i, c := range b {
		if i == 4 || i == 6 || i == 8 || i == 10 {
			out = append(out, '-')
		}
		out = append(out, digits[c>>4], digits[c&15])
	}
	return string(out)
}

// layOut decides how many there are of each kind, and their ids.
func (g *generator) layOut() {
	n := g.o.Users
	k := &g.kinds
	if n >= 20 {
		k.rooms = 3 // two break-glass accounts, and the one that syncs
	}
	k.shared = k.rooms + n/200
	k.guests = k.shared + n/50
	k.e5 = k.guests + n*6/100
	left := n - k.e5
	take := func(part int) int {
		m := min(g.wanted(part), left)
		left -= m
		return m
	}
	e5, e3, f1 := take(wareE5), take(wareE3), take(wareF1)
	k.e3 = k.e5 + e5
	k.none = k.e3 + e3
	k.f1 = k.none + left
	k.end = k.f1 + f1
	g.ids = make([]plan.UserID, n)
	for i := range g.ids {
		g.ids[i] = plan.UserID(g.id())
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(g.ids[a], g.ids[b]) })
	g.rank = make([]int, n)
	for at, i := range order {
		g.rank[i] = at
	}
}

// wanted is how many shall hold a ware.
func (g *generator) wanted(i int) int {
	w := g.wares[i]
	if n, ok := g.o.Holders[w.sku]; ok {
		return max(n, 0)
	}
	if w.share > 0 && g.o.Users >= 50 {
		return max(1, g.o.Users*w.share/1000)
	}
	return g.o.Users * w.share / 1000
}

// handOut decides who holds what beside a suite.
func (g *generator) handOut() {
	g.extras = make([]uint64, g.o.Users)
	k := g.kinds
	phones := 0
	for i, w := range g.wares {
		n := g.wanted(i)
		bit := uint64(1) << i
		switch i {
		case wareE5, wareE3, wareF1:
		case wareExchange:
			g.mark(bit, k.shared, k.guests, n)
		case wareRooms:
			g.mark(bit, k.rooms, k.shared, n)
		case warePhone: // those with E5 have it already
			phones = min(n, k.none-k.e3)
			g.mark(bit, k.e3, k.e3+phones, phones)
		case wareCalling:
			g.mark(bit, k.e5, k.e3+phones, n)
		default:
			if !w.assignable() {
				continue
			}
			some := 0
			if i == warePowerBI {
				some = g.mark(bit, k.guests, k.e5, n/50)
			}
			some += g.mark(bit, k.e5, k.none, n-some)
			some += g.mark(bit, k.none, k.f1, n-some)
			if !w.noFrontline {
				some += g.mark(bit, k.f1, k.end, n-some)
				g.mark(bit, k.guests, k.e5, n-some)
			}
		}
	}
}

// mark gives a product to n accounts of a stretch, spread over it, and returns
// how many that were. Who has it already is not counted.
func (g *generator) mark(bit uint64, from, to, n int) int {
	size := to - from
	if size <= 0 || n <= 0 {
		return 0
	}
	step := size*618/1000 | 1
	for gcd(step, size) != 1 {
		step++
	}
	at, given := g.rand.IntN(size), 0
	for range size {
		if given == n {
			break
		}
		if g.extras[from+at]&bit == 0 {
			g.extras[from+at] |= bit
			given++
		}
		at = (at + step) % size
	}
	return given
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

func (g *generator) snapshot() *plan.Snapshot {
	n := len(g.users)
	s := &plan.Snapshot{
		Organization: plan.Organization{ID: g.tenant, DisplayName: "Fabrikam", VerifiedDomains: []string{"fabrikam.onmicrosoft.com", domain}},
		ReadAt:       g.o.Now, Users: g.users, Groups: g.groups, Deleted: g.deleted,
		Count: plan.UserCount{Before: n, After: n},
		Actor: plan.Actor{Kind: plan.ActorApplication, ID: g.id(), Name: "reseat", Roles: []string{}, RolesKnown: true, PermissionsKnown: true,
			Permissions: []string{"AuditLog.Read.All", "Group.Read.All", "LicenseAssignment.ReadWrite.All", "MailboxSettings.Read",
				"Organization.Read.All", "RoleManagement.Read.Directory", "User.Read.All"}},
	}
	s.Products, s.Subscriptions = g.stock()
	s.Roles, s.RoleAssignments = g.roles(s.Actor.ID)
	members, eligible := 0, 0
	for _, group := range g.groups {
		members += len(group.Members)
	}
	for _, a := range s.RoleAssignments {
		if a.Eligible {
			eligible++
		}
	}
	for _, r := range []plan.Read{
		{What: plan.ReadUsers, Items: n}, {What: plan.ReadProducts, Items: len(s.Products)}, {What: plan.ReadSubscriptions, Items: len(s.Subscriptions)},
		{What: plan.ReadRoles, Items: len(s.RoleAssignments) - eligible}, {What: plan.ReadEligibility, Items: eligible},
		{What: plan.ReadGroups, Items: len(g.groups)}, {What: plan.ReadMembers, Items: members},
		{What: plan.ReadGroupEligibility, Items: len(g.eligibles)}, {What: plan.ReadDeleted, Items: len(g.deleted)},
		{What: plan.ReadMailboxes, Items: n}, {What: plan.ReadSignIns, Items: n},
	} {
		r.Status = plan.ReadComplete
		s.Reads = append(s.Reads, r)
	}
	return s
}
