package graph

import (
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// A many is a collection that is never null (OData): null there is something
// that was not read, and no empty list.
type many[T any] []T

// UnmarshalJSONFrom reads an array.
func (m *many[T]) UnmarshalJSONFrom(d *jsontext.Decoder) error {
	if err := notNull(d); err != nil {
		return err
	}
	return json.UnmarshalDecode(d, (*[]T)(m))
}

// notNull refuses null where a collection belongs.
func notNull(d *jsontext.Decoder) error {
	if d.PeekKind() == 'n' {
		return fmt.Errorf("null where a list belongs: %w", ErrIncomplete)
	}
	return nil
}
