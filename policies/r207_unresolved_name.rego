# METADATA
# title: Nobody loses a seat over a name that is nobody
# description: >-
#   A name on a closed list that is nobody in the tenant may mean somebody who would lose the seat: no
#   seat is taken by that list. Such a name in keep, except, protect or a waiver may be about anybody: a
#   guard over the whole plan.
# custom:
#   code: R207
#   level: guard
#   remedy: correct the name, or take it out
package reseat.builtin.unresolved_name

import data.reseat.lib

blocked contains {"code": "R207", "message": message} if {
	lib.takes
	count(input.facts.unresolved) > 0
	names := lib.few(sort([lib.name(name) | some name in input.facts.unresolved]))
	message := sprintf("the closed list names %s, and nobody in the tenant is surely meant: correct the name, or take it out", [names])
}

guard contains {"code": "R207", "message": lib.few(sort(places))} if count(places) > 0

# Clipped so that three fit into a message.
places contains place if {
	some unresolved in input.unresolved
	whole := sprintf("%s:%d: %s in %s is nobody in the tenant%s", [
		lib.clip(unresolved.file, 50),
		unresolved.line,
		lib.name(unresolved.name),
		lib.clip(unresolved.where, 12),
		hint(unresolved),
	])
	place := lib.clip(whole, 155)
}

hint(unresolved) := "" if unresolved.hint == ""

hint(unresolved) := sprintf("; %s", [lib.clip(unresolved.hint, 60)]) if unresolved.hint != ""
