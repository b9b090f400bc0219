package exchange

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// knownError is what an error of Exchange, Graph or their modules means.
type knownError struct {
	Code  string      `yaml:"code"`
	Match string      `yaml:"match"`
	Kind  string      `yaml:"kind"`
	Title words.Key   `yaml:"title"`
	Fix   []words.Key `yaml:"fix"`
	match *regexp.Regexp
}

var knownErrors = sync.OnceValue(func() []knownError {
	var file struct {
		Errors []knownError `yaml:"errors"`
	}
	strict("errors.yaml", &file)
	for i := range file.Errors {
		file.Errors[i].match = regexp.MustCompile("(?i)" + file.Errors[i].Match)
	}
	return file.Errors
})

// failed are the problems of failures in a script; codeFailure is one that
// nobody has described.
var (
	failed      = problem.DeclareFamily("script.")
	codeFailure = problem.Declare("exchange.script-failed", problem.Internal)
	kindOf      = map[string]problem.Kind{
		"throttled": problem.Throttled, "down": problem.NoAnswer, "lost": problem.NoAnswer, "expired": problem.SignInNeeded,
		"denied": problem.Refused, "missing": problem.Absent, "": problem.Refused,
	}
	aadsts = regexp.MustCompile(`AADSTS(\d+)`)
	// prefix are Exchange's identifiers before a message; the last word is the
	// kind of error, which no language of the session translates.
	prefix = replacement{`\|?Ex[0-9A-F]{6}\|[^|]*?(\w*)\|\s*`, ""}
	// barely is how an error is read without the names in it, which stand in
	// quotes and can read like another error.
	barely = []replacement{
		{`[\s\p{Z}]+`, " "},
		{`\\u0027|[‘’‚‛‹›]`, "'"},
		{`\\u0022|\\"|[“”„‟«»]`, `"`},
		{`"(code|message)" ?: ?"`, " "}, // what stands in the quotes of JSON is no name
		{`^"([^"]*)"$`, "$1"},
		quoted, quoted, // names that follow each other have one sign between them
	}
	quoted = replacement{`(^|[^\p{L}\p{N}])(?:'.*?'|".*?")($|[^\p{L}\p{N}])`, "$1 $2"}
)

// replacement is a regular expression, in what Go and .NET have in common, letters'
// case ignored, and what stands in its place.
type replacement struct{ match, with string }

func (r replacement) compiled() *regexp.Regexp { return regexp.MustCompile("(?i)" + r.match) }

// replacements is a list of them as one function.
func replacements(steps []replacement) func(string) string {
	var compiled []*regexp.Regexp
	for _, s := range steps {
		compiled = append(compiled, s.compiled())
	}
	return func(text string) string {
		for i, c := range compiled {
			text = c.ReplaceAllString(text, steps[i].with)
		}
		return text
	}
}

var (
	bare        = replacements(barely)
	identifiers = prefix.compiled()
)

// knownAs is the entry of the catalogue for an error, nil for none.
func knownAs(text string) *knownError {
	text = bare(text)
	for i, known := range knownErrors() {
		if known.match.MatchString(text) {
			return &knownErrors()[i]
		}
	}
	return nil
}

// said is an error without Exchange's identifiers, but with its kind where only
// that says what it is.
func said(text string) string {
	plain := strings.TrimSpace(identifiers.ReplaceAllString(text, ""))
	if m := identifiers.FindStringSubmatch(text); m != nil && knownAs(plain) == nil && knownAs(m[1]) != nil {
		plain += " (" + m[1] + ")"
	}
	return plain
}

// failure is what an error that a script wrote down means, and what to do; nil
// for none. The text itself, without Exchange's identifiers, is the detail.
func failure(text string, s Script) *problem.Problem {
	if text = said(text); text == "" {
		return nil
	}
	detail := words.Plain(problem.Line(text))
	if m := aadsts.FindStringSubmatch(text); m != nil {
		n, _ := strconv.Atoi(m[1])
		if known, ok := entra.Explain(n, text); ok {
			p := failed.New("AADSTS"+m[1], problem.Refused, words.T(known.Title)).With(detail)
			for _, fix := range signInFixes(known) {
				p.Fix(words.T(fix))
			}
			return p
		}
	}
	if known := knownAs(text); known != nil {
		p := failed.New(known.Code, kindOf[known.Kind], words.T(known.Title)).With(detail)
		for _, fix := range known.fixes(s) {
			p.Fix(fix)
		}
		return p
	}
	return problem.New(codeFailure, detail).
		Fix(words.T("Fix what it names and run the script again. What is already done stays as it is."))
}

