package reseat.builtin.protected_role_test

import data.reseat.builtin.protected_role

# plain is a role that protects nobody.
plain := {
	"id": "r", "name": "Global Administrator", "how": "direct", "group": "", "unit": false,
	"known": true, "privileged": false, "builtIn": false, "added": false, "excepted": false,
}

taking(roles) := {"change": {"action": "unassign"}, "facts": {"undo": false, "roles": roles}}

denied(role) := message if {
	found := protected_role.deny with input as taking([object.union(plain, role)])
	[message] := [d.message | some d in found; d.code == "R103"; count(d) == 2]
}

passed(facts) if count(protected_role.deny) == 0 with input as facts

test_privileged if denied({"privileged": true}) == "holds Global Administrator"

test_unknown_whether_privileged if {
	denied({"privileged": null}) == "holds Global Administrator, which may be privileged"
	denied({"privileged": null, "unit": true}) == "holds Global Administrator over an administrative unit, which may be privileged"
	denied({"privileged": null, "added": true}) == "holds Global Administrator"
	passed(taking([object.union(plain, {"privileged": null, "excepted": true})]))
}

test_built_in if {
	denied({"builtIn": true}) == "holds Global Administrator"
	denied({"builtIn": true, "privileged": null}) == "holds Global Administrator"
}

test_added if denied({"added": true}) == "holds Global Administrator"

test_plain_role_protects_nobody if {
	passed(taking([plain]))
	passed(taking([]))
}

test_excepted if {
	passed(taking([object.union(plain, {"privileged": true, "builtIn": true, "added": true, "excepted": true})]))
	denied({"builtIn": true, "excepted": false})
}

test_role_that_nobody_described_protects if {
	denied({"known": false}) == "holds Global Administrator, which may be privileged"
	passed(taking([object.union(plain, {"known": false, "excepted": true})]))
}

test_through_group if denied({"builtIn": true, "how": "group", "group": "tier-0"}) == "holds Global Administrator through group tier-0"

test_eligible if {
	denied({"builtIn": true, "how": "eligible"}) == "may activate Global Administrator"
	denied({"builtIn": true, "how": "eligible", "group": "tier-0"}) == "may activate Global Administrator through group tier-0"
}

test_unit if denied({"builtIn": true, "unit": true}) == "holds Global Administrator over an administrative unit"

test_unknown_way_of_holding if denied({"builtIn": true, "how": "something new"}) == "holds Global Administrator"

test_several if {
	names := ["D", "B", "A", "C", "E"]
	roles := [object.union(plain, {"name": name, "builtIn": true}) | some name in names]
	found := protected_role.deny with input as taking(roles)
	found == {{"code": "R103", "message": "holds A; holds B; holds C and 2 more"}}
}

test_longest_message_fits if {
	long := concat("", ["x" | some _ in array.concat(numbers, numbers)])
	roles := [object.union(plain, {"name": sprintf("%d%s", [i, long]), "builtIn": true, "how": "eligible", "group": long, "unit": true}) | some i in numbers]
	found := protected_role.deny with input as taking(roles)
	every d in found {
		count(d.message) <= 500
	}
	count(found) == 1
}

numbers := [n | some n in [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32]]

test_adjust_is_judged_and_assign_is_not if {
	role := object.union(plain, {"builtIn": true})
	count(protected_role.deny) == 1 with input as object.union(taking([role]), {"change": {"action": "adjust"}})
	passed(object.union(taking([role]), {"change": {"action": "assign"}}))
}

test_undo_is_not_judged if passed(object.union(taking([object.union(plain, {"builtIn": true})]), {"facts": {"undo": true}}))
