# METADATA
# title: What is kept still works
# description: >-
#   Another product that the person keeps has a service plan on that needs one which goes with this
#   change, and nothing else that the person has afterwards gives it. Which plan needs which is what
#   Graph answered or its documentation says; Graph may refuse the change for it. The level can be off,
#   warn or deny.
# custom:
#   code: R110
#   level: warn
#   remedy: take the other product in the same request, or keep this one
package reseat.builtin.dependency

import data.reseat.lib

deny contains {"code": "R110", "message": message} if {
	level == "deny"
	some message in broken
}

warn contains {"code": "R110", "message": message} if {
	level == "warn"
	some message in broken
}

# What is not plainly another level denies.
default level := "deny"

level := data.reseat.config.dependency.level if data.reseat.config.dependency.level in {"off", "warn"}

broken contains message if {
	lib.takes
	some other in input.facts.neededBy
	message := sprintf("%s keeps %s, which needs %s", [lib.product(other.product), lib.name(other.plan), lib.name(other.needs)])
}
