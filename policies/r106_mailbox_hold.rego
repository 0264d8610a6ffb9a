# METADATA
# title: A mailbox on hold stays
# description: >-
#   Who is listed in the facts file named holds keeps the last plan with a mailbox, and so does
#   everybody of whom the file does not surely say that he is not: the file is too old, or its name is
#   two people's. Without such a file the rule says nothing.
# custom:
#   code: R106
#   level: deny
#   remedy: keep the licence until the hold ends, then take the person out of the facts file; renew the file if it is too old
package reseat.builtin.mailbox_hold

import data.reseat.lib

deny contains {"code": "R106", "message": why} if {
	lib.takes
	"mailbox" in input.facts.loses
	not input.facts.hold.supplied == false
	not input.facts.hold.listed == false
}

why := "on hold: the last plan with a mailbox stays" if {
	input.facts.hold.listed == true
} else := sprintf("whether the mailbox is on hold is not known: %s", [lib.clip(input.facts.hold.why, 200)]) if {
	not input.facts.hold.why == ""
} else := "whether the mailbox is on hold is not known"
