package reseat.builtin.actor_role_test

import data.reseat.builtin.actor_role

person(roles) := {
	"actor": {"kind": "person", "name": "dana@contoso.com", "rolesKnown": true, "permissionsKnown": true, "permissions": ["LicenseAssignment.ReadWrite.All"], "roles": roles},
}

application(permissions) := {
	"actor": {"kind": "application", "name": "reseat", "rolesKnown": true, "permissionsKnown": true, "permissions": permissions, "roles": []},
}

role(id, unit, assigns) := {"id": id, "name": "Some Role", "unit": unit, "assigns": assigns}

silent(facts) if {
	count(actor_role.guard) == 0 with input as facts
	count(actor_role.warn) == 0 with input as facts
}

guarded(facts) := message if {
	found := actor_role.guard with input as facts
	[message] := [d.message | some d in found; d.code == "R101"; count(d) == 2]
	count(actor_role.warn) == 0 with input as facts
}

warned(facts) := message if {
	found := actor_role.warn with input as facts
	[message] := [d.message | some d in found; d.code == "R101"; count(d) == 2]
	count(actor_role.guard) == 0 with input as facts
}

test_role_with_the_action if silent(person([role("own", false, true)]))

test_billing_administrator_is_not_enough if {
	startswith(guarded(person([role("b0f54661-2d74-4c50-afa3-1ec803f12efe", false, false)])), "dana@contoso.com may not change licences: a person needs")
}

test_no_role_is_a_guard if guarded(person([]))

test_unit_scope_is_a_warning if {
	facts := person([role("fe930be7-5e62-47db-91af-98c3a49a38b1", true, true)])
	warned(facts) == "dana@contoso.com is Some Role over an administrative unit only: Graph refuses changes of people outside it"
}

test_first_of_several_units_is_named if {
	roles := [object.union(role("own", true, true), {"name": name}) | some name in ["B", "A", "C"]]
	startswith(warned(person(roles)), "dana@contoso.com is A over")
}

test_unit_scope_beside_the_tenant if silent(person([role("own", true, true), role("own", false, true)]))

test_roles_claim_missing if {
	facts := object.union(person([]), {"actor": {"rolesKnown": false}})
	contains(warned(facts), "does not say its roles")
	silent(object.union(person([role("own", false, true)]), {"actor": {"rolesKnown": false}}))
}

test_permissions_that_suffice if {
	every p in ["LicenseAssignment.ReadWrite.All", "User.ReadWrite.All", "Directory.ReadWrite.All"] {
		silent(application(["User.Read.All", p]))
	}
}

test_permissions_that_do_not if {
	every p in ["LicenseAssignment.Read.All", "Directory.Read.All", "licenseassignment.readwrite.all", "Group.ReadWrite.All"] {
		contains(guarded(application([p])), "an application's token needs")
	}
}

test_role_does_not_help_an_application if {
	guarded(object.union(application([]), {"actor": {"roles": [role("own", false, true)]}}))
}

test_permissions_claim_missing if {
	contains(warned(object.union(application([]), {"actor": {"permissionsKnown": false}})), "does not say its permissions")
	silent(object.union(application(["User.ReadWrite.All"]), {"actor": {"permissionsKnown": false}}))
}

test_unknown_kind if contains(warned({"actor": {"kind": "unknown", "name": ""}}), "does not say who acts")

test_unknown_kind_is_told_once if count(actor_role.warn) == 1 with input as {"actor": {"kind": "unknown", "name": "", "permissionsKnown": true, "permissions": []}}

test_new_kind_is_a_guard if {
	guarded({"actor": {"kind": "robot", "name": ""}}) == "the acting identity may not change licences: it is neither a person nor an application"
}

test_permission_does_not_help_a_person if {
	contains(guarded(person([])), "a person needs")
}

test_unit_scope_of_a_role_that_does_not_assign if guarded(person([role("own", true, false)]))

without(facts) := object.union(facts, {"actor": {"permissions": ["User.Read.All"]}})

test_role_without_permission if {
	holds_none := "the token of dana@contoso.com holds none of Directory.ReadWrite.All, LicenseAssignment.ReadWrite.All, User.ReadWrite.All: Graph refuses every change"
	warned(without(person([role("own", false, true)]))) == holds_none
	silent(object.union(without(person([role("own", false, true)])), {"actor": {"permissionsKnown": false}}))
	found := actor_role.warn with input as without(person([role("own", true, true)]))
	count(found) == 2
}

test_neither_role_nor_permission if contains(guarded(without(person([]))), "a person needs")

test_application_is_told_once if guarded(without(application([])))
