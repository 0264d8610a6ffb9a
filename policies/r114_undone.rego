# METADATA
# title: What was given back stays given back
# description: >-
#   What an undo gave back, or switched on again, is not taken again by the statement that took it, as
#   long as that is unchanged. Another statement, or the same in other words, may. Undo plans are not
#   judged.
# custom:
#   code: R114
#   level: deny
#   remedy: change the statement so that it says what is wanted now, or add a waiver with an end date
package reseat.builtin.undone

import data.reseat.lib

deny contains {"code": "R114", "message": message} if {
	not input.facts.undo
	lib.takes
	not input.facts.undone.run == ""
	message := sprintf("would repeat what run %s gave back%s, while the statement is unchanged", [run, day])
}

run := lib.clip(input.facts.undone.run, 60)

day := sprintf(" on %s", [substring(lib.clean(input.facts.undone.at), 0, 10)]) if {
	input.facts.undone.at
} else := ""
