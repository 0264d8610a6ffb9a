package reseat.lib_test

import data.reseat.lib

test_takes if {
	lib.takes with input.change.action as "unassign"
	lib.takes with input.change.action as "adjust"
	lib.takes with input.change.action as "something new"
	not lib.takes with input.change.action as "assign"
}

test_missing_action_takes if lib.takes with input as {}

test_through_group if {
	lib.through_group with input.change.held.groups as [{"state": "Active"}]
	lib.through_group with input.change.held.groups as [{"state": "Error"}, {"state": "ActiveWithError"}]
	not lib.through_group with input.change.held.groups as [{"state": "Error"}, {"state": "Disabled"}]
	not lib.through_group with input.change.held.groups as []
}

test_name if {
	lib.name("lic-e3-staff") == "lic-e3-staff"
	lib.name("a\u001b[31mb\nc\u202Ed\u0085e") == "a\uFFFD[31mb\uFFFDc\uFFFDd\uFFFDe"
	lib.name("<b>Ann & Bø</b>") == "<b>Ann & Bø</b>"
}

letters(n) := concat("", ["a" | some _ in numbers.range(1, n)])

test_names_are_short if {
	lib.name(letters(50)) == letters(50)
	lib.name(letters(51)) == sprintf("%s…", [letters(50)])
}

test_clip if {
	lib.clip("ååå", 3) == "ååå"
	lib.clip("åååå", 3) == "ååå…"
	lib.clip("abcd", 3) == "abc…"
	lib.clip("", 3) == ""
}

test_product if {
	lib.product({"skuPartNumber": "SPE_E3", "skuId": "05e9a617"}) == "SPE_E3"
	lib.product({"skuPartNumber": "", "skuId": "05e9a617"}) == "05e9a617"
}

test_few if {
	lib.few(["a"]) == "a"
	lib.few(["a", "b", "c"]) == "a; b; c"
	lib.few(["a", "b", "c", "d"]) == "a; b; c and 1 more"
	lib.few(["a", "b", "c", "d", "e"]) == "a; b; c and 2 more"
}

test_over if {
	not lib.over(5, 5, 100)
	lib.over(6, 5, 100)
	not lib.over(4, 5, 100)
	not lib.over(0, 5, 0)
	lib.over(1, 5, 0)
	lib.over(1, 100, 0)
	not lib.over(100, 100, 100)
	not lib.over(5, 5, 119)
	lib.over(21, 5, 419)
	not lib.over(21, 5, 420)
	not lib.over(90000000000000000, 90, 100000000000000000)
	lib.over(90000000000000001, 90, 100000000000000000)
}
