package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// DecodeReport reads what [Report.Write] wrote, outcome by outcome: the report of
// a large run is more than should be held twice. Fields that it does not know are
// passed over, since a later version may have written them.
func DecodeReport(r io.Reader) (*Report, error) {
	dec := json.NewDecoder(r)
	if err := delimiter(dec, '{'); err != nil {
		return nil, err
	}
	report := &Report{}
	rest := map[string]json.RawMessage{}
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, _ := token.(string)
		if name == "outcomes" && report.Outcomes == nil {
			if report.Outcomes, err = readOutcomes(dec); err != nil {
				return nil, err
			}
			continue
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rest[name] = value
	}
	if err := delimiter(dec, '}'); err != nil {
		return nil, err
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the document")
	}
	short, err := json.Marshal(rest)
	if err != nil {
		return nil, err
	}
	outcomes := report.Outcomes
	if err := json.Unmarshal(short, report); err != nil {
		return nil, err
	}
	report.Outcomes = outcomes
	return report, nil
}

func readOutcomes(dec *json.Decoder) ([]Outcome, error) {
	token, err := dec.Token()
	if err != nil || token == nil { // null
		return nil, err
	}
	if token != json.Delim('[') {
		return nil, fmt.Errorf("outcomes: %v where a list should be", token)
	}
	outcomes := []Outcome{}
	shared := sharer{}
	for dec.More() {
		var o Outcome
		if err := dec.Decode(&o); err != nil {
			return nil, fmt.Errorf("outcome %d: %w", len(outcomes)+1, err)
		}
		shared.outcome(&o)
		outcomes = append(outcomes, o)
	}
	return outcomes, delimiter(dec, ']')
}

func (s *sharer) outcome(o *Outcome) {
	o.SKU, o.Action = SKU(s.word(string(o.SKU))), Action(s.word(string(o.Action)))
	o.Class, o.Status = Class(s.word(string(o.Class))), Status(s.word(string(o.Status)))
	o.Code, o.Message, o.Advice, o.Evidence = s.word(o.Code), s.word(o.Message), s.word(o.Advice), s.word(o.Evidence)
}
