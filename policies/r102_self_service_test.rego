package reseat.builtin.self_service_test

import data.reseat.builtin.self_service

bought(class, evidence) := {
	"change": {"action": "unassign"},
	"facts": {"undo": false, "selfService": {"class": class, "evidence": evidence}},
}

denied(class) := message if {
	found := self_service.deny with input as bought(class, "")
	[message] := [d.message | some d in found; d.code == "R102"; count(d) == 2]
	count(self_service.warn) == 0 with input as bought(class, "")
}

test_declared if denied("declared") == "self-service purchase: take it over first (Billing, Your products)"

test_department if denied("department") == "self-service product for departments: take it over first (Billing, Your products)"

test_new_class_is_denied if denied("something new") == "how it was bought could not be told"

test_missing_class_is_denied if count(self_service.deny) == 1 with input as {}

test_settled_and_none if {
	every class in ["settled", "none"] {
		count(self_service.deny) == 0 with input as bought(class, "")
		count(self_service.warn) == 0 with input as bought(class, "")
	}
}

test_probable if {
	found := self_service.warn with input as bought("probable", "all 3 subscriptions are owned by eli@contoso.com")
	found == {{"code": "R102", "message": "probably a self-service purchase: all 3 subscriptions are owned by eli@contoso.com"}}
	count(self_service.deny) == 0 with input as bought("probable", "")
}

test_probable_without_evidence if {
	found := self_service.warn with input as bought("probable", "")
	found == {{"code": "R102", "message": "probably a self-service purchase"}}
}

test_assign_is_judged_too if {
	count(self_service.deny) == 1 with input as object.union(bought("declared", ""), {"change": {"action": "assign"}})
}

test_undo_is_not_judged if {
	every class in ["declared", "department", "probable", "something new"] {
		undo := object.union(bought(class, ""), {"facts": {"undo": true}})
		count(self_service.deny) == 0 with input as undo
		count(self_service.warn) == 0 with input as undo
	}
}

letters(n) := concat("", ["a" | some _ in numbers.range(1, n)])

test_evidence_is_short if {
	found := self_service.warn with input as bought("probable", letters(300))
	found == {{"code": "R102", "message": sprintf("probably a self-service purchase: %s", [letters(300)])}}
	more := self_service.warn with input as bought("probable", letters(301))
	more == {{"code": "R102", "message": sprintf("probably a self-service purchase: %s…", [letters(300)])}}
}
