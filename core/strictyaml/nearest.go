package strictyaml

import (
	"strings"

	"github.com/roomkey/roomkey/core/words"
)

// OneOf says what can stand in place of a word, and first which of it was
// probably meant.
func OneOf(word string, known ...string) words.Text {
	all := words.T("Use one of: %s.", strings.Join(known, ", "))
	if near := Nearest(word, known); near != "" {
		return words.Sentences(words.T("Did you mean %q?", near), all)
	}
	return all
}

// Nearest is the known word from which the given one differs by its letters'
// case or by a typing error, "" for none.
func Nearest(word string, known []string) (near string) {
	best := (len(word) + 1) / 4
	for _, k := range known {
		if n := changes(strings.ToLower(word), strings.ToLower(k), best); n < best || n == best && near == "" {
			best, near = n, k
		}
	}
	return near
}

// changes is how many letters must be added, removed or replaced to make b of a;
// more than the limit are not counted.
func changes(a, b string, limit int) int {
	if d := len(a) - len(b); d > limit || -d > limit {
		return limit + 1
	}
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			same := diagonal
			if a[i] != b[j] {
				same++
			}
			diagonal, row[j+1] = row[j+1], min(same, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
