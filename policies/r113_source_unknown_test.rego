package reseat.builtin.source_unknown_test

import data.reseat.builtin.source_unknown

finding := {"code": "R113", "message": "Graph does not say whether the seat is direct"}

test_unknown if {
	source_unknown.blocked == {finding} with input.facts.source as "unknown"
}

test_what_is_no_source_is_unknown if {
	source_unknown.blocked == {finding} with input.facts.source as "something new"
	source_unknown.blocked == {finding} with input as {}
}

test_known if {
	every source in ["direct", "group", "both", "none"] {
		count(source_unknown.blocked) == 0 with input.facts.source as source
	}
}
