package sheet

import (
	"bytes"
	"encoding/csv"
)

// Write is a table as a file that Excel opens with a double click: UTF-8 with a
// byte-order mark, CRLF, and no cell that would be run as a formula.
func Write(titles []string, rows [][]string) ([]byte, error) {
	b := bytes.NewBufferString("\xEF\xBB\xBF")
	w := csv.NewWriter(b)
	w.UseCRLF = true
	for _, cells := range append([][]string{titles}, rows...) {
		safe := make([]string, len(cells))
		for i, cell := range cells {
			safe[i] = Harmless(cell)
		}
		if err := w.Write(safe); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}
