# METADATA
# title: The acting identity may change licences
# description: >-
#   A person needs Global, User or License Administrator, Directory Writers, or a role that holds
#   users/assignLicense; an application needs LicenseAssignment.ReadWrite.All, User.ReadWrite.All or
#   Directory.ReadWrite.All in its token. A guard at apply, a warning in plans. A role over an
#   administrative unit, and a claim that is missing, are warnings.
# custom:
#   code: R101
#   level: guard
#   remedy: apply with another identity, or give this one the role or permission
package reseat.builtin.actor_role

import data.reseat.lib

# By template id; the partner tiers hold users/assignLicense too.
assigning := {
	"62e90394-69f5-4237-9190-012177145e10", # Global Administrator
	"fe930be7-5e62-47db-91af-98c3a49a38b1", # User Administrator
	"4d6ac14f-3453-41d0-bef9-a3e0c569773a", # License Administrator
	"9360feb5-f418-4baa-8175-e2a00bac4301", # Directory Writers
	"4ba39ca4-527c-499a-b93d-d9b492c50246", # Partner Tier1 Support
	"e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8", # Partner Tier2 Support
}

sufficient := {"LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}

guard contains {"code": "R101", "message": refusal} if input.apply

warn contains {"code": "R101", "message": refusal} if not input.apply

warn contains {"code": "R101", "message": doubt}

refusal := sprintf(
	concat("", [
		"%s may not change licences: a person needs Global, User or License Administrator, Directory Writers, ",
		"or a role that holds users/assignLicense (Billing Administrator is not enough)",
	]),
	[who],
) if {
	input.actor.kind == "person"
	not capable
	not doubt
} else := sprintf(
	concat("", [
		"%s may not change licences: an application's token needs LicenseAssignment.ReadWrite.All, ",
		"User.ReadWrite.All or Directory.ReadWrite.All",
	]),
	[who],
) if {
	input.actor.kind == "application"
	not capable
	not doubt
} else := sprintf("%s may not change licences: it is neither a person nor an application", [who]) if {
	not told
}

doubt := sprintf("%s is %s over an administrative unit only: Graph refuses changes of people outside it", [who, unit]) if {
	input.actor.kind == "person"
	not capable
	unit := min({lib.name(role.name) | some role in input.actor.roles; able(role)})
} else := sprintf("the token of %s does not say its roles: Graph decides whether it may change licences", [who]) if {
	input.actor.kind == "person"
	not capable
	not input.actor.rolesKnown
} else := sprintf("the token of %s does not say its permissions: Graph decides whether it may change licences", [who]) if {
	input.actor.kind == "application"
	not capable
	not input.actor.permissionsKnown
} else := "the token does not say who acts: Graph decides whether licences may be changed" if {
	input.actor.kind == "unknown"
}

told if input.actor.kind in {"person", "application", "unknown"}

capable if {
	input.actor.kind == "person"
	some role in input.actor.roles
	able(role)
	not role.unit
}

capable if {
	input.actor.kind == "application"
	some permission in input.actor.permissions
	permission in sufficient
}

able(role) if role.assigns

able(role) if role.id in assigning

who := "the acting identity" if {
	input.actor.name == ""
} else := lib.name(input.actor.name)
