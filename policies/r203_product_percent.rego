# METADATA
# title: Not too large a part of a product
# description: >-
#   The seats that a product loses are at most limits.productPercent of those held directly. Not
#   looked at up to limits.small removals in the whole plan. Undo plans are not judged.
# custom:
#   code: R203
#   level: guard
#   remedy: make the change smaller, or let it pass for a time by a raise for the product
package reseat.builtin.product_percent

import data.reseat.lib

guard contains {"code": "R203", "message": message} if {
	not input.undo
	some product in input.products
	not small(product)
	lib.over(product.removals, product.percent, product.seats)
	message := sprintf("%s: %d of %d direct seats to remove, the limit is %d %%", [
		lib.product(product.product),
		product.removals,
		product.seats,
		product.percent,
	])
}

# Removals that a raise took out of the general figures count here.
removals := sum([product.removals | some product in input.products])

small(product) if {
	removals <= input.small
	product.seats > 0
}
