package plan

import (
	"cmp"
	"slices"
	"strings"
)

// A basis is something that service plans of other products are built upon.
type basis uint8

// The bases are a set of bits. One is given by several plans, and any of them does.
const (
	projectSites basis = 1 << iota // SharePoint plan 2, for Project
	projectSitesEdu
	projectSitesGov
	anyMailbox
	fullMailbox // Exchange Online plan 1 or 2
	meetings    // Teams, or what was before it
	telephony
)

// gives are the bases that a service plan gives.
func (p *ServicePlan) gives() (g basis) {
	switch s := serviceOf(p.ID); {
	case s&mailbox != 0:
		g |= anyMailbox
	case s&teams != 0:
		g |= meetings
	case s&phone != 0:
		g |= telephony
	}
	switch p.ID {
	case "5dbe027f-2339-4123-9542-606e4d348a72": // SHAREPOINTENTERPRISE
		g |= projectSites
	case "63038b2c-28d0-45f6-bc36-33062963b498": // SHAREPOINTENTERPRISE_EDU
		g |= projectSitesEdu
	case "153f85dd-d912-4762-af6c-d6e0fb4f6692": // SHAREPOINTENTERPRISE_GOV
		g |= projectSitesGov
	case "efb87545-963c-4e0d-99df-69c6916d9eb0", // EXCHANGE_S_ENTERPRISE
		"9aaf7827-d63c-4b61-89c3-182f06f82e5c", // EXCHANGE_S_STANDARD
		"fc52cc4b-ed7d-472d-bbe7-b081c23ecc56", // EXCHANGE_S_STANDARD_MIDMARKET
		"8c3069c0-ccdb-44be-ab77-986203a67df2", // EXCHANGE_S_ENTERPRISE_GOV
		"e9b4930a-925f-45e2-ac2a-3f7788ca6fdd": // EXCHANGE_S_STANDARD_GOV
		g |= fullMailbox
	case "0feaeb32-d00e-4d66-bd5a-43b5b83db82c", // MCOSTANDARD
		"afc06cb0-b4f4-4473-8286-d644f70d8faf", // MCOIMP
		"70710b6b-3ab4-4a38-9f6d-9f169461650a", // MCOLITE
		"b2669e95-76ef-4e7e-a367-002f60a39f3e", // MCOSTANDARD_MIDMARKET
		"a31ef4a2-f787-435e-8335-e47eb0cafc94", // MCOSTANDARD_GOV
		"8a9f17f1-5872-44e8-9b11-3caade9dc90f": // MCOIMP_GOV
		g |= meetings
	case "f47330e9-c134-43b3-9993-e7f004506889", // MCOEV_VIRTUALUSER
		"0628a73f-3b4a-4989-bd7b-0f8823144313": // MCOEV_VIRTUALUSER_GOV
		g |= telephony
	}
	return g
}

// needs is the basis that a service plan is built upon, or 0. Graph itself
// answers so of SHAREPOINT_PROJECT; the rest is what Microsoft's documentation
// of the products asks for.
func (p *ServicePlan) needs() basis {
	switch p.ID {
	case "fe71d6c3-a2ea-4499-9778-da042bf08063": // SHAREPOINT_PROJECT
		return projectSites
	case "664a2fed-6c7a-468e-af35-d61740f0ec90": // SHAREPOINT_PROJECT_EDU
		return projectSitesEdu
	case "e57afa78-1f19-4542-ba13-b32cd4d8f472": // SHAREPOINT_PROJECT_GOV
		return projectSitesGov
	case "f20fedf3-f3c3-43c3-8267-2bfdd51c0939", // ATP_ENTERPRISE
		"493ff600-6a2b-4db6-ad37-a7d4eb214516", // ATP_ENTERPRISE_GOV
		"8e0c0a52-6a6c-4d40-8370-dd62790dcd70", // THREAT_INTELLIGENCE
		"900018f1-0cdb-4ecb-94d4-90281760fdc6": // THREAT_INTELLIGENCE_GOV
		return anyMailbox
	case "176a09a6-7ec5-4039-ac02-b2791c6ba793", // EXCHANGE_S_ARCHIVE_ADDON
		"34c0d7a0-a70f-4668-9238-47f9fc208882", // EXCHANGE_ANALYTICS
		"208120d1-9adb-4daf-8c22-816bd5d237e7", // EXCHANGE_ANALYTICS_GOV
		"f477b0f0-3bb1-4890-940c-40fcee6ce05f", // WORKPLACE_ANALYTICS
		"ff7b261f-d98b-415b-827c-42a3fdf015af", // WORKPLACE_ANALYTICS_INSIGHTS_BACKEND
		"b622badb-1b45-48d5-920f-4b27a2c0996c": // WORKPLACE_ANALYTICS_INSIGHTS_USER
		return fullMailbox
	case "4828c8ec-dc2e-4779-b502-87ac9ce28ab7", // MCOEV
		"ed777b71-af04-42ca-9798-84344c66f7c6", // MCOEVSMB
		"db23fce2-a974-42ef-9002-d78dd42a0f22", // MCOEV_GOV
		"3e26ee1f-8a5f-4d52-aee2-b81ce45c8f40", // MCOMEETADV
		"f544b08d-1645-4287-82de-8d91f37c02a1", // MCOMEETADV_GOV
		"f1e3613f-3818-4254-9b5e-f02d803384e0": // MCOMEETADV_AR_GCCHigh
		return meetings
	}
	if strings.HasPrefix(strings.ToUpper(p.Name), "MCOPSTN") { // a calling plan; new ones come
		return telephony
	}
	return 0
}

