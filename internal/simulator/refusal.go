package simulator

import (
	"encoding/json"
	"fmt"
	"net/http"
)

// A refusal is an answer with Graph's error body.
type refusal struct {
	status        int
	code, message string
	header        map[string]string
}

func (r *refusal) Error() string { return fmt.Sprintf("%d %s: %s", r.status, r.code, r.message) }

func refuse(status int, code, format string, args ...any) *refusal {
	return &refusal{status: status, code: code, message: fmt.Sprintf(format, args...)}
}

// badRequest is how the directory refuses what it understood; all licensing
// rules come so, and only the text tells them apart.
func badRequest(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "Request_BadRequest", format, args...)
}

// badQuery is how the gateway refuses what it did not understand.
func badQuery(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "BadRequest", format, args...)
}

func unsupportedQuery(format string, args ...any) *refusal {
	return refuse(http.StatusBadRequest, "Request_UnsupportedQuery", format, args...)
}

func denied() *refusal {
	return refuse(http.StatusForbidden, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
}

func notFound(id string) *refusal {
	return refuse(http.StatusNotFound, "Request_ResourceNotFound",
		"Resource '%s' does not exist or one of its queried reference-property objects are not present.", id)
}

func noSegment(segment string) *refusal {
	return badQuery("Resource not found for the segment '%s'.", segment)
}

func unauthorized(message string) *refusal {
	r := refuse(http.StatusUnauthorized, "InvalidAuthenticationToken", "%s", message)
	r.header = map[string]string{"WWW-Authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`}
	return r
}

// answer is the refusal as it is sent.
func (r *refusal) answer(c *call) *answer {
	type inner struct {
		Date            string `json:"date"`
		RequestID       string `json:"request-id"`
		ClientRequestID string `json:"client-request-id"`
	}
	type body struct {
		Code       string `json:"code"`
		Message    string `json:"message"`
		InnerError inner  `json:"innerError"`
	}
	b, err := json.Marshal(map[string]body{"error": {r.code, r.message, inner{
		c.now.Format("2006-01-02T15:04:05"), c.id, c.clientID}}})
	if err != nil {
		panic(err) // strings always encode
	}
	a := &answer{status: r.status, body: b, header: map[string]string{}}
	for k, v := range r.header {
		a.header[k] = v
	}
	return a
}
