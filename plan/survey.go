package plan

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// A Survey is a tenant as somebody wants to see it who writes the first files
// about it: its products with who holds them, and what stands out.
type Survey struct {
	// Products are those that the tenant lists for users and those that somebody
	// holds, mailboxes first, then by direct seats, most first.
	Products []Surveyed
	m        *Made
	excluded skuSet
	index    map[SKU]int
}

// A Surveyed is one product of a [Survey].
type Surveyed struct {
	ProductRef
	// Listed is the tenant's own entry; nil where it has the product no more.
	Listed *Product
	// Unique is true where the part number names this product and no other.
	Unique bool
	// Managed: the folder's settings permit touching it. Where they do not list
	// products, that is all that they do not exclude.
	Managed bool
	// Direct, Through, Both and Unsourced count people: who holds it directly
	// alone, through groups alone, both ways, and in a way that Graph does not tell.
	Direct, Through, Both, Unsourced int
	SelfService                      SelfServiceFact
	// Trial is true where every living subscription is a trial; Renewals are the
	// days on which subscriptions renew or end, soonest first.
	Trial    bool
	Renewals []Day
	// AddOn is true for what people have beside a suite: it carries no mailbox, is
	// for people and not for rooms, and is not free.
	AddOn bool
	// Devices is true for what is for rooms, shared devices and resource accounts.
	Devices bool
}

// Free are the seats that were bought and are not in use; negative where more are.
func (p *Surveyed) Free() int {
	if p.Listed == nil {
		return 0
	}
	return p.Listed.Bought() - p.Listed.Consumed
}

// Held counts who holds the product in a way that is for a person to change.
func (p *Surveyed) Held() int { return p.Direct + p.Both + p.Unsourced }

// NewSurvey looks at the whole tenant of in with the settings of its folder.
// It fails as [New] does, where the folder is at fault or the tenant was not
// read far enough.
func NewSurvey(in Input) (*Survey, error) {
	m, err := prepare(in)
	if err != nil {
		return nil, err
	}
	s := &Survey{m: m, excluded: m.b.skusQuietly(in.Desired.Settings.Manage.Exclude), index: map[SKU]int{}}
	for i := range in.Snapshot.Products {
		if p := &in.Snapshot.Products[i]; !strings.EqualFold(p.AppliesTo, "Company") {
			s.product(p.SKU)
		}
	}
	for i := range in.Snapshot.Users {
		s.count(&in.Snapshot.Users[i])
	}
	slices.SortFunc(s.Products, func(a, b Surveyed) int {
		return cmp.Or(
			-cmp.Compare(m.b.carries(a.SKU, nil)&mailbox, m.b.carries(b.SKU, nil)&mailbox),
			-cmp.Compare(a.Held(), b.Held()), strings.Compare(a.PartNumber, b.PartNumber), strings.Compare(string(a.SKU), string(b.SKU)))
	})
	for i := range s.Products {
		s.index[s.Products[i].SKU] = i
	}
	return s, nil
}

// Product finds a product by id; nil where the survey has none.
func (s *Survey) Product(sku SKU) *Surveyed {
	if i, ok := s.index[sku]; ok {
		return &s.Products[i]
	}
	return nil
}

// Managed lists the products that may be touched, in the order in which
// manage.products names them, or else by part number.
func (s *Survey) Managed() []SKU {
	var out []SKU
	for _, n := range s.m.in.Desired.Settings.Manage.Products {
		if sku, ok := s.Find(n.Text); ok && s.m.b.managed[sku] && !slices.Contains(out, sku) {
			out = append(out, sku)
		}
	}
	if len(out) > 0 {
		return out
	}
	out = sortedKeys(s.m.b.managed)
	slices.SortStableFunc(out, func(a, b SKU) int {
		return strings.Compare(s.m.b.catalog.ref(a).PartNumber, s.m.b.catalog.ref(b).PartNumber)
	})
	return out
}

// Find is the product that a name of a file means.
func (s *Survey) Find(name string) (SKU, bool) {
	sku, cause, _ := s.m.b.catalog.find(name)
	return sku, cause == ""
}

// Person is who a name of a file means, by name or object id.
func (s *Survey) Person(name string) (UserID, bool) { return s.m.b.person(name) }

// product adds a product that was not met yet.
func (s *Survey) product(sku SKU) *Surveyed {
	if p := s.Product(sku); p != nil {
		return p
	}
	c := s.m.b.catalog
	p := Surveyed{ProductRef: c.ref(sku), Listed: c.bySKU[sku], Managed: s.m.b.managed[sku], SelfService: s.m.people.selfService(sku)}
	if !s.m.in.Desired.Settings.Manage.Given {
		p.Managed = !s.excluded[sku]
	}
	same := c.byPart[strings.ToUpper(p.PartNumber)]
	p.Unique = p.Listed != nil && len(same) == 1 && same[0] == sku
	p.Devices = forDevices(p.PartNumber)
	p.AddOn = p.Listed != nil && p.Listed.Assignable() && !p.Devices && !s.free(&p) && s.m.b.carries(sku, nil)&mailbox == 0
	s.subscribed(&p)
	s.index[sku] = len(s.Products)
	s.Products = append(s.Products, p)
	return &s.Products[len(s.Products)-1]
}

// free guesses whether a product costs nothing: by its name, by the settings,
// and by the round number of units that Microsoft gives of such.
func (s *Survey) free(p *Surveyed) bool {
	name := strings.ToLower(p.PartNumber + " " + p.Name)
	units := p.Listed.Enabled
	return s.m.b.uncounted[p.SKU] || units == 10_000 || units >= 1_000_000 ||
		slices.ContainsFunc([]string{"free", "exploratory", "developer", "viral"}, func(word string) bool { return strings.Contains(name, word) })
}

