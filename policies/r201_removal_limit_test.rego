package reseat.builtin.removal_limit_test

import data.reseat.builtin.removal_limit

facts(now, recent, limit) := {"undo": false, "removals": {"count": now, "recent": recent, "limit": limit}, "products": []}

# raised are facts of one product with a limit of its own.
raised(now, recent, limit) := object.union(facts(0, 0, 25), {"products": [{
	"product": {"skuId": "s", "skuPartNumber": "SPE_E3"},
	"removals": now, "recent": recent, "limit": limit, "raised": true,
}]})

tripped(facts) if count(removal_limit.guard) == 1 with input as facts

test_at_the_limit if {
	not tripped(facts(25, 0, 25))
	not tripped(facts(20, 5, 25))
	not tripped(facts(0, 0, 0))
}

test_one_over if {
	tripped(facts(26, 0, 25))
	tripped(facts(21, 5, 25))
	tripped(facts(1, 25, 25))
	tripped(facts(1, 0, 0))
}

test_a_plan_that_takes_nothing_passes if not tripped(facts(0, 100, 25))

test_message if {
	found := removal_limit.guard with input as facts(21, 5, 25)
	found == {{"code": "R201", "message": "21 licences to remove and 5 removed in the last 24 hours, the limit is 25"}}
}

test_undo_is_not_judged if not tripped(object.union(facts(26, 0, 25), {"undo": true}))

test_raised_product_at_its_limit if {
	not tripped(raised(2100, 0, 2100))
	not tripped(raised(2000, 100, 2100))
	not tripped(raised(0, 3000, 2100))
}

test_raised_product_one_over if {
	tripped(raised(2101, 0, 2100))
	tripped(raised(2000, 101, 2100))
	tripped(raised(1, 2100, 2100))
	not tripped(object.union(raised(2101, 0, 2100), {"undo": true}))
}

test_product_that_is_not_raised if {
	products := [object.union(product, {"raised": false}) | some product in raised(2101, 0, 2100).products]
	not tripped(object.union(facts(0, 0, 25), {"products": products}))
}

test_raised_message if {
	found := removal_limit.guard with input as raised(2000, 101, 2100)
	found == {{
		"code": "R201",
		"message": "SPE_E3: 2000 licences to remove and 101 removed in the last 24 hours, its limit is raised to 2100",
	}}
}
