package reseat.builtin.replacement_missing_test

import data.reseat.builtin.replacement_missing

taking(because) := {
	"change": {
		"action": "unassign",
		"product": {"skuId": "e5", "skuPartNumber": "SPE_E5"},
		"held": {"direct": true, "groups": []},
	},
	"facts": {"missing": [{"product": {"skuId": "e3", "skuPartNumber": "SPE_E3"}, "because": because, "services": ["mailbox"]}]},
}

blocked(because) := message if {
	found := replacement_missing.blocked with input as taking(because)
	[message] := [d.message | some d in found; d.code == "R112"; count(d) == 2]
}

passed(facts) if count(replacement_missing.blocked) == 0 with input as facts

test_no_seat if blocked("no-seat") == "no free SPE_E3 seat: keeps SPE_E5 until there is one"

test_no_location if blocked("no-location") == "SPE_E3 needs a usage location: keeps SPE_E5 until there is one"

test_assign_off if blocked("assign-off") == "SPE_E3 is missing and manage.assign is off: keeps SPE_E5 until it is held"

test_adjust if blocked("adjust") == "SPE_E3 lacks service plans and manage.assign is off: keeps SPE_E5 until it has them"

test_via_group if blocked("via-group") == "SPE_E3 is to come through a group: keeps SPE_E5 until it does"

test_not_assignable if blocked("not-assignable") == "SPE_E3 cannot be assigned: keeps SPE_E5 until it can"

test_new_reason if blocked("something new") == "SPE_E3 is missing: keeps SPE_E5 until it is held"

test_each_missing_product if {
	two := [
		{"product": {"skuPartNumber": "SPE_E3"}, "because": "no-seat"},
		{"product": {"skuPartNumber": "SPE_F1"}, "because": "no-seat"},
	]
	count(replacement_missing.blocked) == 2 with input as object.union(taking("no-seat"), {"facts": {"missing": two}})
}

test_nothing_missing if passed(object.union(taking("no-seat"), {"facts": {"missing": []}}))

test_direct_copy_may_go if {
	passed(object.union(taking("no-seat"), {"change": {"held": {"groups": [{"state": "Active"}]}}}))
}

test_direct_copy_that_is_replaced_stays if {
	missing := [{"product": {"skuPartNumber": "SPE_E3"}, "because": "no-seat", "instead": true}]
	both := {"change": {"held": {"groups": [{"state": "Active"}]}}, "facts": {"missing": missing}}
	count(replacement_missing.blocked) == 1 with input as object.union(taking("no-seat"), both)
}

test_group_that_gives_nothing if {
	count(replacement_missing.blocked) == 1 with input as object.union(taking("no-seat"), {"change": {"held": {"groups": [{"state": "Error"}]}}})
}

test_adjust_of_a_copy_is_blocked if {
	facts := object.union(taking("no-seat"), {"change": {"action": "adjust", "held": {"groups": [{"state": "Active"}]}}})
	count(replacement_missing.blocked) == 1 with input as facts
}

test_assign_is_not_judged if passed(object.union(taking("no-seat"), {"change": {"action": "assign"}}))
