# METADATA
# title: Not too large a part of the tenant
# description: >-
#   The seats lost are at most limits.removalPercent of all counted seats held directly. Not looked
#   at up to limits.small removals. Undo plans are not judged.
# custom:
#   code: R202
#   level: guard
#   remedy: make the change smaller, or let it pass for a time by a raise
package reseat.builtin.removal_percent

import data.reseat.lib

guard contains {"code": "R202", "message": message} if {
	not input.undo
	not small
	lib.over(input.removals.count, input.removals.percent, input.removals.seats)
	message := sprintf("%d of %d direct seats to remove, the limit is %d %%", [
		input.removals.count,
		input.removals.seats,
		input.removals.percent,
	])
}

# Removals out of no seats at all are never small: a count is wrong.
small if {
	input.removals.count <= input.small
	input.removals.seats > 0
}
