# METADATA
# title: Who signed in of late is noticed
# description: >-
#   A person who signed in less than a number of days ago (30) loses a product: a warning. One that
#   another takes the place of, in the same request, is not lost (as the limits count it). Not knowing
#   the last sign-in is no finding, and a note in the plan says of how many people it is not known;
#   where the level is deny, it denies. The level can be off, warn or deny.
# custom:
#   code: R108
#   level: warn
#   remedy: >-
#     ask the person, or select by lastSignIn in the statement; set policy.recent-use in reseat.yaml for other days or another
#     level, or add a waiver with an end date
package reseat.builtin.recent_use

import data.reseat.lib

deny contains {"code": "R108", "message": said} if level == "deny"

deny contains {"code": "R108", "message": sprintf("%s, and recent-use is set to deny", [lib.clip(unknown, 200)])} if {
	level == "deny"
	loses_product
	not input.facts.signIn.known == true
}

warn contains {"code": "R108", "message": said} if level == "warn"

setting := data.reseat.config["recent-use"]

# What is not plainly another level denies.
default level := "deny"

level := setting.level if setting.level in {"off", "warn"}

# Without a number of days, whoever signed in at all did so of late.
recent if not has_days

recent if input.facts.signIn.days < setting.days

has_days if is_number(setting.days)

# The product is lost where no group gives it as well and no other one is given for it.
loses_product if {
	input.change.action == "unassign"
	input.change.held.direct
	not lib.through_group
	not input.facts.swapped == true
}

said := sprintf("signed in %s", [ago(input.facts.signIn.days)]) if {
	loses_product
	input.facts.signIn.known == true
	recent
}

ago(days) := "today" if {
	days < 1
} else := "yesterday" if {
	days < 2
} else := sprintf("%d days ago", [days])

unknown := input.facts.signIn.why if {
	not input.facts.signIn.why == ""
} else := "last sign-in: not known"
