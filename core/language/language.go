// Package language finds the sentences of a person's language: the program's own
// translations, and those in the configuration folder.
package language

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"

	"github.com/roomkey/roomkey/core/file"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

var (
	codeFolder = problem.Declare("language.folder-unreadable", problem.Local)
	codeFile   = problem.Declare("language.file-invalid", problem.WrongInput)
)

// Bundle is every language that there is.
type Bundle struct {
	all  *i18n.Bundle
	tags []language.Tag
}

// Load reads the translations of the program and those in the folder userDir,
// which may be missing; a sentence of the latter goes before the former's. A
// translation whose verbs are not its key's is left out, and is a problem.
func Load(userDir string) (*Bundle, []*problem.Problem) {
	b := &Bundle{all: i18n.NewBundle(language.English), tags: []language.Tag{language.English}}
	problems := b.folder(resources.Texts, "", func(name string) ([]byte, error) { return fs.ReadFile(resources.Texts, name) })
	_, err := os.Lstat(userDir)
	if errors.Is(err, fs.ErrNotExist) {
		return b, problems
	}
	return b, append(problems, b.folder(os.DirFS(userDir), userDir, func(name string) ([]byte, error) {
		return file.Read(filepath.Join(userDir, name), maxFile)
	})...)
}

// maxFile is the largest translation of the administrator's own, in bytes. All
// that Roomkey says is half a megabyte.
const maxFile = 4 << 20

func (b *Bundle) folder(files fs.FS, dir string, read func(string) ([]byte, error)) (problems []*problem.Problem) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		var at *fs.PathError
		if errors.As(err, &at) {
			err = at.Err // the remedy has the whole name
		}
		return []*problem.Problem{problem.New(codeFolder, words.T("The folder of your own translations cannot be read.")).With(words.Plain(err.Error())).By(err).
			Fix(words.T("Check that %s is a folder and that you can read it.", dir))}
	}
	for _, e := range entries {
		name, found := strings.CutSuffix(e.Name(), ".json")
		if e.IsDir() || !found || dir == "" && name == "en" { // the English is the keys
			continue
		}
		data, err := read(e.Name())
		if err == nil {
			err = b.add(name, data)
		}
		if err != nil {
			problems = append(problems, problem.New(codeFile, words.T("The translation %s has a mistake in it.", filepath.Join(dir, e.Name()))).
				With(words.Plain(err.Error())).By(err).Fix(words.T("Correct the file. Roomkey uses its valid entries.")))
		}
	}
	return problems
}

// add takes the sentences of one language. The error names those that are left
// out.
func (b *Bundle) add(name string, data []byte) error {
	tag, err := language.Parse(name)
	if err != nil {
		return fmt.Errorf("%q is not the code of a language: %w", name, err)
	}
	var sentences map[string]json.RawMessage
	if err := json.Unmarshal(data, &sentences); err != nil {
		return errors.New(problem.OfJSON(err, data, &sentences).String())
	}
	var messages []*i18n.Message
	var wrong []error
	for key, value := range sentences {
		m := &i18n.Message{}
		if json.Unmarshal(value, &m.Other) != nil {
			if err := json.Unmarshal(value, m); err != nil {
				wrong = append(wrong, fmt.Errorf("%q: %s", key, problem.OfJSON(err, value, m)))
				continue
			}
		}
		m.ID = key
		bad := false
		for _, form := range []string{m.Zero, m.One, m.Two, m.Few, m.Many, m.Other} {
			bad = bad || form != "" && !fits(key, form)
		}
		if bad {
			wrong = append(wrong, fmt.Errorf("%q: the verbs are not those of the key", key))
			continue
		}
		messages = append(messages, m)
	}
	if !slices.Contains(b.tags, tag) {
		b.tags = append(b.tags, tag)
	}
	slices.SortFunc(wrong, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(append(wrong, b.all.AddMessages(tag, messages...))...)
}

// Languages is whether there is another language than English.
func (b *Bundle) Languages() bool { return len(b.tags) > 1 }

// Choose gives the best language for a person who wants these, the dearest
// first, and its code; English is nil.
func (b *Bundle) Choose(wanted ...string) (words.Language, string) {
	if slices.Contains(wanted, pseudo) {
		return catalogueMarked(), pseudo
	}
	var tags []language.Tag
	for _, w := range wanted {
		if tag, err := language.Parse(w); err == nil {
			tags = append(tags, tag)
		}
	}
	_, i, confidence := language.NewMatcher(b.tags).Match(tags...)
	if i == 0 || confidence == language.No {
		return nil, "en"
	}
	name := b.tags[i].String()
	local := i18n.NewLocalizer(b.all, name)
	return func(t words.Text) string {
		c := &i18n.LocalizeConfig{MessageID: string(t.Key), TemplateParser: template.IdentityParser{}}
		if t.One != "" {
			c.PluralCount = t.Count
		}
		sentence, err := local.Localize(c)
		if err != nil {
			return ""
		}
		return sentence
	}, name
}

// verb is where an argument goes; two percent signs are one of them in the text.
var verb = regexp.MustCompile(`%(?:[-+#0-9.]*(?:\[(\d+)\])?([a-zA-Z])|%)`)

// fits is whether a translation takes the arguments of its key: the same verbs
// in the same order, or numbered, "%[2]s".
func fits(key, translation string) bool {
	want, _ := arguments(key)
	got, numbered := arguments(translation)
	for at, v := range got {
		if want[at] != v {
			return false
		}
	}
	return numbered || len(got) == len(want)
}

// arguments are the verbs of a sentence by the argument that each shows, and
// whether the sentence numbers them.
func arguments(sentence string) (verbs map[int]string, numbered bool) {
	verbs = map[int]string{}
	next := 1
	for _, m := range verb.FindAllStringSubmatch(sentence, -1) {
		if m[2] == "" {
			continue
		}
		if m[1] != "" {
			numbered = true
			next, _ = strconv.Atoi(m[1]) // one that is too large fits no key
		}
		if v := verbs[next]; v != m[2] {
			verbs[next] = v + m[2]
		}
		next++
	}
	return verbs, numbered
}
