package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// line is one record of a CSV, its cells by column name.
type line struct {
	number int
	cell   map[string]string
}

// readTable reads a CSV that a script wrote; the named columns must be there.
func readTable(data []byte, need ...string) ([]line, error) {
	r := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\uFEFF"))))
	header, err := r.Read()
	if err != nil {
		return nil, problem.New("exchange.csv", words.T("This is no CSV.")).By(err)
	}
	var out []line
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, problem.New("exchange.csv", words.T("This is no CSV.")).By(err)
		}
		number, _ := r.FieldPos(0)
		l := line{number, map[string]string{}}
		for i, name := range header {
			l.cell[name] = record[i]
		}
		out = append(out, l)
	}
}
