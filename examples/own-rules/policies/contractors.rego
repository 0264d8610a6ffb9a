# METADATA
# title: Contractors lose nothing
# description: Whose name begins with the contractors' prefix keeps every seat. The agency pays for it.
# custom:
#   code: WWI-1
#   remedy: ask the agency to give the seat back, then waive the rule for that person
package reseat.rules.contractors

prefix := object.get(data.reseat.config, ["contractors", "prefix"], "ext.")

deny contains {"code": "WWI-1", "message": message} if {
	input.change.action == "unassign"
	startswith(lower(input.change.user.userPrincipalName), prefix)
	message := sprintf("%s is paid for by the agency", [input.change.product.skuPartNumber])
}
