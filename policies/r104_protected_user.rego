# METADATA
# title: Protected people keep their licences
# description: >-
#   Nothing is taken from who is on protect.users or matches protect.match; where it is not known
#   whether a person matches, the person is protected. Undo plans are not judged.
# custom:
#   code: R104
#   level: deny
#   remedy: take the person off protect in reseat.yaml, or add a waiver with an end date
package reseat.builtin.protected_user

import data.reseat.lib

deny contains {"code": "R104", "message": message} if {
	not input.facts.undo
	lib.takes
	message := sprintf("%s%s", [claim, place])
}

claim := "is on protect.users" if {
	input.facts.protected.listed
} else := "matches protect.match" if {
	input.facts.protected.matched == true
} else := "may match protect.match, a fact that it asks for is not known" if {
	not input.facts.protected.matched == false
}

place := "" if {
	input.facts.protected.place == ""
} else := sprintf(" (%s)", [lib.clip(input.facts.protected.place, 300)])
