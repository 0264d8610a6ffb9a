# METADATA
# title: Not too many assignments
# description: >-
#   The licences given by this plan, those of swaps included, are at most limits.assignments. Undo
#   plans are not judged.
# custom:
#   code: R208
#   level: guard
#   remedy: make the change smaller, or let it pass for a time by a raise
package reseat.builtin.assignment_limit

guard contains {"code": "R208", "message": message} if {
	not input.undo
	input.assignments > input.assignmentLimit
	message := sprintf("%d licences to assign, the limit is %d", [input.assignments, input.assignmentLimit])
}
