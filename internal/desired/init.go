package desired

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// A Beginning is what the first reseat.yaml of a folder says.
type Beginning struct {
	Name      string     // of the tenant, for people and for plans
	ID        string     // a domain or a GUID; empty with Simulator
	Cloud     plan.Cloud // empty is global
	Simulator string     // a file within the folder
	// Products are manage.products, if they are known already; nil leaves
	// them to the statements.
	Products []Managed
}

// A Managed is an entry of manage.products: the name as files say it, and words
// for people.
type Managed struct{ Name, Words string }

// NameOf makes the name of a tenant of what it is called elsewhere, as a domain
// or a folder; it may be empty.
func NameOf(called string) string {
	label, _, _ := strings.Cut(strings.ToLower(called), ".")
	name := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(label, "-")
	return strings.Trim(name[:min(len(name), 63)], "-")
}

// Init returns the files that a folder begins with: reseat.yaml with each safety
// setting at its default, a licences.yaml without a statement that does
// anything, and a .gitignore. What b says is not checked here: read them.
func Init(b Beginning) []Text {
	return []Text{
		{Path: settingsFile, Data: inForm(b.settings())},
		{Path: licencesFile, Data: []byte(licencesText)},
		{Path: ".gitignore", Data: []byte(ignoreText)},
	}
}

// inForm is a text in the form that fmt gives it; one that has none, for a name
// that is no name, is left to whoever reads it.
func inForm(text string) []byte {
	if out, err := formatted([]byte(text)); err == nil {
		return out
	}
	return []byte(text)
}

// licencesFile is where statements begin; nothing depends on its name.
const licencesFile = "licences.yaml"

// Untouched reports whether a file is still as [Init] wrote it, though it may
// have been given other line ends on its way.
func Untouched(path string, data []byte) bool {
	return path == licencesFile && strings.ReplaceAll(string(data), "\r\n", "\n") == licencesText
}

func (b *Beginning) settings() string {
	var w strings.Builder
	w.WriteString(settingsHead)
	fmt.Fprintf(&w, "name: %s\n\ntenant:\n", scalar(b.Name))
	id := scalar(strings.TrimSpace(b.ID))
	switch {
	case b.Simulator != "":
		fmt.Fprintf(&w, "  simulator: %s\n", scalar(b.Simulator))
	case b.Cloud != "" && b.Cloud != plan.Global:
		fmt.Fprintf(&w, "  id: %s\n  cloud: %s\n", id, b.Cloud)
	default:
		fmt.Fprintf(&w, "  id: %s\n#  cloud: global         # or usgov, usgov-dod, china\n", id)
	}
	if b.Simulator == "" {
		w.WriteString(settingsAuth)
	}
	w.WriteString("\n# What may be touched: without `products` what the statements name, and of everybody. For a\n" +
		"# pilot say whose it is, as in people: {department: [IT]}\n")
	if b.Products == nil {
		w.WriteString("#manage:\n#  products: all         # or a list, as [SPE_E3, VISIOCLIENT]\n")
	} else {
		w.WriteString("manage:\n")
		w.WriteString(managed(b.Products))
	}
	w.WriteString(settingsRest)
	return w.String()
}

// managed is manage.products as a block, one a line.
func managed(products []Managed) string {
	if len(products) == 0 {
		return "  products: []\n"
	}
	width := 0
	for _, p := range products {
		width = max(width, len(p.Name))
	}
	var w strings.Builder
	w.WriteString("  products:\n")
	for _, p := range products {
		line := "    - " + p.Name
		if p.Words != "" {
			line = fmt.Sprintf("    - %-*s  # %s", min(width, 36), p.Name, harmless(p.Words))
		}
		w.WriteString(line + "\n")
	}
	return w.String()
}

const settingsHead = `# Which tenant this folder is for, and how far a plan may go.
# A line like #this is a setting at its default: take the # away to change it.
apiVersion: reseat/v1
kind: Tenant
`

const settingsAuth = `
# How to sign in: default, cli, device-code, environment, certificate, github,
# managed-identity or workload-identity. An apply may be somebody else. No secret stands here.
#auth:
#  plan: {method: default}
#  apply: {method: default}
`

const settingsRest = `#  exclude: []           # never touched, whatever else is said
#  assign: false         # true: what is wanted and missing is given, not only listed
#  inherited: report     # block: a seat that a group gives and nobody wants is shown as blocked
#  duplicates: keep      # remove: the direct copy of a seat that a group gives as well goes

# The most that one plan may do. Over it, nothing of the plan may be applied.
#limits:
#  removals: 25          # seats lost, by a plan and in 24 hours; as it stands 0.5 % of the seats, if that is more
#  removalPercent: 5     # of all direct seats
#  productPercent: 20    # of the direct seats of one product
#  small: 3              # up to this many removals no percentage counts
#  assignments: 25       # seats given
#  uncounted: [FLOW_FREE]    # free products: shown, not counted

# Who never loses a seat, beside administrators: emergency accounts first of all,
# by name or by what they are called, as in match: [{userPrincipalName: "bg-*@*"}]
#protect:
#  users: []
#  match: []
#  roles: {add: [], except: []}

# When an apply may send: windows that allow, or deny, as in
# {allow: "0 6 * * MON-FRI", for: 12h, zone: Europe/Stockholm}. None: always.
#windows: []

# Products that people bought for themselves, those taken over since, and those
# that only look so.
#selfService: {products: [], takenOver: [], ours: []}

# What rules are told, as in recent-use: {days: 60, level: deny}.
#policy: {}

# Rules lifted for some people until a day, as in
# {rule: protected-role, user: dana@contoso.com, until: 2027-01-31, reason: CHG-1234}.
#waivers: []

# How long a plan may be applied after it was made, 1h to 336h.
#plan: {validFor: 24h}
`

const licencesText = `# What people shall hold. Of what no statement speaks, everything stays as it is.
# For one person and one product the first that speaks decides: keep, remove,
# users, products, rules. To try an example take its # away, then: reseat plan
apiVersion: reseat/v1
kind: Licenses

# As it is, whatever else is said.
#keep:
#  - {name: board, who: [{department: [Board]}], products: [SPE_E5]}

# Not to be held. ` + "`who`" + ` takes names, object ids and what is known of people.
#remove:
#  - name: leavers
#    who: [{accountEnabled: false}]
#    except: [{displayName: "*(shared)"}]
#    products: [SPE_E3, POWER_BI_PRO]

# By person. A list, as [SPE_E3], is exact: nothing else that is managed stays.
#users:
#  adele@contoso.com: {add: [VISIOCLIENT], remove: [POWER_BI_PRO]}

# By product. ` + "`holders`" + ` is the whole list, ` + "`add`" + ` leaves others alone.
#products:
#  VISIOCLIENT: {add: [{department: [Design]}]}
#  PROJECTPROFESSIONAL: {holders: [eli@contoso.com, {jobTitle: ["*Project Manager*"]}]}

# Everybody of whom nothing above speaks. To add a rule take the [] away.
rules: []
#  - {name: sales, match: {department: [Sales]}, add: [SPE_E3]}
`

const ignoreText = `# What reseat keeps of its runs, and plans and snapshots: they name people.
.reseat/
plan.json
undo.json
*-snapshot.json
`
