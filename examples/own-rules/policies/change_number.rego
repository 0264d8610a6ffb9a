# METADATA
# title: Removals name their change
# description: A remove statement has the number of an approved change in its name, as in CHG-4711.
# custom:
#   code: WWI-2
#   remedy: put the number into the statement's name
package reseat.rules.change_number

warn contains {"code": "WWI-2", "message": message} if {
	input.change.reason.kind == "remove"
	not regex.match(`\bCHG-[0-9]+\b`, input.change.reason.statement)
	message := sprintf("%q names no change", [input.change.reason.statement])
}
