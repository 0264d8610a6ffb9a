package reseat.rules.change_number_test

import data.reseat.rules.change_number

because(kind, statement) := {"change": {"reason": {"kind": kind, "statement": statement}}}

test_without if {
	found := change_number.warn with input as because("remove", "old CHG")
	found == {{"code": "WWI-2", "message": `"old CHG" names no change`}}
}

test_with if count(change_number.warn) == 0 with input as because("remove", "CHG-7 Visio")

test_other_section if count(change_number.warn) == 0 with input as because("rules", "office")
