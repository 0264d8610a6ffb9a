# METADATA
# title: Nobody loses data unasked
# description: >-
#   An enabled account that would lose its last plan with a mailbox, or its last one with SharePoint
#   or OneDrive, keeps the seat unless the statement says dataLoss: accept, which leaves a warning.
#   An account of which it is not known counts as enabled. A disabled account: a warning.
# custom:
#   code: R107
#   level: deny
#   remedy: say dataLoss accept in a remove statement, or add a waiver with an end date
package reseat.builtin.data_loss

import data.reseat.lib

deny contains {"code": "R107", "message": sprintf("%s; not while %s, unless a remove statement says dataLoss: accept", [losses, account])} if {
	lib.takes
	not asked_for
	count(input.facts.loses) > 0
}

warn contains {"code": "R107", "message": losses} if {
	lib.takes
	asked_for
	count(input.facts.loses) > 0
}

losses := concat("; ", [loss(service) | some service in input.facts.loses])

asked_for if input.change.user.accountEnabled == false

asked_for if input.change.dataLoss == "accept"

account := "the account is enabled" if {
	input.change.user.accountEnabled == true
} else := "the account may be enabled"

loss(service) := "mailbox: gone 30 days after apply" if {
	service == "mailbox"
} else := "OneDrive: read-only after 60 days, archived after 93" if {
	service == "files"
} else := sprintf("%s: lost", [lib.name(service)])
