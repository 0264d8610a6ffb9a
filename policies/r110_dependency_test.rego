package reseat.builtin.dependency_test

import data.reseat.builtin.dependency

project := {"product": {"skuId": "p", "skuPartNumber": "PROJECTPROFESSIONAL"}, "plan": "SHAREPOINT_PROJECT", "needs": "SHAREPOINTENTERPRISE"}

phone := {"product": {"skuId": "m", "skuPartNumber": ""}, "plan": "MCOPSTN1", "needs": "MCOEV"}

taking(needed) := {"change": {"action": "unassign"}, "facts": {"neededBy": needed}}

set(level) := {"dependency": {"level": level}}

warned(facts, config) := found if {
	count(dependency.deny) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in dependency.warn} with input as facts with data.reseat.config as config
}

denied(facts, config) := found if {
	count(dependency.warn) == 0 with input as facts with data.reseat.config as config
	found := {d.message | some d in dependency.deny} with input as facts with data.reseat.config as config
}

test_needed if {
	warned(taking([project]), set("warn")) == {"PROJECTPROFESSIONAL keeps SHAREPOINT_PROJECT, which needs SHAREPOINTENTERPRISE"}
	warned(taking([project, phone]), set("warn")) == {
		"PROJECTPROFESSIONAL keeps SHAREPOINT_PROJECT, which needs SHAREPOINTENTERPRISE",
		"m keeps MCOPSTN1, which needs MCOEV",
	}
}

test_level if {
	denied(taking([phone]), set("deny")) == {"m keeps MCOPSTN1, which needs MCOEV"}
	denied(taking([phone]), set("off")) == set()
	warned(taking([phone]), set("off")) == set()
}

test_a_level_that_is_missing_or_junk_denies if {
	every config in [{}, {"dependency": {}}, {"dependency": "off"}, set("Off"), set(""), set(null), set(["warn"])] {
		denied(taking([phone]), config) == {"m keeps MCOPSTN1, which needs MCOEV"}
	}
}

test_names_are_made_harmless if {
	odd := {"product": {"skuId": "m", "skuPartNumber": "A\u202eB"}, "plan": "P\u0007", "needs": "N\nN"}
	warned(taking([odd]), set("warn")) == {"A\uFFFDB keeps P\uFFFD, which needs N\uFFFDN"}
}

test_nothing_needs_it if {
	warned(taking([]), set("warn")) == set()
	denied(taking([]), set("deny")) == set()
}

test_adjust_is_judged_and_assign_is_not if {
	count(warned(object.union(taking([phone]), {"change": {"action": "adjust"}}), set("warn"))) == 1
	warned(object.union(taking([phone]), {"change": {"action": "assign"}}), set("warn")) == set()
}

test_code if {
	dependency.warn[_].code == "R110" with input as taking([phone]) with data.reseat.config as set("warn")
	dependency.deny[_].code == "R110" with input as taking([phone]) with data.reseat.config as set("deny")
}
