# METADATA
# title: An empty folder takes nothing
# description: >-
#   A folder without any statement, and a plan by which 95 % or more of the counted direct seats would
#   go without a raise, and more than limits.small, is taken for a mistake. Undo plans are not judged.
# custom:
#   code: R204
#   level: guard
#   remedy: look whether the folder is the right one and complete; for a clearance that is meant, raise limits by product
package reseat.builtin.empty_desired

most := 95

guard contains {"code": "R204", "message": "no statement at all: is this the right folder?"} if {
	not input.undo
	not speaks
}

guard contains {"code": "R204", "message": message} if {
	not input.undo
	not small
	input.removals.all > 0
	input.removals.all * 100 >= most * input.removals.seats
	message := sprintf("%d of %d direct seats to remove, %d %% or more without a raise: is the folder complete?", [
		input.removals.all,
		input.removals.seats,
		most,
	])
}

speaks if input.statements > 0

small if {
	input.removals.all <= input.small
	input.removals.seats > 0
}
