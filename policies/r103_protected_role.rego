# METADATA
# title: Administrators keep their licences
# description: >-
#   Nothing is taken from who holds a protected directory role: directly, through a role-assignable
#   group, over an administrative unit, or to be activated (PIM). Protected are privileged roles, by
#   their definition or Microsoft's list of them; roles of which it is not known, as those that the
#   tenant made or Microsoft added of late; the built-in list; and protect.roles.add, without
#   protect.roles.except. Undo plans are not judged.
# custom:
#   code: R103
#   level: deny
#   remedy: >-
#     take the role away first, or add a waiver with an end date; a role that is none of an administrator's goes under
#     protect.roles.except
package reseat.builtin.protected_role

import data.reseat.lib

deny contains {"code": "R103", "message": lib.few(sort(claims))} if {
	not input.facts.undo
	lib.takes
	count(claims) > 0
}

claims contains sprintf("%s %s%s%s%s", [verb(role), lib.name(role.name), path(role), extent(role), doubt(role)]) if {
	some role in input.facts.roles
	protecting(role)
}

protecting(role) if {
	marked(role)
	not role.excepted
}

# Unknown is never no: a role that the tenant made may be privileged.
marked(role) if not role.privileged == false

marked(role) if role.builtIn

marked(role) if not role.known

marked(role) if role.added

verb(role) := "may activate" if {
	role.how == "eligible"
} else := "holds"

path(role) := "" if {
	role.group == ""
} else := sprintf(" through group %s", [lib.name(role.group)])

extent(role) := " over an administrative unit" if {
	role.unit
} else := ""

# Why a role protects that looks as if it need not.
doubt(role) := "" if {
	role.privileged == true
} else := "" if {
	role.builtIn
} else := "" if {
	role.added
} else := ", which may be privileged"
