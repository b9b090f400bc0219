package texts

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/resources"
)

// Bypasses finds English in what was shown in the language that nobody speaks
// (qps-ploc): there every letter of a text of the catalogue carries an accent, so
// that a row of plain words is one that no translation reaches.
type Bypasses struct {
	vocabulary map[string]bool
	whole      map[string]bool
	data       *regexp.Regexp
}

// NewBypasses knows the words of the catalogue, and leaves out data: names that the
// one who tests gave, and what no language translates.
func NewBypasses(data ...string) (*Bypasses, error) {
	file, err := fs.ReadFile(resources.Texts, "en.json")
	if err != nil {
		return nil, err
	}
	var catalogue map[string]json.RawMessage
	if err := json.Unmarshal(file, &catalogue); err != nil {
		return nil, fmt.Errorf("the catalogue cannot be read: %w", err)
	}
	b := &Bypasses{vocabulary: map[string]bool{}, whole: map[string]bool{}}
	for key := range catalogue {
		b.whole[key] = true
		for _, w := range plainWord.FindAllString(verb.ReplaceAllString(key, ""), -1) {
			b.vocabulary[strings.ToLower(w)] = true
		}
	}
	names, err := names()
	if err != nil {
		return nil, err
	}
	data = append(data, names...)
	slices.SortFunc(data, func(a, b string) int { return len(b) - len(a) }) // the longest match first
	var rules []string
	for _, d := range data {
		rules = append(rules, regexp.QuoteMeta(d))
	}
	rules = append(rules, untranslated...)
	b.data = regexp.MustCompile(strings.Join(rules, "|"))
	return b, nil
}

// untranslated is the form of what has no language.
var untranslated = []string{
	`[a-z]+://\S+`,            // addresses
	`\S+@\S+`,                 // mailboxes
	`\S*\w[-._/\\:=]\w\S*`,    // ids, codes, paths, host names, moments
	`\bsecret [0-9a-f]{16}\b`, // a credential by its fingerprint
	`-{1,2}\w+`,               // flags
	"`[^`]*`",                 // commands
	`"[^"\s][^"]*"`,           // what somebody typed or called so
	`\b(openid|profile|email|offline_access)\b`,             // permissions
	`\S*\[[^\]]*\]\S*`,                                      // paths in a document
	`\broomkeyctl( [a-z][a-z-]*)*`,                          // the same
	`\b[A-Z][a-z]+[A-Z]\w*`,                                 // names such as RoomMailbox
	`\bMicrosoft 365|Microsoft Graph( Command Line Tools)?`, // products
}

var (
	plainWord = regexp.MustCompile(`[A-Za-z]+(?:'[a-z]+)?`)
	// row is plain words that follow one another.
	row = regexp.MustCompile(`[A-Za-z]+(?:'[a-z]+)?(?:[,;:.]? [A-Za-z]+(?:'[a-z]+)?)+`)
	// accented is a word of which a part is of the catalogue.
	accented = regexp.MustCompile(`[\pL\pM']*[^\x00-\x7F][\pL\pM']*`)
)

// In gives the rows of plain words in what was shown, and the whole of it where it
// is a text of the catalogue.
func (b *Bypasses) In(shown string) []string {
	rest := b.data.ReplaceAllString(shown, "·")
	if b.whole[strings.TrimSpace(rest)] {
		return []string{shown}
	}
	rest = accented.ReplaceAllString(rest, "·")
	var found []string
	for _, r := range row.FindAllString(rest, -1) {
		known := 0
		for _, w := range plainWord.FindAllString(r, -1) {
			if b.vocabulary[strings.ToLower(w)] {
				known++
			}
		}
		if known > 1 {
			found = append(found, r)
		}
	}
	return found
}

// names are those of products and clouds, and the labels of the vendors' forms,
// which stand there in the vendor's words.
func names() (all []string, err error) {
	files, err := fs.Glob(resources.Products, "*.yaml")
	if err != nil {
		return nil, err
	}
	sources := [][]byte{resources.Clouds}
	for _, file := range files {
		data, err := fs.ReadFile(resources.Products, file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, data)
	}
	for _, data := range sources {
		var document map[string]any
		if err := yaml.Unmarshal(data, &document); err != nil {
			return nil, err
		}
		named := func(of any) {
			fields, _ := of.(map[string]any)
			for _, name := range []string{"name", "application", "label"} {
				if s, ok := fields[name].(string); ok && strings.Contains(s, " ") {
					all = append(all, s)
				}
			}
		}
		named(document)
		for _, list := range []string{"clouds", "form"} {
			items, _ := document[list].([]any)
			for _, item := range items {
				named(item)
			}
		}
	}
	return all, nil
}
