package language

import (
	"encoding/json"
	"io/fs"
	"strings"

	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// pseudo is the code of the language that nobody speaks (Windows calls it so): it
// shows which letters on a screen are no text of the catalogue.
const pseudo = "qps-ploc"

var accents = strings.NewReplacer("a", "á", "b", "ƀ", "c", "ç", "d", "ð", "e", "é", "f", "ƒ", "g", "ĝ", "h", "ĥ", "i", "î", "j", "ĵ", "k", "ķ", "l", "ļ", "m", "ɱ",
	"n", "ñ", "o", "ó", "p", "þ", "q", "ǫ", "r", "ŕ", "s", "š", "t", "ţ", "u", "ú", "v", "ṽ", "w", "ŵ", "x", "ẋ", "y", "ý", "z", "ž",
	"A", "Á", "B", "Ɓ", "C", "Ç", "D", "Ð", "E", "É", "F", "Ƒ", "G", "Ĝ", "H", "Ĥ", "I", "Î", "J", "Ĵ", "K", "Ķ", "L", "Ļ", "M", "Ṁ",
	"N", "Ñ", "O", "Ó", "P", "Þ", "Q", "Ǫ", "R", "Ŕ", "S", "Š", "T", "Ţ", "U", "Ú", "V", "Ṽ", "W", "Ŵ", "X", "Ẋ", "Y", "Ý", "Z", "Ž")

// catalogueMarked is the language pseudo: every sentence of the catalogue in brackets and
// with accents. What is not in the catalogue stays as it is.
func catalogueMarked() words.Language {
	var catalogue map[string]json.RawMessage
	if data, err := fs.ReadFile(resources.Texts, "en.json"); err != nil || json.Unmarshal(data, &catalogue) != nil {
		return marked // the file is made, and a test holds it to the source
	}
	return func(t words.Text) string {
		if _, known := catalogue[string(t.Key)]; !known {
			return ""
		}
		return marked(t)
	}
}

func marked(t words.Text) string {
	sentence := t.English()
	var b strings.Builder
	b.WriteString("[!! ")
	at := 0
	if len(t.Args) > 0 {
		for _, m := range verb.FindAllStringIndex(sentence, -1) {
			b.WriteString(accents.Replace(sentence[at:m[0]]))
			b.WriteString(sentence[m[0]:m[1]])
			at = m[1]
		}
	}
	b.WriteString(accents.Replace(sentence[at:]))
	b.WriteString(" !!]")
	return b.String()
}
