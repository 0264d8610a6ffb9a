package simulator

import (
	"cmp"
	crand "crypto/rand"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
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
	// LagWrites hides the last writes of the tenant from reads, Lag those
	// younger than it. consumedUnits lag twice as long.
	LagWrites int
	Lag       time.Duration
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
	base   plan.Snapshot // as started from; what is held now is in accounts and stocks
	digest string        // of base
	secret []byte        // signs tokens and page links

	accounts []*account // by id
	byID     map[plan.UserID]*account
	byName   map[string]*account // by lower-case userPrincipalName
	stocks   []*stock            // by SKU
	bySKU    map[plan.SKU]*stock
	groups   map[plan.GroupID]*plan.Group
	routes   []route
	views    views
	law      law

	// writes is held from judging a write to its effect, so that only its
	// holder changes the state; mu guards the state against readers.
	writes sync.Mutex
	mu     sync.RWMutex
	seq    int    // of the last write
	sum    string // of the last entry
	size   int64  // bytes of entries that were replayed
	recent []change
	broken error // why no write is accepted any more

	luck sync.Mutex
	rand *rand.Rand
}

// An account is a user and what he holds.
type account struct {
	user *plan.User
	now  holding
	past []version // oldest first
}

// A version is what a user held until a write.
type version struct {
	holding
	write mark
}

// A mark is when a write took effect, in both of the ways that reads can lag.
type mark struct {
	seq int
	at  time.Time
}

// A change is what one write did to the consumed units.
type change struct {
	mark
	units map[plan.SKU]int
}

// A stock is a product and the units of it that are consumed now.
type stock struct {
	*plan.Product
	consumed int
	plans    map[plan.PlanID]string // names
}

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
	var err error
	if t.digest, err = digest(&t.base); err != nil {
		return nil, err
	}
	if t.o.Now == nil {
		t.o.Now = time.Now
	}
	if t.log == nil {
		t.log = hclog.NewNullLogger()
	}
	t.log = t.log.Named("simulator")
	_, _ = crand.Read(t.secret) // never fails
	t.rand = rand.New(rand.NewPCG(o.Seed, 0x7265736561740000))
	t.index()
	t.routes, t.views, t.law = routes(), newViews(), newLaw()
	return t, nil
}

func (t *Tenant) index() {
	b := &t.base
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
// lag behind. All but what people hold and what is consumed is as in the
// snapshot that the tenant started from; lists are sorted and not nil.
func (t *Tenant) Snapshot() *plan.Snapshot {
	t.mu.RLock()
	defer t.mu.RUnlock()
	s := t.base
	s.Users = slices.Clone(s.Users)
	for i, a := range t.accounts {
		s.Users[i].Sources, s.Users[i].Unsourced = a.now.sources, a.now.unsourced
	}
	s.Products = slices.Clone(s.Products)
	for i, k := range t.stocks {
		s.Products[i].Consumed = k.consumed
	}
	s = copySnapshot(&s)
	return &s
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
