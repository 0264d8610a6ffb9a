package simulator

import (
	"cmp"
	crand "crypto/rand"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/go-hclog"

	"github.com/reseat-cli/reseat/plan"
)

// Options set how a [Tenant] behaves. The zero value is a tenant that reads
// back at once what was written, forgets everything at exit and never fails.
type Options struct {
	// Now is the tenant's clock; nil is time.Now.
	Now func() time.Time
	// Seed of everything that the service leaves undefined: the order within a
	// batch, the length of short pages, request ids.
	Seed uint64
	// Append makes a write durable before it is answered. Its line ends with a
	// newline. If it fails the write has no effect, the answer is a 500, and no
	// further write is accepted: nobody knows how much of the line was kept. It
	// is called for one write at a time, in their order.
	// Nil keeps writes in memory alone.
	Append func(line []byte) error
	// Log is told of writes, with object ids alone; nil is silence.
	Log hclog.Logger
	// NoPIM is a tenant without Entra ID P2: role eligibility answers 400.
	NoPIM bool
	// LagWrites hides what the last writes of the tenant did to people's licences
	// from reads, Lag what those younger than it did. consumedUnits lag twice as
	// long; other properties, and deletions, show at once.
	LagWrites int
	Lag       time.Duration
	// Stale is a range that each write draws its own lag from, beside Lag.
	Stale Range
	// GroupDelay is how long a group's licences take to reach its members,
	// MemberDelay how long a change of members or a reprocessing takes. Effects
	// come at whole seconds of the tenant's clock.
	GroupDelay, MemberDelay time.Duration
	// ConflictRate is how often, from 0 to 1, one of two writes to one user that
	// overlap is refused with a 409. Members of a batch overlap unless one waits
	// for another.
	ConflictRate float64
	// RestoreSeats gives a restored user the direct seats back that are still
	// free; accounts differ on what the service does.
	RestoreSeats bool
	// Quota limits requests; nil is no limit.
	Quota *Quota
	// Faults go wrong by themselves, after Fault was asked.
	Faults []FaultRule
	// Clock is a clock that can be set; it wins over Now.
	Clock *Clock
	// Issuer serves OAuth's token endpoint to anyone who reaches the tenant,
	// whatever secret he shows.
	Issuer bool
	// Permissions are those of issued tokens; nil are those of the snapshot's actor.
	Permissions []string
	// TokenLife is how long an issued token is good for; 0 is an hour.
	TokenLife time.Duration
	// Control serves /simulator/, by which tests steer the tenant. Where
	// ControlKey is not empty, its callers must show it as a bearer token.
	Control    bool
	ControlKey string
	// Record keeps what [Tenant.Writes] tells; so does Control.
	Record bool
	// IndexLag is by how much more the indexed copy of the directory lags with
	// people's licences, which answers advanced queries.
	IndexLag time.Duration
	// NoP1 is a tenant without Entra ID P1: sign-ins answer 403. So is one in
	// which no product has P1 or P2, or whose snapshot knows no sign-ins.
	NoP1 bool
	// SignInPages is how large a page with sign-ins may be.
	SignInPages SignInPages
	// DeltaGone answers an expired delta token with 410 and a Location to begin
	// again at, not with 400.
	DeltaGone bool
	// ShortPages makes pages shorter than asked for, and sometimes empty,
	// as the service may.
	ShortPages bool
	// Fault is asked before every request and every member of a batch, with the
	// path as in "/v1.0/users"; nil means no fault. Requests may ask at once.
	Fault func(method, path string) *Fault
}

