package reseat.builtin.unresolved_name_test

import data.reseat.builtin.unresolved_name

taking(names) := {"change": {"action": "unassign"}, "facts": {"unresolved": names}}

nobody(name) := {"name": name, "file": "people/keep.yaml", "line": 4, "where": "keep", "skuId": "", "hint": ""}

test_closed_list if {
	found := unresolved_name.blocked with input as taking(["eli@contoso.com", "bo@contoso.com"])
	found == {{"code": "R207", "message": "the closed list names bo@contoso.com; eli@contoso.com, and nobody in the tenant is surely meant: correct the name, or take it out"}}
}

test_closed_list_of_somebodies if count(unresolved_name.blocked) == 0 with input as taking([])

test_adjust_is_judged_and_assign_is_not if {
	count(unresolved_name.blocked) == 1 with input as object.union(taking(["eli"]), {"change": {"action": "adjust"}})
	count(unresolved_name.blocked) == 0 with input as object.union(taking(["eli"]), {"change": {"action": "assign"}})
}

test_plan if {
	found := unresolved_name.guard with input as {"unresolved": [nobody("eli@contoso.com")]}
	found == {{"code": "R207", "message": "people/keep.yaml:4: eli@contoso.com in keep is nobody in the tenant"}}
}

test_where_the_name_went if {
	found := unresolved_name.guard with input as {"unresolved": [object.union(nobody("eva@contoso.com"), {"hint": "it is an address of ada@contoso.com"})]}
	found == {{"code": "R207", "message": "people/keep.yaml:4: eva@contoso.com in keep is nobody in the tenant; it is an address of ada@contoso.com"}}
}

test_many if {
	found := unresolved_name.guard with input as {"unresolved": [nobody(name) | some name in ["e", "d", "c", "b", "a"]]}
	[message] := [d.message | some d in found]
	startswith(message, "people/keep.yaml:4: a in keep")
	endswith(message, " and 2 more")
}

test_all_resolved if count(unresolved_name.guard) == 0 with input as {"unresolved": []}

test_undo_is_judged if count(unresolved_name.guard) == 1 with input as {"undo": true, "unresolved": [nobody("eli")]}

test_three_long_places_fit if {
	long := concat("", ["x" | some _ in array.concat(thirty, thirty)])
	names := [
	{"name": sprintf("%d%s", [i, long]), "file": sprintf("%d%s", [i, long]), "line": 999999999, "where": "protect.users", "skuId": "", "hint": long} |
		some i in thirty
	]
	found := unresolved_name.guard with input as {"unresolved": names}
	count(found) == 1
	every d in found {
		count(d.message) <= 500
		contains(d.message, "999999999")
	}
}

thirty := [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]

letters(n) := concat("", ["a" | some _ in numbers.range(1, n)])

said(field, text) := message if {
	found := unresolved_name.guard with input as {"unresolved": [object.union(nobody("eli"), {field: text})]}
	[message] := [d.message | some d in found]
}

test_what_is_said_is_short if {
	said("file", letters(50)) == sprintf("%s:4: eli in keep is nobody in the tenant", [letters(50)])
	said("file", letters(51)) == sprintf("%s…:4: eli in keep is nobody in the tenant", [letters(50)])
	said("where", letters(12)) == sprintf("people/keep.yaml:4: eli in %s is nobody in the tenant", [letters(12)])
	said("where", letters(13)) == sprintf("people/keep.yaml:4: eli in %s… is nobody in the tenant", [letters(12)])
	said("hint", letters(60)) == sprintf("people/keep.yaml:4: eli in keep is nobody in the tenant; %s", [letters(60)])
	said("hint", letters(61)) == sprintf("people/keep.yaml:4: eli in keep is nobody in the tenant; %s…", [letters(60)])
}
