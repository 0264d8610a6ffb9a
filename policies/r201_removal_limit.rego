# METADATA
# title: Not too many removals
# description: >-
#   The seats lost by this plan, with those lost in the last 24 hours, are at most limits.removals. A
#   product with a raise of its own has that limit and is out of the general figures. What takes
#   nothing passes. Undo plans are not judged.
# custom:
#   code: R201
#   level: guard
#   remedy: make the change smaller, or let it pass for a time by a raise
package reseat.builtin.removal_limit

import data.reseat.lib

guard contains {"code": "R201", "message": message} if {
	not input.undo
	input.removals.count > 0
	lost := input.removals.count + input.removals.recent
	lost > input.removals.limit
	message := sprintf("%d licences to remove and %d removed in the last 24 hours, the limit is %d", [
		input.removals.count,
		input.removals.recent,
		input.removals.limit,
	])
}

guard contains {"code": "R201", "message": message} if {
	not input.undo
	some product in input.products
	product.raised
	product.removals > 0
	product.removals + product.recent > product.limit
	message := sprintf("%s: %d licences to remove and %d removed in the last 24 hours, its limit is raised to %d", [
		lib.product(product.product),
		product.removals,
		product.recent,
		product.limit,
	])
}