// A Tenant answers HTTP requests as Microsoft Graph v1.0 would. Make one with [New].
type Tenant struct {
	o      Options
	log    hclog.Logger
	base   plan.Snapshot          // as started from; what is held now is in accounts and stocks
	digest func() (string, error) // of base as started from
	secret []byte                 // signs tokens and page links

	accounts []*account // by id
	byID     map[plan.UserID]*account
	byName   map[string]*account // by lower-case userPrincipalName
	stocks   []*stock            // by SKU
	bySKU    map[plan.SKU]*stock
	groups   map[plan.GroupID]*plan.Group
	routes   []route
	views    views
	orders   orders
	law      law
	// As started from: what writes change in base.
	groupsThen  []plan.Group
	deletedThen []plan.DeletedUser

	bin   map[plan.UserID]*account      // who was deleted since
	given map[plan.GroupID][]plan.Given // what groups give by now, where it is not what they shall give
	jobs  []job                         // still to come, in their order
	at    time.Time                     // up to which jobs have come

	// writes is held from judging a write to its effect, so that only its
	// holder changes the state; mu guards the state against readers.
	writes sync.Mutex
	mu     sync.RWMutex
	seq    int    // of the last write
	tick   int    // of the last change of a user, of which a write can bring many and late
	sum    string // of the last entry
	size   int64  // bytes of entries that were replayed
	recent []change
	broken error // why no write is accepted any more

	luck sync.Mutex
	rand *rand.Rand

	busy   traffic
	meter  meter
	faults faults

	written written
	epoch   atomic.Int64 // tokens of an earlier one are not good any more
}

// An account is a user and what he holds.
type account struct {
	user *plan.User
	now  holding
	past []version // oldest first
	left holding   // of a deleted user: what he held
	gone int       // and the change by which he went
	// touches is the last change of each property, of those since the start, and
	// told what the user was after it; nil is as in base.
	touches map[string]int
	told    *plan.User
}

// A version is what a user held until a write.
type version struct {
	holding
	write mark
}

// A mark is when a write took effect, in both of the ways that reads can lag.
type mark struct {
	seq   int
	at    time.Time
	stale time.Duration // beside the tenant's lag
}

// A change is what became of one user, and of the consumed units by it.
type change struct {
	mark
	tick  int
	units map[plan.SKU]int
}

// A stock is a product and the units of it that are consumed now.
type stock struct {
	*plan.Product
	consumed int
	plans    map[plan.PlanID]string // names
}

// A Range is a span of durations, both ends included.
type Range struct{ Min, Max time.Duration }

// New starts a tenant from base, which it copies. It refuses a snapshot that a
// tenant could not have given: ids that are no lower-case GUIDs or occur twice,
// names of users that occur twice, and one whose users or products were not read.
func New(base *plan.Snapshot, o Options) (*Tenant, error) {
	if base == nil {
		return nil, errors.New("simulate tenant: no snapshot")
	}
	t := &Tenant{o: o, log: o.Log, base: copySnapshot(base), secret: make([]byte, 32)}
	if err := check(&t.base); err != nil {
		return nil, err
	}
	started := t.base
	t.digest = sync.OnceValues(func() (string, error) { return digest(started) })
	if t.o.Now == nil {
		t.o.Now = time.Now
	}
	if o.Clock != nil {
		t.o.Now = o.Clock.Now
	}
	if err := o.check(); err != nil {
		return nil, err
	}
	if t.log == nil {
		t.log = hclog.NewNullLogger()
	}
	t.log = t.log.Named("simulator")
	_, _ = crand.Read(t.secret) // never fails
	t.rand = rand.New(rand.NewPCG(o.Seed, 0x7265736561740000))
	t.groupsThen, t.deletedThen = t.base.Groups, t.base.Deleted
	t.index()
	t.routes, t.views, t.law = append(routes(), writeRoutes()...), t.newViews(), newLaw()
	t.faults.add(o.Faults)
	return t, nil
}

// check refuses options that make no sense.
func (o Options) check() error {
	switch {
	case o.ConflictRate < 0 || o.ConflictRate > 1:
		return fmt.Errorf("simulate tenant: conflict rate %v is not from 0 to 1", o.ConflictRate)
	case o.Stale.Min < 0 || o.Stale.Max < o.Stale.Min:
		return fmt.Errorf("simulate tenant: staleness from %v to %v is no range", o.Stale.Min, o.Stale.Max)
	case min(o.Lag, o.GroupDelay, o.MemberDelay, o.TokenLife) < 0:
		return errors.New("simulate tenant: a lag, delay or life is negative")
	}
	for _, f := range o.Faults {
		if err := f.check(); err != nil {
			return fmt.Errorf("simulate tenant: %w", err)
		}
	}
	return o.Quota.check()
}

