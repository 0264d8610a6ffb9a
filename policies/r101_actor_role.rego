# METADATA
# title: The acting identity may change licences
# description: >-
#   A person needs Global, User or License Administrator, Directory Writers, or a role that holds
#   users/assignLicense; an application needs LicenseAssignment.ReadWrite.All, User.ReadWrite.All or
#   Directory.ReadWrite.All in its token. It stops an apply; a plan says so and can be applied by
#   another identity. A role over an administrative unit, a claim that is missing, and a person's token
#   without one of these permissions are warnings.
# custom:
#   code: R101
#   level: guard
#   remedy: apply with another identity, or give this one the role or permission
package reseat.builtin.actor_role

import data.reseat.lib

sufficient := {"LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"}

guard contains {"code": "R101", "message": refusal}

warn contains {"code": "R101", "message": doubt}

warn contains {"code": "R101", "message": lack}

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
	unit := min({lib.name(role.name) | some role in input.actor.roles; role.assigns})
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

# A person's call takes both: the role, and the permission that the token was given for.
lack := sprintf("the token of %s holds none of %s: Graph refuses every change", [who, concat(", ", sort(sufficient))]) if {
	input.actor.kind == "person"
	input.actor.permissionsKnown
	not permitted
	not refusal
}

told if input.actor.kind in {"person", "application", "unknown"}

capable if {
	input.actor.kind == "person"
	some role in input.actor.roles
	role.assigns
	not role.unit
}

capable if {
	input.actor.kind == "application"
	permitted
}

permitted if {
	some permission in input.actor.permissions
	permission in sufficient
}

who := "the acting identity" if {
	input.actor.name == ""
} else := lib.name(input.actor.name)
