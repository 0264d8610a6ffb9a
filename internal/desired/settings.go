package desired

import (
	"io/fs"
	"path"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/reseat-cli/reseat/plan"
)

const (
	settingsKeys  = "apiVersion kind name tenant auth manage limits protect windows selfService facts policy plan waivers prices"
	settingsLater = "drift extends include aliases"
)

// defaults are the settings of a reseat.yaml that says nothing.
func defaults() plan.Settings {
	return plan.Settings{
		Tenant: plan.TenantRef{Cloud: plan.Global},
		Auth:   plan.Auth{Plan: plan.Identity{Method: plan.AuthDefault}, Apply: plan.Identity{Method: plan.AuthDefault}},
		Manage: plan.Manage{Inherited: plan.InheritedReport, Duplicates: plan.DuplicatesKeep},
		Limits: plan.Limits{
			Removals:       plan.DefaultRemovals,
			RemovalPercent: plan.DefaultRemovalPercent,
			ProductPercent: plan.DefaultProductPercent,
			Small:          plan.DefaultSmall,
			Assignments:    plan.DefaultAssignments,
			Uncounted:      []plan.Name{{Text: "FLOW_FREE"}},
		},
		ValidFor: plan.DefaultValidFor,
	}
}

// settings reads a document of kind Tenant.
func (s *source) settings(n *yaml.Node) {
	o, ok := s.object(n, "kind Tenant", settingsKeys, settingsLater)
	if !ok {
		return
	}
	set := &s.desired.Settings
	set.Place = s.place(n)
	if !s.missing(o, "reseat.yaml", "name", "name the tenant, as in `name: contoso`") {
		set.Name = s.tenantName(o.get("name"))
	}
	if !s.missing(o, "reseat.yaml", "tenant", "say which tenant, as in `tenant: {id: contoso.onmicrosoft.com}`") {
		s.tenantRef(o.get("tenant"), &set.Tenant)
	}
	s.auth(o.get("auth"), &set.Auth)
	s.manage(o.get("manage"), &set.Manage)
	s.limits(o.get("limits"), &set.Limits)
	s.protect(o.get("protect"), &set.Protect)
	s.selfService(o.get("selfService"), &set.SelfService)
	if !o.guessed("facts") {
		s.factsFiles(o.get("facts"))
	}
	set.Windows = s.windows(o.get("windows"))
	set.Policy = s.policy(o.get("policy"))
	set.Waivers = s.waivers(o.get("waivers"))
	s.planSettings(o.get("plan"), set)
	s.prices(o.get("prices"), &set.Prices)
}

func (s *source) tenantName(n *yaml.Node) string {
	t := s.text(n, "`name`")
	if t != "" && (len(t) > 63 || strings.Trim(t, "abcdefghijklmnopqrstuvwxyz0123456789-") != "") {
		s.fault(n, "`name` cannot be "+quote(t), "use up to 63 lower-case letters, digits and hyphens, as in `contoso-eu`")
		return ""
	}
	return t
}

func (s *source) tenantRef(n *yaml.Node, ref *plan.TenantRef) {
	o, ok := s.object(n, "`tenant`", "id cloud simulator", "")
	if !ok {
		return
	}
	ref.Place = s.place(n)
	id, sim := o.get("id"), o.get("simulator")
	switch {
	case id != nil && sim != nil:
		s.fault(o.key("simulator"), "`tenant` has both `id` and `simulator`", "keep one: a tenant is real or simulated")
	case id == nil && sim == nil:
		s.fault(n, "`tenant` has neither `id` nor `simulator`", "write `id: contoso.onmicrosoft.com`, or `simulator: tenant.json`")
	}
	ref.ID = s.tenantID(id)
	ref.Simulator = s.within(sim)
	if c := s.enum(o.get("cloud"), "`cloud`", "global usgov usgov-dod china"); c != "" {
		ref.Cloud = plan.Cloud(c)
	}
}

// tenantID reads a domain or a GUID.
func (s *source) tenantID(n *yaml.Node) string {
	t := s.text(n, "`id`")
	if _, err := plan.ParseGUID(t); t == "" || err == nil {
		return t
	}
	domain := regexp.MustCompile(`^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9-]{2,63}$`)
	if len(t) > 253 || !domain.MatchString(t) {
		s.fault(n, "`id` is "+quote(t)+", neither a domain nor a GUID", "write it as contoso.onmicrosoft.com, or as the tenant's id from the portal")
		return ""
	}
	return t
}

