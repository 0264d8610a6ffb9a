# METADATA
# title: Copilot is taken back a few at a time
# description: One plan takes no more Copilot seats than the cost centre agreed to.
# custom:
#   code: WWI-3
#   remedy: split the plan by --user, or set copilot-recall under policy
package reseat.plan.copilot_recall

most := object.get(data.reseat.config, ["copilot-recall", "most"], 5)

guard contains {"code": "WWI-3", "message": message} if {
	some p in input.products
	p.product.skuPartNumber == "Microsoft_365_Copilot"
	p.removals > most
	message := sprintf("%d Copilot seats in one plan, %d are agreed", [p.removals, most])
}
