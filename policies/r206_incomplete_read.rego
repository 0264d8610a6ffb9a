# METADATA
# title: What was read is complete
# description: >-
#   The number of people that Graph counts before and after brackets what was read, give or take 5 or
#   0.1 %, whichever is more, and every managed product with 5 or more consumed units shows a holder
#   (those that our own ledger took within the hour are taken out first).
# custom:
#   code: R206
#   level: guard
#   remedy: try again; if it stays, look whether the identity may read all users
package reseat.builtin.incomplete_read

import data.reseat.lib

give := 5

guard contains {"code": "R206", "message": "no user was read"} if not somebody

guard contains {"code": "R206", "message": "users were not counted before and after they were read"} if not counted

guard contains {"code": "R206", "message": message} if {
	counted
	least := min([input.reads.countBefore, input.reads.countAfter])
	short := least - input.reads.users
	beyond(short, least)
	message := sprintf("%d users read, Graph counts at least %d", [input.reads.users, least])
}

guard contains {"code": "R206", "message": message} if {
	counted
	most := max([input.reads.countBefore, input.reads.countAfter])
	surplus := input.reads.users - most
	beyond(surplus, most)
	message := sprintf("%d users read, Graph counts at most %d", [input.reads.users, most])
}

guard contains {"code": "R206", "message": message} if {
	some unheld in input.reads.unheld
	unheld.consumed - unheld.recent >= give
	message := sprintf("%s: %d units in use and no holder was read", [lib.product(unheld.product), unheld.consumed])
}

somebody if input.reads.users > 0

counted if {
	input.reads.countBefore >= 0
	input.reads.countAfter >= 0
}

# beyond holds if the gap is more than 5 and more than 0.1 % of the whole.
beyond(gap, whole) if {
	gap > give
	gap * 1000 > whole
}
