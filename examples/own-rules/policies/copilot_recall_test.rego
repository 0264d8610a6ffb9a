package reseat.plan.copilot_recall_test

import data.reseat.plan.copilot_recall

losing(part, seats) := {"products": [
	{"product": {"skuPartNumber": "SPE_E3"}, "removals": 1},
	{"product": {"skuPartNumber": part}, "removals": seats},
]}

test_at_the_limit if count(copilot_recall.guard) == 0 with input as losing("Microsoft_365_Copilot", 5)

test_one_over if {
	found := copilot_recall.guard with input as losing("Microsoft_365_Copilot", 6)
	found == {{"code": "WWI-3", "message": "6 Copilot seats in one plan, 5 are agreed"}}
}

test_agreed if {
	count(copilot_recall.guard) == 1 with input as losing("Microsoft_365_Copilot", 3)
		with data.reseat.config as {"copilot-recall": {"most": 2}}
}

test_other_product if count(copilot_recall.guard) == 0 with input as losing("VISIOCLIENT", 60)