// within reads the path of a file in the folder.
func (s *source) within(n *yaml.Node) string {
	t := s.text(n, "`simulator`")
	if t == "" {
		return ""
	}
	name := path.Clean(t)
	if path.IsAbs(t) || strings.ContainsAny(t, `\:`) || !fs.ValidPath(name) || name == "." {
		s.fault(n, "`simulator` is "+quote(t)+", which does not stay within the folder", "write a path below the folder with forward slashes, as in `tenant.json`")
		return ""
	}
	if info, err := fs.Stat(s.root, name); err != nil || !info.Mode().IsRegular() {
		s.fault(n, "`simulator` is "+quote(t)+", but there is no such file in the folder", "put the snapshot there, or correct the name")
		return ""
	}
	return name
}

func (s *source) manage(n *yaml.Node, m *plan.Manage) {
	if n == nil {
		return
	}
	o, _ := s.object(n, "`manage`", "products exclude people assign inherited duplicates", "")
	if v := o.get("products"); v != nil {
		p := s.products(v, "`products`")
		m.Given, m.All, m.Products = true, p.All, p.List
	}
	m.Exclude = s.named(o.get("exclude"), "`exclude`")
	m.People = s.pilot(o.get("people"))
	m.Assign = s.bool(o.get("assign"), "`assign`")
	if w := s.enum(o.get("inherited"), "`inherited`", "report block"); w != "" {
		m.Inherited = plan.Inherited(w)
	}
	if v := o.get("duplicates"); v != nil {
		if w := s.enum(v, "`duplicates`", "keep remove"); w != "" {
			m.Duplicates = plan.Duplicates(w)
		}
		m.DuplicatesPlace = s.place(o.key("duplicates"))
	}
}

// pilot reads manage.people; nil is everyone.
func (s *source) pilot(n *yaml.Node) *plan.Selector {
	if n == nil || n.Kind == yaml.MappingNode && len(n.Content) == 0 {
		return nil
	}
	sel := s.selector(n)
	s.noHolds(sel, "`manage.people`")
	return sel
}

func (s *source) protect(n *yaml.Node, p *plan.Protect) {
	if n == nil {
		return
	}
	o, _ := s.object(n, "`protect`", "users match roles", "")
	p.Users = s.persons(o.get("users"), "`users`")
	if v := o.get("match"); v != nil {
		for _, e := range s.list(v, "`match`") {
			sel := s.selector(e)
			s.noHolds(sel, "`protect.match`")
			p.Match = append(p.Match, *sel)
		}
	}
	if v := o.get("roles"); v != nil {
		roles, _ := s.object(v, "`roles`", "add except", "")
		p.RolesAdd = s.names(roles.get("add"), "`add`")
		p.RolesExcept = s.names(roles.get("except"), "`except`")
	}
}

func (s *source) selfService(n *yaml.Node, v *plan.SelfService) {
	if n == nil {
		return
	}
	o, _ := s.object(n, "`selfService`", "products takenOver ours", "")
	v.Products = s.named(o.get("products"), "`products`")
	v.TakenOver = s.named(o.get("takenOver"), "`takenOver`")
	v.Ours = s.named(o.get("ours"), "`ours`")
}

// planSettings reads the section `plan`.
func (s *source) planSettings(n *yaml.Node, set *plan.Settings) {
	if n == nil {
		return
	}
	o, _ := s.object(n, "`plan`", "validFor", "")
	v := o.get("validFor")
	d, ok := s.duration(v, "`validFor`")
	switch {
	case !ok:
	case d < plan.MinValidFor || d > plan.MaxValidFor:
		s.fault(v, "`validFor` is "+quote(normal(v.Value))+", out of range", "write 1h to 336h")
	default:
		set.ValidFor = d
	}
}

func (s *source) prices(n *yaml.Node, p *plan.Prices) {
	if n == nil {
		return
	}
	o, ok := s.object(n, "`prices`", "currency perMonth", "")
	if !ok {
		return
	}
	currency, amount := regexp.MustCompile(`^[A-Z]{3}$`), regexp.MustCompile(`^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$`)
	if !s.missing(o, "`prices`", "currency", "write it as `currency: EUR`") {
		v := o.get("currency")
		if p.Currency = s.text(v, "`currency`"); p.Currency != "" && !currency.MatchString(p.Currency) {
			s.fault(v, "`currency` cannot be "+quote(p.Currency), "use the three capital letters of ISO 4217, as in `EUR`")
		}
	}
	v := o.get("perMonth")
	if v == nil {
		return
	}
	isNew := s.seen("`perMonth`")
	for _, e := range s.entries(v, "`perMonth`") {
		price := plan.Price{Product: s.name(e.key, "a product in `perMonth`"), Amount: s.text(e.value, "a price")}
		if price.Amount != "" && !amount.MatchString(price.Amount) {
			s.fault(e.value, "the price "+quote(price.Amount)+" is no decimal number", "write it as `33.00`, without sign, separators or currency")
		}
		if price.Product.Text != "" && isNew(price.Product) {
			p.PerMonth = append(p.PerMonth, price)
		}
	}
}
