package graph

import (
	"bytes"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// said is what can be read of an error's body.
type said struct{ code, message, requestID string }

// wireError is an error object in any of the shapes seen: nested twice, with
// either spelling of innerError, with fields of odd kinds.
type wireError struct {
	Code       jsontext.Value `json:"code"`
	Message    jsontext.Value `json:"message"`
	Error      jsontext.Value `json:"error"`
	InnerError jsontext.Value `json:"innerError"`
	InnerOld   jsontext.Value `json:"innererror"`
	RequestID  jsontext.Value `json:"request-id"`
}

// decodeError reads the body of an error. It never fails: what is no JSON of
// the known shape says nothing.
func decodeError(body []byte) said {
	outer, ok := decodeWireError(body)
	if !ok {
		return said{}
	}
	inner := outer
	for range 3 {
		if inner.Error.Kind() != '{' {
			break
		}
		if inner, ok = decodeWireError(inner.Error); !ok {
			return said{}
		}
	}
	s := said{code: str(inner.Code), message: str(inner.Message)}
	for range 4 {
		detail := inner.InnerError
		if detail == nil {
			detail = inner.InnerOld
		}
		if detail.Kind() != '{' {
			break
		}
		if inner, ok = decodeWireError(detail); !ok {
			break
		}
		s.requestID = first(s.requestID, str(inner.RequestID))
		s.code = first(s.code, str(inner.Code))
		s.message = first(s.message, str(inner.Message))
	}
	return s
}

func decodeWireError(raw []byte) (wireError, bool) {
	var w wireError
	d := jsontext.NewDecoder(&shallow{r: bytes.NewReader(raw)},
		jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))
	err := json.UnmarshalDecode(d, &w)
	return w, err == nil
}

// str returns raw as text, or "" if it is anything else.
func str(raw jsontext.Value) string {
	if raw.Kind() != '"' {
		return ""
	}
	b, _ := jsontext.AppendUnquote(nil, raw) // the error is about UTF-8, which is replaced
	return string(b)
}

// first returns a, or b where a is empty.
func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}