// subscribed gathers what the subscriptions say.
func (s *Survey) subscribed(p *Surveyed) {
	trials, all := 0, 0
	for i := range s.m.in.Snapshot.Subscriptions {
		x := &s.m.in.Snapshot.Subscriptions[i]
		if x.SKU != p.SKU || x.Status == "Deleted" {
			continue
		}
		all++
		if x.IsTrial {
			trials++
		}
		if !x.NextLifecycle.IsZero() {
			p.Renewals = append(p.Renewals, DayOf(x.NextLifecycle))
		}
	}
	p.Trial = all > 0 && trials == all
	slices.Sort(p.Renewals)
	p.Renewals = slices.Compact(p.Renewals)
}

// count adds one person to the products he holds.
func (s *Survey) count(u *User) {
	for i := range u.Sources {
		sku := u.Sources[i].SKU
		if i > 0 && u.Sources[i-1].SKU == sku {
			continue // sources are sorted by product
		}
		direct, _, through := holding(u, sku)
		switch {
		case direct != nil && through:
			s.product(sku).Both++
		case direct != nil:
			s.product(sku).Direct++
		case through:
			s.product(sku).Through++
		}
	}
	for _, sku := range u.Unsourced {
		if direct, _, _ := holding(u, sku); direct == nil {
			s.product(sku).Unsourced++
		}
	}
}

// Idle is after how many days without a sign-in a survey finds people worth a look.
const Idle = 90

// Inside reports whether manage.people chooses somebody for sure.
func (s *Survey) Inside(id UserID) bool { return !s.m.b.outside(id) }

// Asks tells of whom more should be read before proposals are made: the kind of
// mailbox of disabled accounts that hold something, and the last sign-in of
// those who hold an add-on and of Global Administrators.
func (s *Survey) Asks() Asks {
	var a Asks
	for i := range s.m.in.Snapshot.Users {
		u := &s.m.in.Snapshot.Users[i]
		holds, addOn := len(u.Unsourced) > 0, false
		for j := range u.Sources {
			holds = true
			p := s.Product(u.Sources[j].SKU)
			addOn = addOn || p != nil && p.AddOn
		}
		open := s.m.in.Snapshot.open(u)
		if open&needMailbox != 0 && holds && u.AccountEnabled == No {
			a.Mailboxes = append(a.Mailboxes, u.ID)
		}
		if open&needSignIn != 0 && (addOn && u.AccountEnabled != No || s.globalAdministrator(u.ID) && !u.OnPremisesSyncEnabled) {
			a.SignIns = append(a.SignIns, u.ID)
		}
	}
	return a
}

// A Suspect is an account that is probably for emergencies alone (break glass),
// with what speaks for it in words.
type Suspect struct {
	User     *User
	Evidence []string
}

// mostSuspects is how many are worth reading.
const mostSuspects = 25

// Emergency returns accounts that are probably for emergencies: who is called
// so, and Global Administrators of the cloud alone who hold no licence or have
// not signed in for long. Those with the role come first; more counts those
// that are left out because a word in the name is all that speaks for them.
func (s *Survey) Emergency() (found []Suspect, more int) {
	for i := range s.m.in.Snapshot.Users {
		u := &s.m.in.Snapshot.Users[i]
		if why := s.emergency(u); len(why) > 0 {
			found = append(found, Suspect{u, why})
		}
	}
	slices.SortStableFunc(found, func(a, b Suspect) int {
		return cmp.Or(-cmp.Compare(len(a.Evidence), len(b.Evidence)), strings.Compare(a.User.UserPrincipalName, b.User.UserPrincipalName))
	})
	if len(found) > mostSuspects {
		found, more = found[:mostSuspects], len(found)-mostSuspects
	}
	return found, more
}

func (s *Survey) emergency(u *User) (why []string) {
	if emergencyName(u.UserPrincipalName) || emergencyName(u.DisplayName) {
		why = append(why, "its name")
	}
	if !s.globalAdministrator(u.ID) || u.OnPremisesSyncEnabled || u.UserType == "Guest" {
		return why
	}
	holds := len(u.Unsourced) > 0 || slices.ContainsFunc(u.Sources, Source.Held)
	last, known := u.SignIn.Last()
	idle := known && s.m.in.Now.Sub(last) > Idle*24*time.Hour
	if len(why) == 0 && holds && !idle {
		return nil
	}
	why = append(why, "cloud-only Global Administrator")
	if !holds {
		why = append(why, "no licence")
	}
	if idle {
		why = append(why, "last sign-in "+string(DayOf(last)))
	}
	return why
}

// emergencyName reports whether a name is like those that emergency accounts are given.
func emergencyName(name string) bool {
	name = strings.ToLower(name)
	plain := unspaced.Replace(name)
	return strings.HasPrefix(name, "bg-") || strings.HasPrefix(name, "bg_") || strings.HasPrefix(name, "bg.") ||
		strings.Contains(plain, "breakglass") || strings.Contains(plain, "emergency")
}

// unspaced takes out what people part words of a name by.
var unspaced = strings.NewReplacer("-", "", "_", "", ".", "", " ", "")

// globalAdministrator reports whether somebody has that role for the whole
// tenant, other than by asking for it.
func (s *Survey) globalAdministrator(id UserID) bool {
	return slices.ContainsFunc(s.m.people.roles[id], func(r HeldRole) bool {
		return r.ID == "62e90394-69f5-4237-9190-012177145e10" && !r.Unit && r.How != "eligible"
	})
}
