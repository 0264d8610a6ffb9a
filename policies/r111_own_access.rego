# METADATA
# title: Nobody takes licences from himself
# description: >-
#   An apply does not take a seat from the person who runs it, nor switch service plans of it off: the
#   way to give it back may go with it. It is judged at apply; a plan says it in its notes.
# custom:
#   code: R111
#   level: deny
#   remedy: let another identity apply it, or add a waiver with an end date
package reseat.builtin.own_access

import data.reseat.lib

deny contains {"code": "R111", "message": "the acting person would lose a licence of its own"} if {
	lib.takes
	not input.facts.own == false
}
