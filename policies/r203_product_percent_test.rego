package reseat.builtin.product_percent_test

import data.reseat.builtin.product_percent

product(name, removals, percent, seats) := {
	"product": {"skuId": name, "skuPartNumber": name},
	"removals": removals, "percent": percent, "seats": seats,
}

facts(products) := {"undo": false, "small": 3, "products": products}

messages(facts) := found if {
	found := {d.message | some d in product_percent.guard} with input as facts
}

test_at_the_limit if messages(facts([product("SPE_E3", 20, 20, 100)])) == set()

test_one_over if {
	messages(facts([product("SPE_E3", 21, 20, 100)])) == {"SPE_E3: 21 of 100 direct seats to remove, the limit is 20 %"}
	messages(facts([product("SPE_E3", 20, 20, 99)])) == {"SPE_E3: 20 of 99 direct seats to remove, the limit is 20 %"}
}

test_only_the_product_that_is_over if {
	messages(facts([product("SPE_E3", 20, 20, 100), product("SPE_E5", 2, 20, 4)])) == {"SPE_E5: 2 of 4 direct seats to remove, the limit is 20 %"}
}

test_each_product_that_is_over if count(messages(facts([product("SPE_E3", 3, 20, 4), product("SPE_E5", 2, 20, 4)]))) == 2

test_small_is_of_the_whole_plan if {
	messages(facts([product("A", 1, 20, 1), product("B", 2, 20, 2)])) == set()
	messages(facts([product("A", 1, 20, 4)])) == set()
	count(messages(facts([product("A", 1, 20, 1), product("B", 3, 20, 3)]))) == 2
}

test_of_nothing if {
	messages(facts([product("A", 0, 20, 0)])) == set()
	count(messages(facts([product("A", 1, 20, 0)]))) == 1
}

test_no_products if messages(facts([])) == set()

test_code if product_percent.guard[_].code == "R203" with input as facts([product("SPE_E3", 21, 20, 100)])

test_undo_is_not_judged if messages(object.union(facts([product("SPE_E3", 21, 20, 100)]), {"undo": true})) == set()
