package reseat.builtin.inherited_test

import data.reseat.builtin.inherited

taking(groups) := {
	"change": {"action": "unassign", "held": {"direct": false, "groups": groups}},
	"facts": {"inherited": true, "source": "group"},
}

group(state, dynamic, synced) := {"id": "g", "name": "lic-e3-staff", "state": state, "dynamic": dynamic, "synced": synced}

messages(facts) := found if {
	decisions := inherited.blocked with input as facts
	every d in decisions {
		d.code == "R105"
	}
	found := {d.message | some d in decisions}
}

test_dynamic if {
	want := {"comes from lic-e3-staff (dynamic): the membership rule still matches"}
	messages(taking([group("Active", true, false)])) == want
	messages(taking([group("Active", true, true)])) == want
}

test_synced if {
	messages(taking([group("Active", false, true)])) == {"comes from lic-e3-staff (synced): change it on premises"}
	messages(taking([group("Active", null, true)])) == {"comes from lic-e3-staff (synced): change it on premises"}
}

test_kept_by_people if messages(taking([group("ActiveWithError", false, false)])) == {"comes from lic-e3-staff: take the person out of it"}

test_unknown_membership if {
	want := {"comes from lic-e3-staff: what keeps its members is not known"}
	messages(taking([group("Active", null, null)])) == want
	messages(taking([group("Active", null, false)])) == want
	messages(taking([group("Active", false, null)])) == want
}

test_each_group_is_named if {
	other := object.union(group("Active", false, false), {"name": "all-staff"})
	idle := object.union(group("Error", false, false), {"name": "idle"})
	messages(taking([group("Active", true, false), other, idle])) == {
		"comes from lic-e3-staff (dynamic): the membership rule still matches",
		"comes from all-staff: take the person out of it",
	}
}

test_group_not_told_is_blocked_all_the_same if {
	messages(taking([])) == {"comes from a group that could not be told"}
	messages(taking([group("Error", false, false)])) == {"comes from a group that could not be told"}
}

test_only_by_statements_that_name_the_product if {
	count(inherited.blocked) == 0 with input as object.union(taking([group("Active", true, false)]), {"facts": {"inherited": false}})
}

test_only_for_seats_through_a_group_alone if {
	every source in ["direct", "both", "none", "unknown"] {
		count(inherited.blocked) == 0 with input as object.union(taking([group("Active", true, false)]), {"facts": {"source": source}})
	}
}

test_assign_is_not_judged if {
	count(inherited.blocked) == 0 with input as object.union(taking([group("Active", true, false)]), {"change": {"action": "assign"}})
}

test_only_for_seats_through_a_group if count(inherited.blocked) == 0 with input as object.union(taking([]), {"facts": {"source": "direct"}})