// fixes are the remedies, which name the role that the script needs.
func (e knownError) fixes(s Script) []words.Text {
	var out []words.Text
	for _, fix := range e.Fix {
		if strings.Contains(string(fix), "%s") {
			out = append(out, words.T(fix, s.Role))
		} else {
			out = append(out, words.T(fix))
		}
	}
	return out
}

// Reason is why an object failed, nil when it did not.
func (r Result) Reason(o Outcome) *problem.Problem {
	if o.Status != Failed {
		return nil
	}
	if o.Problem != nil {
		return o.Problem
	}
	s, _ := find(r.Script)
	return failure(o.Error, s)
}

// Stopped is why a script stopped early, nil when it went through.
func (r Result) Stopped() *problem.Problem {
	if r.Problem != nil {
		return r.Problem
	}
	s, _ := find(r.Script)
	return failure(r.Err, s)
}

// Reasons are why objects failed and why the script stopped, each once, however
// many objects it met.
func (r Result) Reasons() []*problem.Problem {
	var out []*problem.Problem
	seen := map[string]bool{}
	add := func(p *problem.Problem, identity string) {
		if p == nil {
			return
		}
		reason := p.Code.String() + p.Title.String()
		ofAny := strings.ReplaceAll(reason, cmp.Or(identity, "\x00"), "\x00")
		if !seen[reason] && !seen[ofAny] {
			out = append(out, p)
		}
		seen[reason], seen[ofAny] = true, true
	}
	for _, o := range r.Results {
		add(r.Reason(o), o.Identity)
	}
	add(r.Stopped(), "")
	return out
}

// errorTable is the catalogue as the script carries it.
func errorTable(s Script) rows {
	var out rows
	for _, e := range knownErrors() {
		var fixes []string
		for _, fix := range e.fixes(s) {
			fixes = append(fixes, fix.String())
		}
		out = append(out, table{"Match": e.Match, "Kind": e.Kind, "Title": e.Title, "Fix": strings.Join(fixes, " ")})
	}
	return out
}

// bareTable is how the script reads an error without the names in it.
func bareTable() rows {
	var out rows
	for _, step := range barely {
		out = append(out, table{"Match": step.match, "With": step.with})
	}
	return out
}

// inARow is sentences for a script, which speaks English.
func inARow(sentences ...words.Key) string {
	var all []string
	for _, s := range sentences {
		all = append(all, string(s))
	}
	return strings.Join(all, " ")
}

// ofScript is the advice about Roomkey's own sign-in as it is for a script's.
var ofScript = map[words.Key]words.Key{
	"Choose Sign in with the browser in Roomkey and complete the second factor there; set one up at aka.ms/mfasetup if the account has none.": "Run the script again without -Device and complete the second factor in the browser; set one up at aka.ms/mfasetup if the account has none.",
	"Sign in at the Microsoft 365 portal in a browser, set a new password there, then sign in again in Roomkey.":                              "Sign in at the Microsoft 365 portal in a browser, set a new password there, then run the script again.",
	"Sign in again in Roomkey.":                                                                            "Run the script again and sign in.",
	"Choose Sign in with the browser in Roomkey again.":                                                    "Run the script again without -Device.",
	"Run Roomkey on a managed computer and choose Sign in with the browser.":                               "Run the script on a managed computer without -Device.",
	"If a person signed in with a device code, choose Sign in with the browser instead.":                   withoutDevice,
	"Choose Sign in with the browser in Roomkey instead of the device code.":                               withoutDevice,
	"Choose Sign in with the browser in Roomkey.":                                                          withoutDevice,
	"Select Continue on that page. If the page appears again, choose Sign in with the browser in Roomkey.": "Select Continue on that page. If the page appears again, run the script without -Device: many tenants block device codes.",
}

const withoutDevice = words.Key("If the script was started with -Device, start it without: many tenants block device codes.")

// signInFixes are what to do about an error of the sign-in to a script.
func signInFixes(known entra.AADSTS) []words.Key {
	fixes := slices.Clone(known.Remedies(entra.SignInClient))
	for i, fix := range fixes {
		fixes[i] = cmp.Or(ofScript[fix], fix)
	}
	return fixes
}

// signInCodes are the errors of Microsoft Entra ID that an administrator's
// sign-in meets.
var signInCodes = []int{50020, 50034, 50053, 50055, 50057, 50059, 50074, 50076, 50078, 50079, 50097, 50105, 50126, 50128, 50131, 50199, 53000, 53001, 53003, 65001, 65004, 70043, 90002, 90094, 500011, 530032, 530035, 530036, 700016}

func signInTable() table {
	out := table{}
	for _, n := range signInCodes {
		if known, ok := entra.Explain(n, ""); ok {
			out[strconv.Itoa(n)] = inARow(append([]words.Key{known.Title}, signInFixes(known)...)...)
		}
	}
	return out
}
