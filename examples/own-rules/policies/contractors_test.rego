package reseat.rules.contractors_test

import data.reseat.rules.contractors

change(action, name) := {"change": {
	"action": action,
	"user": {"userPrincipalName": name},
	"product": {"skuPartNumber": "SPE_E3"},
}}

test_contractor if {
	found := contractors.deny with input as change("unassign", "Ext.ann@wideworldimporters.com")
	found == {{"code": "WWI-1", "message": "SPE_E3 is paid for by the agency"}}
}

test_given if count(contractors.deny) == 0 with input as change("assign", "ext.ann@wideworldimporters.com")

test_employee if count(contractors.deny) == 0 with input as change("unassign", "dexter@wideworldimporters.com")

test_other_prefix if {
	count(contractors.deny) == 1 with input as change("unassign", "v.ann@wideworldimporters.com")
		with data.reseat.config as {"contractors": {"prefix": "v."}}
}
