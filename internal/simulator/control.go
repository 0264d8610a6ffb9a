package simulator

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/reseat-cli/reseat/plan"
)

// controlPrefix is where tests steer the tenant, beside Graph's own paths.
const controlPrefix = "/simulator/"

// control answers a call to the tenant as a simulated one.
func (t *Tenant) control(c *call, path string) *answer {
	if t.o.ControlKey != "" {
		scheme, key, _ := strings.Cut(c.header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare([]byte(strings.TrimSpace(key)), []byte(t.o.ControlKey)) != 1 {
			return answerOf(c, unauthorized("The control endpoint needs its key as a bearer token."))
		}
	}
	type deed func(*Tenant, *call) (any, error)
	deeds := map[string]map[string]deed{
		"state":  {http.MethodGet: nil},
		"usage":  {http.MethodGet: func(t *Tenant, _ *call) (any, error) { return t.Usage(), nil }},
		"faults": {http.MethodGet: (*Tenant).listFaults, http.MethodPost: (*Tenant).addFaults, http.MethodDelete: (*Tenant).clearFaults},
		"clock":  {http.MethodGet: (*Tenant).readClock, http.MethodPost: (*Tenant).setClock},
		"tokens": {http.MethodPost: (*Tenant).mint, http.MethodDelete: (*Tenant).expireTokens},
		"writes": {http.MethodGet: (*Tenant).listWrites},
	}
	methods, ok := deeds[strings.TrimPrefix(path, controlPrefix)]
	if !ok {
		return answerOf(c, refuse(http.StatusNotFound, "BadRequest", "There is no %s; there are state, usage, writes, faults, clock and tokens below %s.", path, controlPrefix))
	}
	do, ok := methods[c.method]
	if !ok {
		return answerOf(c, refuse(http.StatusMethodNotAllowed, "BadRequest", "%s does not take %s.", path, c.method))
	}
	if do == nil {
		return t.state(c)
	}
	v, err := do(t, c)
	if err != nil {
		return answerOf(c, badQuery("%s %s: %s.", c.method, path, err))
	}
	return asJSON(http.StatusOK, v)
}

// state answers with the tenant as a file that another can be started from.
func (t *Tenant) state(c *call) *answer {
	b, err := plan.EncodeSnapshot(t.Snapshot())
	if err != nil {
		return answerOf(c, err)
	}
	return &answer{status: http.StatusOK, body: b, header: map[string]string{"Content-Type": "application/json; charset=utf-8"}}
}

// strict reads a body that may hold only what is known.
func strict(c *call, v any) error {
	d := json.NewDecoder(bytes.NewReader(c.body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return fmt.Errorf("read the body: %w", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("the body goes on after its value")
	}
	return nil
}

func (t *Tenant) listFaults(*call) (any, error) { return t.faults.list(), nil }

func (t *Tenant) addFaults(c *call) (any, error) {
	var rules []FaultRule
	if err := strict(c, &rules); err != nil {
		return nil, err
	}
	for i, r := range rules {
		if err := r.check(); err != nil {
			return nil, fmt.Errorf("fault %d: %w", i+1, err)
		}
	}
	t.faults.add(rules)
	return t.faults.list(), nil
}

func (t *Tenant) clearFaults(*call) (any, error) {
	t.faults.clear()
	return t.faults.list(), nil
}

// A reading is what the clock shows.
type reading struct {
	Now time.Time `json:"now"`
}

func (t *Tenant) readClock(*call) (any, error) { return reading{t.o.Now().UTC()}, nil }

func (t *Tenant) setClock(c *call) (any, error) {
	var q struct {
		Advance *string    `json:"advance"`
		Set     *time.Time `json:"set"`
	}
	if err := strict(c, &q); err != nil {
		return nil, err
	}
	switch {
	case t.o.Clock == nil:
		return nil, errors.New("the tenant's clock cannot be set; start it with one that can")
	case (q.Advance == nil) == (q.Set == nil):
		return nil, errors.New("say either advance, a duration like 90s, or set, a time")
	case q.Set != nil:
		t.o.Clock.Set(*q.Set)
	default:
		by, err := time.ParseDuration(*q.Advance)
		if err != nil {
			return nil, fmt.Errorf("advance %q is no duration like 90s", *q.Advance)
		}
		t.o.Clock.Advance(by)
	}
	t.advance(t.o.Now())
	return t.readClock(c)
}

func (t *Tenant) expireTokens(*call) (any, error) {
	t.Expire()
	return struct{}{}, nil
}

// mint makes a token for whomever.
func (t *Tenant) mint(c *call) (any, error) {
	var q struct {
		Kind        plan.ActorKind `json:"kind"`
		ID          string         `json:"id"`
		Name        string         `json:"name"`
		Permissions []string       `json:"permissions"`
		Roles       *[]string      `json:"roles"`
		Life        string         `json:"life"`
	}
	if err := strict(c, &q); err != nil {
		return nil, err
	}
	if q.Kind != plan.ActorApplication && q.Kind != plan.ActorPerson {
		return nil, fmt.Errorf("kind %q is neither %s nor %s", q.Kind, plan.ActorApplication, plan.ActorPerson)
	}
	id, err := plan.ParseGUID(q.ID)
	if err != nil {
		return nil, fmt.Errorf("id: %w", err)
	}
	life := time.Hour
	if q.Life != "" {
		if life, err = time.ParseDuration(q.Life); err != nil {
			return nil, fmt.Errorf("life %q is no duration like 90s", q.Life)
		}
	}
	actor := plan.Actor{Kind: q.Kind, ID: id, Name: q.Name, Permissions: q.Permissions}
	if q.Roles != nil {
		actor.Roles, actor.RolesKnown = *q.Roles, true
	}
	type body struct {
		Token string `json:"token"`
	}
	return body{t.Token(actor, life)}, nil
}