// A building is what stands on bases when a request is carried out.
type building struct {
	left basis // given by what stays
	uses []use
}

// A use is a service plan, of a product that stays, that needs a basis.
type use struct {
	product *Product
	plan    *ServicePlan
	needs   basis
}

// add puts a product into the building. What is not sure to last uses bases and
// gives none.
func (g *building) add(p *Product, off []PlanID, sure bool) {
	if p == nil {
		return
	}
	for i := range p.Plans {
		sp := &p.Plans[i]
		if slices.Contains(off, sp.ID) {
			continue
		}
		if sure {
			g.left |= sp.gives()
		}
		if needs := sp.needs(); needs != 0 {
			g.uses = append(g.uses, use{p, sp, needs})
		}
	}
}

// building is what the person has when all changes that go are carried out.
// Changes that stay count as not made.
func (b *bound) building(r *requestDraft, goes func(*draft) bool) *building {
	g := &building{}
	taken := map[SKU]bool{}
	for _, c := range r.drafts {
		if !goes(c) {
			continue
		}
		if c.Action != Unassign {
			p := b.catalog.bySKU[c.SKU()]
			g.add(p, c.After.DisabledPlans, p != nil && p.usable())
		}
		taken[c.SKU()] = taken[c.SKU()] || c.Action != Assign
	}
	for i := range r.user.Sources {
		if s := &r.user.Sources[i]; s.Held() && !(s.Direct() && taken[s.SKU]) {
			p := b.catalog.bySKU[s.SKU]
			g.add(p, s.DisabledPlans, p != nil && s.State == Active && p.usable())
		}
	}
	return g
}

// usable reports whether the product works for those who hold it.
func (p *Product) usable() bool { return p.Status == "Enabled" || p.Status == "Warning" }

// neededBy lists what stays and needs a service plan that goes with a change
// (R110), sorted.
func (b *bound) neededBy(g *building, c *draft) []Dependent {
	out := []Dependent{}
	p := b.catalog.bySKU[c.SKU()]
	if p == nil || c.direct == nil || c.Action == Assign {
		return out
	}
	for i := range p.Plans {
		sp := &p.Plans[i]
		off := slices.Contains(c.direct.DisabledPlans, sp.ID) || c.Action == Adjust && !slices.Contains(c.After.DisabledPlans, sp.ID)
		gone := sp.gives() &^ g.left
		if off || gone == 0 {
			continue
		}
		for _, u := range g.uses {
			if u.needs&gone != 0 {
				out = append(out, Dependent{Product: b.catalog.ref(u.product.SKU), Plan: u.product.planName(u.plan.ID), Needs: p.planName(sp.ID)})
			}
		}
	}
	slices.SortFunc(out, func(x, y Dependent) int {
		return cmp.Or(cmp.Compare(x.Product.SKU, y.Product.SKU), cmp.Compare(x.Plan, y.Plan), cmp.Compare(x.Needs, y.Needs))
	})
	return slices.Compact(out)
}

// need tells each change that goes who needs what it takes, and returns those
// of which that is more than the rules were told.
func (j *judgement) need(r *requestDraft) []*draft {
	goes := func(c *draft) bool { return c.Verdict.Executable() }
	var g *building
	var more []*draft
	for _, c := range r.drafts {
		if !goes(c) || c.direct == nil {
			continue
		}
		if g == nil {
			g = j.b.building(r, goes)
		}
		told := len(c.facts.NeededBy)
		for _, d := range j.b.neededBy(g, c) {
			if !slices.Contains(c.facts.NeededBy, d) {
				c.facts.NeededBy = append(slices.Clip(c.facts.NeededBy), d)
			}
		}
		if len(c.facts.NeededBy) > told {
			more = append(more, c)
		}
	}
	return more
}
