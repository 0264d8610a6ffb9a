# METADATA
# title: Nobody is left between two products
# description: >-
#   A seat is not taken while a wanted product that carries one of its services is missing and
#   cannot be given in the same request. The direct copy of a seat that stays through a group may go.
# custom:
#   code: R112
#   level: blocked
#   remedy: make the wanted product available to the person, for most by buying or freeing a seat
package reseat.builtin.replacement_missing

import data.reseat.lib

blocked contains {"code": "R112", "message": why(missing.because, lib.product(missing.product), kept)} if {
	lib.takes
	some missing in input.facts.missing
	not may_go(missing)
}

# The direct copy of a seat that stays through a group may go, unless it is all that says that the
# other product is wanted.
may_go(missing) if {
	not missing.instead
	input.change.action == "unassign"
	lib.through_group
}

kept := lib.product(input.change.product)

why(because, wanted, held) := sprintf("no free %s seat: keeps %s until there is one", [wanted, held]) if {
	because == "no-seat"
} else := sprintf("%s needs a usage location: keeps %s until there is one", [wanted, held]) if {
	because == "no-location"
} else := sprintf("%s is missing and manage.assign is off: keeps %s until it is held", [wanted, held]) if {
	because == "assign-off"
} else := sprintf("%s lacks service plans and manage.assign is off: keeps %s until it has them", [wanted, held]) if {
	because == "adjust"
} else := sprintf("%s is to come through a group: keeps %s until it does", [wanted, held]) if {
	because == "via-group"
} else := sprintf("%s cannot be assigned: keeps %s until it can", [wanted, held]) if {
	because == "not-assignable"
} else := sprintf("%s is missing: keeps %s until it is held", [wanted, held])
