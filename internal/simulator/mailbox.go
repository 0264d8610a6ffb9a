package simulator

import (
	"net/http"
	"slices"

	"github.com/reseat-cli/reseat/plan"
)

// mailboxPlan reports whether a service plan gives a mailbox. Exchange
// Foundation, which most products contain, does not.
func mailboxPlan(id plan.PlanID) bool {
	switch id {
	case "efb87545-963c-4e0d-99df-69c6916d9eb0", // Exchange Online Plan 2
		"9aaf7827-d63c-4b61-89c3-182f06f82e5c", // Plan 1
		"4a82b400-a79f-41a4-b4e2-e94f5787b113", // Kiosk
		"8c3069c0-ccdb-44be-ab77-986203a67df2", // Plan 2 for government
		"e9b4930a-925f-45e2-ac2a-3f7788ca6fdd", // Plan 1 for government
		"1126bef5-da20-4f07-b45e-ad25d2581aa8", // Essentials
		"d42bdbd6-c335-4231-ab3d-c8f348d5aff5", // Plan 1 of small business
		"90927877-dcff-4af6-b346-2332c0b15bb7": // POP
		return true
	}
	return false
}

// mailbox is what a person's mailbox is for. Where the snapshot does not say,
// who holds a plan with a mailbox has one of his own.
func (t *Tenant) mailbox(a *account) plan.Mailbox {
	switch {
	case a.user.Mailbox != "":
		return a.user.Mailbox
	case slices.ContainsFunc(t.person(a).plans(), func(p assigned) bool { return mailboxPlan(p.id) }):
		return plan.UserMailbox
	}
	return plan.NoMailbox
}

func (t *Tenant) purpose(id string) (plan.Mailbox, *account, error) {
	if err := t.known(plan.ReadMailboxes); err != nil {
		return "", nil, err
	}
	a := t.account(id)
	if a == nil {
		return "", nil, refuse(http.StatusNotFound, "ErrorInvalidUser", "The requested user '%s' is invalid.", id)
	}
	m := t.mailbox(a)
	if m == plan.NoMailbox {
		return "", nil, refuse(http.StatusNotFound, "MailboxNotEnabledForRESTAPI", "The mailbox is either inactive, soft-deleted, or is hosted on-premise.")
	}
	return m, a, nil
}

// getMailbox answers mailboxSettings and its userPurpose alone.
func (t *Tenant) getMailbox(c *call) (*answer, error) {
	id, err := t.subject(c)
	if err != nil {
		return nil, err
	}
	m, a, err := t.purpose(id)
	if err != nil {
		return nil, err
	}
	set := "users('" + string(a.user.ID) + "')/mailboxSettings"
	if c.segments[len(c.segments)-1] == "userPurpose" {
		b := append([]byte{'{'}, c.context(set+"/userPurpose")...)
		b = appendString(append(b, `,"value":`...), m)
		return &answer{status: http.StatusOK, body: append(b, '}')}, nil
	}
	cols, err := choose(c, "mailboxSettings", t.views.mailboxes, "")
	if err != nil {
		return nil, err
	}
	return &answer{status: http.StatusOK, body: appendObject(nil, c.context(fragment(c, set)), cols, m)}, nil
}

// mailboxColumns are the properties of mailboxSettings; all but the purpose is
// not kept.
func mailboxColumns() []column[plan.Mailbox] {
	var cols []column[plan.Mailbox]
	for _, name := range []string{"archiveFolder", "timeZone", "delegateMeetingMessageDeliveryOptions", "dateFormat", "timeFormat",
		"automaticRepliesSetting", "language", "workingHours"} {
		cols = append(cols, fixed[plan.Mailbox](name, "null"))
	}
	return append(cols, text("userPurpose", func(m plan.Mailbox) plan.Mailbox { return m }))
}

// userWithMailbox answers for one person with mailboxSettings among the
// selected properties, which listings do not give.
func (t *Tenant) userWithMailbox(c *call, id string) (*answer, error) {
	if !readMailbox().allows(c.who, c.about()) {
		return nil, denied()
	}
	m, a, err := t.purpose(id)
	if err != nil {
		return nil, err
	}
	cols, err := choose(c, "user", t.views.users, defaultUser)
	if err != nil {
		return nil, err
	}
	for i, k := range cols {
		switch {
		case k.name == "mailboxSettings":
			cols[i].write = func(b []byte, _ person) []byte { return appendObject(b, "", t.views.mailboxes, m) }
		case elsewhere(k.name):
			return nil, notImplemented()
		case k.name == "signInActivity":
			if err := t.mayReadSignIns(c); err != nil {
				return nil, err
			}
		}
	}
	context := c.context(fragment(c, "users") + "/$entity")
	return &answer{status: http.StatusOK, body: appendObject(nil, context, cols, t.person(a))}, nil
}
