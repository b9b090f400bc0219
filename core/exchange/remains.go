package exchange

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// What a transcript says: whose run it is, the line of each object, and the name
// of the result file when the run came to its end.
var (
	begunLine  = regexp.MustCompile(`(?m)^Script (\S+) for the connection (\S+) in the tenant (\S+), begun (\S+?)(, -WhatIf)?\.\r?$`)
	objectLine = regexp.MustCompile(`(?m)^ *(\d+)  (changed|same|failed|skipped) +(.*?)\s*$`)
	endedLine  = regexp.MustCompile(`(?m)^Result file for Roomkey: (.*?)\r?$`)
)

// remains says how far a run came that left no result file, by its transcript or
// by its CSV with the values from before; nil when the text is neither.
func remains(text string, c *connection.Connection) *problem.Problem {
	begun := begunLine.FindStringSubmatch(text)
	if begun == nil {
		if !strings.Contains(firstLine(text), "Replaced") {
			return nil
		}
		states, counted, err := readProcessing([]byte(text), c)
		states = slices.DeleteFunc(states, func(s RoomState) bool { return s.Problem != nil }) // the last line may be cut off
		if err != nil || len(states) == 0 {
			return problem.Of(err)
		}
		if counted {
			return problem.New(codeRunHasResult, words.T("This run came to its end and has a result file.")).
				Fix(words.T("Choose the file whose name ends in .result.json."))
		}
		return savedBefore(codeValuesBefore, states,
			words.N(len(states), "The run saved the previous values of %d room. Its CSV file does not say whether it finished.", "The run saved the previous values of %d rooms. Its CSV file does not say whether it finished.", len(states)))
	}
	if err := (Result{Connection: begun[2], Tenant: begun[3], Script: begun[1]}).belongs(c); err != nil {
		return problem.Of(err)
	}
	if ended := endedLine.FindStringSubmatch(text); ended != nil {
		return problem.New(codeRunHasResult, words.T("This run came to its end and has a result file.")).
			With(words.Plain(problem.Line(ended[1]))).
			Fix(words.T("Choose the file whose name ends in .result.json."))
	}
	count, last := map[string]int{}, ""
	var all [][]string
	for _, m := range objectLine.FindAllStringSubmatch(text, -1) {
		switch n, err := strconv.Atoi(m[1]); {
		case err != nil || n < 1 || n > len(all)+1: // something else that looks alike
		case n == len(all)+1:
			all = append(all, m)
			count[m[2]]++
			last = m[2] + "  " + m[3]
		case m[2] == Failed && strings.HasPrefix(m[3], all[n-1][3]): // it was not kept
			count[all[n-1][2]]--
			count[Failed]++
			all[n-1] = m
		}
	}
	p := problem.New(codeRunEnded, words.N(len(all), "The run of %s stopped after %d object, before it was finished.", "The run of %s stopped after %d objects, before it was finished.", begun[1], len(all))).
		With(words.T("%d changed, %d already set, %d failed, %d skipped. The last one: %s", count[Changed], count[Same], count[Failed], count[Skipped], problem.Line(or(last, "-"))))
	if begun[5] != "" {
		return p.Fix(words.T("It ran with -WhatIf: nothing was changed."))
	}
	return p.Fix(words.T("Run the script again: it leaves what is already done and continues where it stopped. The object after the last one may have been changed too."))
}

// savedBefore is what the CSV with the values from before says about the run
// that wrote it: each room was saved before it was changed.
func savedBefore(code problem.Code, states []RoomState, title words.Text) *problem.Problem {
	last := states[len(states)-1].Room
	return problem.New(code, title).
		With(words.T("The script saved each room before changing it. The last one, %s, may be unchanged if the run ended there.", problem.Line(last))).
		Fix(words.T("If the run left no result file, run the script calendar-processing again: it continues where it stopped.")).
		Run(words.T("To restore these values, give the CSV file to the script calendar-processing-undo as its previous values."), "roomkeyctl script show calendar-processing-undo --set before=@FILE.before.csv --out calendar-processing-undo.ps1").
		Fix(words.T("For today's calendar processing, run the script calendar-processing-show and bring its CSV."))
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}