// index makes the tenant what it was started from.
func (t *Tenant) index() {
	b := &t.base
	b.Groups, b.Deleted = slices.Clone(t.groupsThen), slices.Clone(t.deletedThen)
	t.bin, t.given, t.jobs, t.at = map[plan.UserID]*account{}, map[plan.GroupID][]plan.Given{}, nil, time.Time{}
	t.stocks, t.recent, t.seq, t.tick, t.sum, t.size = nil, nil, 0, 0, "", 0
	t.byID = make(map[plan.UserID]*account, len(b.Users))
	t.byName = make(map[string]*account, len(b.Users))
	t.accounts = make([]*account, len(b.Users))
	made := make([]account, len(b.Users))
	for i := range b.Users {
		u, a := &b.Users[i], &made[i]
		a.user, a.now = u, holding{sources: u.Sources, unsourced: u.Unsourced}
		t.accounts[i], t.byID[u.ID], t.byName[strings.ToLower(u.UserPrincipalName)] = a, a, a
	}
	t.bySKU = make(map[plan.SKU]*stock, len(b.Products))
	for i := range b.Products {
		p := &b.Products[i]
		s := &stock{Product: p, consumed: p.Consumed, plans: make(map[plan.PlanID]string, len(p.Plans))}
		for _, sp := range p.Plans {
			s.plans[sp.ID] = sp.Name
		}
		t.stocks, t.bySKU[p.SKU] = append(t.stocks, s), s
	}
	t.groups = make(map[plan.GroupID]*plan.Group, len(b.Groups))
	for i := range b.Groups {
		t.groups[b.Groups[i].ID] = &b.Groups[i]
	}
}

// Snapshot returns a copy of the tenant as it is now, however far its reads
// lag behind. Lists are sorted and not nil. What no write can change is as in
// the snapshot that the tenant started from.
func (t *Tenant) Snapshot() *plan.Snapshot {
	t.advance(t.o.Now())
	t.mu.RLock()
	defer t.mu.RUnlock()
	s := t.base
	s.Users = make([]plan.User, len(t.accounts))
	for i, a := range t.accounts {
		s.Users[i] = *a.user
		s.Users[i].Sources, s.Users[i].Unsourced = a.now.sources, a.now.unsourced
	}
	s.Products = slices.Clone(s.Products)
	for i, k := range t.stocks {
		s.Products[i].Consumed = k.consumed
	}
	s = copySnapshot(&s)
	t.recount(&s)
	return &s
}

// recount says how many users there are, where deletions made it another
// number, and leaves those who are deleted out of their groups and roles.
func (t *Tenant) recount(s *plan.Snapshot) {
	if n := len(s.Users); n != len(t.base.Users) {
		s.Count = plan.UserCount{Before: n, After: n}
		for i := range s.Reads {
			if s.Reads[i].What == plan.ReadUsers {
				s.Reads[i].Items = n
			}
		}
	}
	if len(t.bin) == 0 {
		return
	}
	binned := func(id plan.UserID) bool { return t.binned(string(id)) }
	s.RoleAssignments = slices.DeleteFunc(s.RoleAssignments, func(a plan.RoleAssignment) bool { return t.binned(a.Principal) })
	for i := range s.Groups {
		s.Groups[i].Members = slices.DeleteFunc(s.Groups[i].Members, binned)
		s.Groups[i].Eligible = slices.DeleteFunc(s.Groups[i].Eligible, binned)
	}
}

func (t *Tenant) account(idOrName string) *account {
	if id, err := plan.ParseGUID(idOrName); err == nil {
		return t.byID[plan.UserID(id)]
	}
	return t.byName[strings.ToLower(idOrName)]
}

// read says what became of a kind of read when the base was made.
func (t *Tenant) read(what string) plan.ReadStatus {
	for _, r := range t.base.Reads {
		if r.What == what {
			return r.Status
		}
	}
	return plan.ReadComplete
}

func (t *Tenant) chance(n int) int {
	t.luck.Lock()
	defer t.luck.Unlock()
	return t.rand.IntN(n)
}

func compareSources(a, b plan.Source) int {
	return cmp.Or(cmp.Compare(a.SKU, b.SKU), cmp.Compare(a.Group, b.Group))
}
