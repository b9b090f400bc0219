package exchange

import (
	"slices"
	"strconv"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/sheet"
	"github.com/roomkey/roomkey/core/words"
)

// lineCount is the last column of a CSV that a script wrote to its end: how many
// lines the file has below its header. A file that was cut off, also at the end
// of a line, has fewer.
var lineCount = sheet.Column{Key: "RowsInFile", Title: "RowsInFile"}

// whole is whether a CSV says that it came to its end; it is not where the run was
// stopped, or is of an older version. The problem is a CSV of which the end is missing.
func whole(read sheet.Table, wrong []sheet.LineProblem) (counted bool, cut *problem.Problem) {
	ended, last, most := 0, 0, 0
	for _, row := range read.Rows {
		if n, err := strconv.Atoi(row.Get(lineCount.Key)); err == nil {
			ended, last, most = ended+1, row.Line, max(most, n)
		}
	}
	before := 0
	for _, w := range wrong {
		if w.Skipped && w.Line < last && w.Line != before { // the last one may be half a line
			ended, before = ended+1, w.Line
		}
	}
	if counted = slices.Contains(read.Columns, lineCount.Key); !counted || most > 0 && ended >= most {
		return counted, nil
	}
	cut = problem.New(codeCutOff, words.N(most, "The CSV file was cut off: of the %d line that it should have below its header, %d is whole.", "The CSV file was cut off: of the %d lines that it should have below its header, %d are whole.", most, ended))
	if most == 0 {
		cut = problem.New(codeCutOff, words.T("The CSV file was cut off: it has no whole line below its header."))
	}
	return true, cut.
		Fix(words.T("Use the file exactly as the script wrote it.")).
		Fix(words.T("If lines were removed from it on purpose, remove the column %s too.", lineCount.Title))
}

// maybeCut is said of a CSV with rooms that has no count.
func maybeCut() *problem.Problem {
	return problem.New(CodeMaybeCut, words.T("The CSV file may be incomplete: it does not say how many rooms it should have.")).
		Fix(words.T("If rooms are missing, run the script again and use its new file."))
}
