package exchange

import (
	"bytes"
	"io/fs"
	"slices"
	"sync"

	"go.yaml.in/yaml/v4"

	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// Script is one entry of the catalogue: what the administrator reads about it
// and the fields of its form.
type Script struct {
	Name  string    `yaml:"name" json:"name"`
	Title words.Key `yaml:"title" json:"title"`
	// Changes, Role, Takes and Undo are a sentence or two each: what the script
	// changes, who may run it, when it takes effect, how to undo it.
	Changes words.Key `yaml:"changes" json:"changes"`
	Role    words.Key `yaml:"role" json:"role"`
	Takes   words.Key `yaml:"takes" json:"takes"`
	Undo    words.Key `yaml:"undo" json:"undo"`
	// Dangerous says what can stop working or come to light, "" for a script that is
	// harmless.
	Dangerous words.Key `yaml:"dangerous" json:"dangerous,omitempty"`
	// Platform is what the script connects to: "exchange", "graph" or "places".
	Platform string `yaml:"platform" json:"platform"`
	// Folder is whether the script is part of the folder that is handed over;
	// Reads whether it only looks.
	Folder bool `yaml:"folder" json:"folder"`
	Reads  bool `yaml:"reads" json:"reads"`
	// ByRoom is whether -Room can limit it: it goes room by room, and what it
	// writes is not taken for all rooms.
	ByRoom bool    `yaml:"byRoom" json:"-"`
	Params []Param `yaml:"params" json:"params"`
	// Commands are the cmdlets that the account must be able to run, Also those
	// that are loaded but need not be there; Scopes and
	// Roles the delegated permissions and directory role template ids of a
	// Graph script, of which the account needs all and one.
	Commands []string `yaml:"commands" json:"commands,omitempty"`
	Also     []string `yaml:"also" json:"also,omitempty"`
	Scopes   []string `yaml:"scopes" json:"scopes,omitempty"`
	Roles    []string `yaml:"roles" json:"roles,omitempty"`
	// Undoing is what is different of one that takes back what a run of the same
	// script did, nil where there is none.
	Undoing *Undoing `yaml:"undoing" json:"-"`
	// API is how Roomkey's own sign-in does the same, nil where Microsoft has no
	// supported API.
	API *API `yaml:"api" json:"api,omitempty"`
}

// TitleOf is the title of a run, or of one that took back what another did.
func (s Script) TitleOf(undo bool) words.Key {
	if undo && s.Undoing != nil {
		return s.Undoing.Title
	}
	return s.Title
}

// Undoing are the words for a script that takes back what a run of it did.
type Undoing struct {
	Title   words.Key `yaml:"title"`
	Changes words.Key `yaml:"changes"`
	Undo    words.Key `yaml:"undo"`
}

// API is what doing it by Microsoft Graph takes: the delegated permissions to
// look and to change, and the role that Microsoft asks for.
type API struct {
	Read  []string  `yaml:"read" json:"read"`
	Write []string  `yaml:"write" json:"write"`
	Role  words.Key `yaml:"role" json:"role"`
	// Undo is the script whose result it leaves when it is taken back, "" for the
	// script itself.
	Undo string `yaml:"undo" json:"-"`
	// Preview is whether Microsoft has it as a preview only.
	Preview bool `yaml:"preview" json:"preview,omitempty"`
}

// Kinds of parameter.
const (
	KindSwitch = "switch" // true, false or, where there is no default, "" (leave as it is)
	KindNumber = "number"
	KindChoice = "choice"
	KindText   = "text"
	KindList   = "list"   // addresses, one a line or separated by commas
	KindRooms  = "rooms"  // a list out of the chosen rooms
	KindCSV    = "csv"    // the content of a CSV
	KindResult = "result" // the content of a result file
)

// Param is one field of a script's form.
type Param struct {
	Name    string    `yaml:"name" json:"name"`
	Title   words.Key `yaml:"title" json:"title"`
	Kind    string    `yaml:"kind" json:"kind"`
	Choices []string  `yaml:"choices" json:"choices,omitempty"`
	// Min and Max are the documented range of a number, both inclusive.
	Min *int `yaml:"min" json:"min,omitempty"`
	Max *int `yaml:"max" json:"max,omitempty"`
	// Default is what the field begins with: a bool, int or string; nil leaves
	// the setting as it is.
	Default any       `yaml:"default" json:"default,omitempty"`
	Help    words.Key `yaml:"help" json:"help"`
	// Documented is Microsoft's own default, nil where there is none.
	Documented any `yaml:"-" json:"documented,omitempty"`
	// Reason is why the product needs the default.
	Reason words.Key `yaml:"-" json:"reason,omitempty"`
}

// setting is a parameter of Set-CalendarProcessing.
type setting struct {
	Name    string    `yaml:"name"`
	Kind    string    `yaml:"kind"`
	Choices []string  `yaml:"choices"`
	Min     *int      `yaml:"min"`
	Max     *int      `yaml:"max"`
	Default any       `yaml:"default"`
	Help    words.Key `yaml:"help"`
	// Shows is whether it decides if a calendar shows what is discussed.
	Shows bool `yaml:"shows"`
	// Loose is whether Exchange gives it back in another form.
	Loose bool `yaml:"loose"`
}

type catalogue struct {
	scripts  []Script
	settings []setting
	private  []string
}

// loaded reads the embedded catalogue once. A mistake in it is a mistake in the
// build, which the package's tests find.
var loaded = sync.OnceValue(func() catalogue {
	var c struct {
		Scripts []Script `yaml:"scripts"`
	}
	strict("catalogue.yaml", &c)
	var p struct {
		Parameters []setting `yaml:"parameters"`
		Private    []string  `yaml:"private"`
	}
	strict("calendar-processing.yaml", &p)
	for i := range c.Scripts {
		if c.Scripts[i].Name == "calendar-processing" {
			for _, s := range p.Parameters {
				c.Scripts[i].Params = append(c.Scripts[i].Params, Param{
					Name: s.Name, Title: words.Key(s.Name), Kind: s.Kind, Choices: s.Choices,
					Min: s.Min, Max: s.Max, Help: s.Help, Documented: s.Default,
				})
			}
		}
	}
	return catalogue{c.Scripts, p.Parameters, p.Private}
})

func strict(name string, into any) {
	data, err := fs.ReadFile(resources.Scripts, name)
	if err != nil {
		panic(err)
	}
	d := yaml.NewDecoder(bytes.NewReader(data))
	d.KnownFields(true)
	if err := d.Decode(into); err != nil {
		panic(name + ": " + err.Error())
	}
}

// Catalogue is every script, in the order in which they are run.
func Catalogue() []Script { return slices.Clone(loaded().scripts) }

// find gives a script by name.
func find(name string) (Script, bool) {
	for _, s := range loaded().scripts {
		if s.Name == name {
			return s, true
		}
	}
	return Script{}, false
}

// APIOf is how Graph does what a script does, the zero value where it does not.
func APIOf(name string) API {
	if s, ok := find(name); ok && s.API != nil {
		return *s.API
	}
	return API{}
}

// For is the script with its form filled in for a target, and the reason why it
// cannot be generated for it now, nil when it can.
func (s Script) For(t Target) (Script, error) {
	s.Params = slices.Clone(s.Params)
	for i := range s.Params {
		p := &s.Params[i]
		for _, want := range t.Product.Policy {
			if s.Name == "calendar-processing" && want.Parameter == p.Name {
				p.Default, p.Reason = want.Value, want.Reason
			}
		}
		said := known(p.Name, t)
		if p.Kind == KindText {
			said = firstLine(said)
		}
		if said != "" {
			p.Default = said
		}
	}
	_, err := prepare(s.Name, t, nil, (*build).reach)
	return s, err
}

// listed is how many rooms a field is filled in with; above, the empty field
// stands for the same rooms.
const listed = 200

// known is what a field begins with because the connection knows it, "" for
// nothing.
func known(field string, t Target) string {
	if t.Connection == nil {
		return ""
	}
	scope := t.Connection.Scope
	switch field {
	case "keepSubject":
		if keep := keepers(t.Rooms); len(t.Rooms) <= listed && len(keep) > 0 {
			return joinLines(keep)
		} else if len(t.Rooms) <= listed && len(t.Rooms) > 0 {
			return "none"
		}
	case "target":
		return scope.Target
	case "group":
		return scope.Group
	case "organizersBy":
		return scope.OrganizersBy
	case "organizers":
		return scope.Organizers
	case "inside":
		return or(scope.Inside, joinLines(sample(t.Rooms)))
	case "outside":
		return scope.Outside
	case "delegation":
		if a := t.Product.ServiceAccount; a != nil && a.Delegation == product.DelegateFull {
			return a.Delegation
		}
	case "account":
		return t.Connection.ServiceAccount
	}
	return ""
}
