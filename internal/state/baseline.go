package state

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// baselineName is the file of the baseline.
const baselineName = "baseline.json"

// Baseline reads the tenant as the last apply left it; nil if there was none.
func (s *Store) Baseline() (*plan.Baseline, error) {
	data, err := readFile(s.Path(baselineName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	damaged := func(err error) error {
		return fmt.Errorf("read %q: it is damaged: %w; put it back from a copy, or remove it: the next plan then tells no drift",
			s.Path(baselineName), err)
	}
	var b plan.Baseline
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&b); err != nil {
		return nil, damaged(err)
	}
	if major, _, _ := strings.Cut(b.FormatVersion, "."); major != "1" {
		return nil, fmt.Errorf("read %q: format %q is not one that this reseat knows", s.Path(baselineName), b.FormatVersion)
	}
	again, err := encodeBaseline(&b)
	if err != nil {
		return nil, damaged(err)
	}
	if !bytes.Equal(again, data) {
		return nil, damaged(errors.New("not written as reseat writes it"))
	}
	return &b, nil
}

// SaveBaseline replaces the baseline. The caller holds the lock.
func (s *Store) SaveBaseline(b *plan.Baseline) error {
	data, err := encodeBaseline(b)
	if err != nil {
		return fmt.Errorf("write baseline: %w", err)
	}
	if err := s.create(); err != nil {
		return err
	}
	return s.writeFile(s.Path(baselineName), data)
}

func encodeBaseline(b *plan.Baseline) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	err := enc.Encode(b)
	return out.Bytes(), err
}
