package plan

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// An outlook is what people are taken to hold when the plan is done, of the
// products that `holds` asks for: what they hold now, but for what is assumed.
//
// What will be held hangs on the plan, and the plan on what will be held. So
// plans are made until one leaves everybody with what it was made upon. Of whom
// that never comes true, it is unknown what he will hold: he keeps what
// statements would take by it.
type outlook struct {
	words   map[string]SKU // what selectors name, as written
	asked   skuSet
	assumed map[holdKey]Truth // where it is not as now
	blind   bool              // nothing is known of anybody
	steps   int               // more than any chain of statements takes
	catalog *catalog
}

// A holdKey is a person and a product.
type holdKey struct {
	user UserID
	sku  SKU
}

// bindOutlook resolves the products that `holds` asks for; nil where none is.
func (b *bound) bindOutlook() *outlook {
	o := &outlook{words: map[string]SKU{}, asked: skuSet{}, assumed: map[holdKey]Truth{}, catalog: b.catalog}
	b.d.eachTerm(KeyHolds, func(t *Term) {
		for _, word := range t.Values {
			if sku, ok := b.product(Name{Text: word, Place: t.Place}); ok {
				o.words[word], o.asked[sku] = sku, true
			}
		}
	})
	if len(o.asked) == 0 {
		return nil
	}
	o.steps = len(o.asked) + 1
	return o
}

// holds answers whether a person will hold one of the products.
func (o *outlook) holds(words []string, u *User) answer {
	if o == nil {
		return isUnknown
	}
	any := isNo
	for _, word := range words {
		switch o.will(word, u) {
		case Yes:
			return isYes
		case Unknown:
			any = isUnknown
		}
	}
	return any
}

func (o *outlook) will(word string, u *User) Truth {
	sku, ok := o.words[word]
	if !ok {
		return Unknown
	}
	return o.truth(sku, u)
}

// truth is whether a person will hold a product that is asked for.
func (o *outlook) truth(sku SKU, u *User) Truth {
	if o.blind {
		return Unknown
	}
	if t, other := o.assumed[holdKey{u.ID, sku}]; other {
		return t
	}
	return TruthOf(u.holds(sku))
}

// holds reports whether a person has a product now, in whatever way.
func (u *User) holds(sku SKU) bool {
	return slices.ContainsFunc(u.Sources, func(s Source) bool { return s.SKU == sku && s.Held() }) || slices.Contains(u.Unsourced, sku)
}

// unknown says of which products it is not known whether they will be held.
func (o *outlook) unknown(words []string, u *User) string {
	var parts []string
	for _, word := range words {
		if o != nil && o.will(word, u) == Unknown {
			parts = append(parts, o.catalog.ref(o.words[word]).PartNumber)
		}
	}
	return "whether " + strings.Join(parts, " or ") + " will be held, which hangs on this statement"
}

// judged compares and judges, as often as `holds` takes. Whom --product leaves
// out is left out at the end: a swap may have to do with the product only by
// what `holds` says of another.
func (m *Made) judged(ctx context.Context) (*judgement, error) {
	o := m.b.matcher.will
	if o == nil {
		return m.attempt(ctx, m.in.Judge, m.in.Products)
	}
	judge := &remembering{Judge: m.in.Judge, said: map[string][]Decision{}}
	if len(m.in.Products) > 0 {
		if _, err := m.settled(ctx, o, judge, nil); err != nil {
			return nil, err
		}
	}
	return m.settled(ctx, o, judge, m.in.Products)
}

// patience is after how many plans more than a chain of statements takes nothing
// is believed any longer. Each of them leaves more people unknown, so there
// would be an end in any case.
const patience = 8

// settled makes plans until one comes true.
func (m *Made) settled(ctx context.Context, o *outlook, judge Judge, products []string) (*judgement, error) {
	for round := 0; ; round++ {
		j, err := m.attempt(ctx, judge, products)
		if err != nil || o.cameTrue(m.outcome(o), round < o.steps, m.diff.left) {
			return j, err
		}
		o.blind = round > o.steps+patience
	}
}

// attempt makes one plan upon what is assumed.
func (m *Made) attempt(ctx context.Context, judge Judge, products []string) (*judgement, error) {
	m.diff = m.b.diff(m.only)
	if err := m.limitProducts(products); err != nil {
		return nil, err
	}
	j := &judgement{b: m.b, judge: judge, facts: m.people, pool: m.free(), waivers: m.waivers.list, first: setOf(m.in.First)}
	return j, j.judgeAll(ctx, m.diff.requests)
}

// outcome is what people will hold otherwise than now.
func (m *Made) outcome(o *outlook) map[holdKey]Truth {
	out := map[holdKey]Truth{}
	for _, r := range m.diff.requests {
		for _, c := range r.drafts {
			switch key := (holdKey{c.user.ID, c.SKU()}); {
			case !c.Verdict.Executable() || !o.asked[c.SKU()]:
			case c.Lost():
				out[key] = No
			case c.Gained():
				out[key] = Yes
			}
		}
	}
	return out
}

// cameTrue compares what was assumed with what a plan leads to. Of whom it
// differs, what the plan leads to is believed, or else nothing any more. People
// who were left out of the plan stay as assumed: it says nothing of them.
func (o *outlook) cameTrue(outcome map[holdKey]Truth, believe bool, left map[UserID]bool) bool {
	if o.blind {
		return true
	}
	differs := map[holdKey]bool{}
	for key, t := range outcome {
		differs[key] = o.assumed[key] != t
	}
	for key := range o.assumed {
		if _, there := outcome[key]; !there {
			differs[key] = !left[key.user]
		}
	}
	same := true
	for key, other := range differs {
		t, assumed := o.assumed[key]
		if !other || assumed && t == Unknown {
			continue
		}
		same = false
		switch t, there := outcome[key]; {
		case !believe:
			o.assumed[key] = Unknown
		case there:
			o.assumed[key] = t
		default:
			delete(o.assumed, key)
		}
	}
	return same
}

// remembering is a judge that is not asked the same twice.
type remembering struct {
	Judge
	said map[string][]Decision
}

func (r *remembering) Changes(ctx context.Context, cases []Case) ([][]Decision, error) {
	out := make([][]Decision, len(cases))
	keys := make([]string, len(cases))
	var fresh []Case
	var open []int
	for i := range cases {
		key, err := json.Marshal(&cases[i])
		if err != nil {
			return nil, err
		}
		keys[i] = string(key)
		if said, known := r.said[keys[i]]; known {
			out[i] = said
			continue
		}
		fresh, open = append(fresh, cases[i]), append(open, i)
	}
	if len(fresh) == 0 {
		return out, nil
	}
	findings, err := r.Judge.Changes(ctx, fresh)
	if err != nil || len(findings) != len(fresh) {
		return findings, err
	}
	for n, i := range open {
		out[i], r.said[keys[i]] = findings[n], findings[n]
	}
	return out, nil
}
