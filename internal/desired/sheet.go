package desired

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/reseat-cli/reseat/plan"
)

// What a facts file may be at most: bounds on what one of nothing but commas
// takes in memory and in time.
const (
	maxColumns = 256
	maxCells   = 32 << 20
)

// A sheet is a facts file while it is read.
type sheet struct {
	lined
	table *table

	csv    *csv.Reader
	header []string
	key    int // column
	asOf   int // column, or -1
	newest plan.Day
	lines  map[string]int // of each key, folded
}

// parse fills the table; false is for a file of which not even the header is right.
func (s *sheet) parse() bool {
	s.csv = csv.NewReader(bytes.NewReader(s.data))
	row, err := s.csv.Read()
	switch {
	case errors.Is(err, io.EOF):
		s.fault(1, 1, "the file is empty", "give it a header, as in `userPrincipalName,lastDay`")
		return false
	case err != nil:
		s.broken(err)
		return false
	}
	if !s.head(row) {
		return false
	}
	s.rows()
	if s.faults == 0 && s.table.Complete && len(s.table.Rows) == 0 {
		s.fault(1, 1, "the file has no rows, and `complete: true` says that nobody else has such facts", "write the file anew, or leave `complete` out")
	}
	if s.newest != "" {
		s.table.AsOf, s.table.AsOfBy = s.past(s.newest.Start()), plan.ByColumn
	}
	return true
}

// head reads the names of the columns.
func (s *sheet) head(row []string) bool {
	s.key, s.asOf = -1, -1
	if len(row) > maxColumns {
		s.fault(1, 1, "the file has more than 256 columns", "leave out those that nobody asks for")
		return false
	}
	first := map[string]int{}
	for i, cell := range row {
		name := normal(cell)
		line, at := s.csv.FieldPos(i)
		was, twice := first[fold(name)]
		switch {
		case name == "":
			s.fault(line, at, fmt.Sprintf("column %d has no name", i+1), "name it, or take it out")
		case !printable(name):
			s.fault(line, at, "the name of a column has a tab or a line break", "take it out; columns are parted by commas")
		case twice:
			s.fault(line, at, fmt.Sprintf("the column %s stands twice, first as number %d", quote(name), was), "keep one of them")
		case fold(name) == fold(string(s.table.Key)):
			s.key = i
		case fold(name) == "asof":
			s.asOf = i
		}
		first[fold(name)] = i + 1
		s.header = append(s.header, name)
	}
	if s.key < 0 && s.faults == 0 {
		remedy := "add it, or correct `key` in reseat.yaml"
		if len(row) == 1 && strings.Contains(row[0], ";") {
			remedy = "save the file with commas between its columns, not semicolons"
		}
		s.fault(1, 1, "the file has no column "+quote(string(s.table.Key))+", which reseat.yaml says is its key", remedy)
	}
	if s.faults > 0 {
		return false
	}
	s.table.Columns, s.table.named = slices.Delete(slices.Clone(s.header), s.key, s.key+1), map[string]string{}
	for _, name := range s.table.Columns {
		s.table.named[fold(name)] = name
	}
	return true
}

// rows reads what stands below the header.
func (s *sheet) rows() {
	s.table.Rows, s.lines = map[string][]string{}, map[string]int{}
	for cells := 0; !s.full(); {
		row, err := s.csv.Read()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			if !s.broken(err) {
				return
			}
			continue
		}
		if cells += len(row); cells > maxCells {
			line, _ := s.csv.FieldPos(0)
			s.fault(line, 1, "the file has more than 32 million cells", "leave out columns that nobody asks for")
			return
		}
		s.row(row)
	}
}

// row takes one row in, which it may keep.
func (s *sheet) row(row []string) {
	for i, cell := range row {
		row[i] = normal(cell)
		if !printable(row[i]) {
			line, at := s.csv.FieldPos(i)
			s.fault(line, at, "the cell of "+quote(s.header[i])+" has a tab or a line break", "take it out")
			return
		}
	}
	key, ok := s.person(row[s.key])
	if !ok {
		return
	}
	if s.asOf >= 0 && row[s.asOf] != "" {
		s.dated(row[s.asOf])
	}
	s.table.Rows[key] = slices.Delete(row, s.key, s.key+1)
}

// person checks the key of a row and turns it into the form in which it is looked up.
func (s *sheet) person(name string) (key string, ok bool) {
	line, at := s.csv.FieldPos(s.key)
	if name == "" {
		s.fault(line, at, "the row has no "+string(s.table.Key), "fill it in, or take the row out")
		return "", false
	}
	key = strings.ToLower(name)
	if _, err := plan.ParseGUID(name); err != nil && s.table.Key == plan.KeyedByID {
		s.fault(line, at, quote(name)+" is no object id", "write the person's id from Entra, as in 11111111-2222-3333-4444-555555555555")
		return "", false
	}
	if s.table.Key == plan.KeyedByName && (!strings.Contains(name, "@") || strings.Contains(name, " ")) {
		s.fault(line, at, quote(name)+" is no userPrincipalName", "write it as adele@contoso.com, or take the row out")
		return "", false
	}
	same := key
	if strings.ContainsFunc(key, func(c rune) bool { return c >= 0x80 }) {
		same = fold(name)
	}
	if first, twice := s.lines[same]; twice {
		s.fault(line, at, fmt.Sprintf("%s stands twice, first on line %d", quote(name), first), "keep one row for each person")
		return "", false
	}
	s.lines[same] = line
	return key, true
}

// dated takes in the day of a row.
func (s *sheet) dated(cell string) {
	day, err := plan.ParseDay(cell)
	line, at := s.csv.FieldPos(s.asOf)
	switch now := s.opts.Now; {
	case err != nil:
		s.fault(line, at, "`asOf` is "+quote(cell)+", which is no date", "write days as 2027-01-31")
	case !now.IsZero() && day > plan.DayOf(now.Add(clockSkew)):
		s.fault(line, at, "`asOf` is "+quote(cell)+", which lies in the future", "write the day on which the row was taken")
	default:
		s.newest = max(s.newest, day)
	}
}

// broken reports what the CSV reader stumbled over, and whether the rows below
// can be told apart all the same.
func (s *sheet) broken(err error) bool {
	var p *csv.ParseError
	if !errors.As(err, &p) {
		s.fault(1, 1, "the file cannot be read ("+plain(err)+")", "write it anew")
		return false
	}
	switch {
	case errors.Is(err, csv.ErrFieldCount):
		s.fault(p.Line, p.Column, fmt.Sprintf("the row has not as many cells as the header, which has %d", len(s.header)), "put a cell that has a comma into double quotes")
		return true
	case errors.Is(err, csv.ErrBareQuote):
		s.fault(p.Line, p.Column, "a quote stands within a cell that does not begin with one", `put the whole cell into double quotes, and double those within, as in "the ""new"" one"`)
	case p.StartLine != p.Line:
		s.fault(p.StartLine, 1, "a quote in the row is not closed", "close it in the same line")
	default:
		s.fault(p.Line, p.Column, "a quote is not closed, or something stands behind it", `double the quotes within a cell, as in "the ""new"" one"`)
	}
	return false
}
