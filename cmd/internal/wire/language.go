package wire

import (
	"os"

	"github.com/jeandeaual/go-locale"

	"github.com/roomkey/roomkey/core/language"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Language is the language of ROOMKEY_LANG, else of this system, with its code;
// English, which is nil, where there is no translation.
func Language(paths Paths) (words.Language, string, []*problem.Problem) {
	all, problems := language.Load(paths.Languages)
	wanted := []string{os.Getenv("ROOMKEY_LANG")}
	if wanted[0] == "" && all.Languages() {
		wanted, _ = locale.GetLocales() // English, when the system does not say
	}
	chosen, code := all.Choose(wanted...)
	return chosen, code, problems
}
