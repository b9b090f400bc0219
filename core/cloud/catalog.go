package cloud

import (
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/strictyaml"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/resources"
)

// Catalog is the table of clouds: Microsoft's, and the administrator's own. It may
// be used from several goroutines.
type Catalog struct {
	mu     sync.RWMutex
	clouds []Cloud
}

type document struct {
	Clouds []Cloud `yaml:"clouds"`
}

// builtIn is the table that the program carries. A mistake in it is one in the
// program, which the tests find.
var builtIn = sync.OnceValue(func() []Cloud {
	var doc document
	d := strictyaml.Read("clouds.yaml", resources.Clouds, &doc)
	for i, c := range doc.Clouds {
		c.validate(d, strictyaml.Item("clouds", i), doc.Clouds[:i])
	}
	if problems := d.Problems(CodeFileInvalid); len(problems) > 0 {
		panic(problems[0])
	}
	return doc.Clouds
})

// Load gives Microsoft's clouds and adds those of the administrator's own file,
// "" or a file that does not exist for none. Every mistake in the file is a
// problem with file, line and field, and keeps only its own cloud out.
func Load(userFile string) (*Catalog, []*problem.Problem) {
	c := &Catalog{clouds: slices.Clone(builtIn())}
	if userFile == "" {
		return c, nil
	}
	var doc document
	d := strictyaml.ReadFile(userFile, &doc)
	if d == nil {
		return c, nil
	}
	return c, c.add(d, doc.Clouds, filepath.Dir(userFile))
}

func (c *Catalog) add(d *strictyaml.Document, own []Cloud, folder string) []*problem.Problem {
	for i, row := range own {
		at := strictyaml.Item("clouds", i)
		row.Own = true
		row.Authority, row.Graph = strings.TrimSuffix(row.Authority, "/"), strings.TrimSuffix(row.Graph, "/")
		row.validate(d, at, c.clouds)
		row.pairs(d, at)
		if row.CAFile != "" && !filepath.IsAbs(row.CAFile) {
			row.CAFile = filepath.Join(folder, row.CAFile)
		}
		if row.InstanceDiscovery == nil {
			known := slices.ContainsFunc(builtIn(), func(c Cloud) bool { return c.knows(host(row.Authority)) })
			row.InstanceDiscovery = &known
		}
		if d.Sound(at) {
			c.clouds = append(c.clouds, row)
		}
	}
	return d.Problems(CodeFileInvalid)
}

// Only drops the clouds that are not in ids; none keeps all. What is added later
// stays. It gives the ids that no cloud has.
func (c *Catalog) Only(ids []string) (unknown []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, id := range ids {
		if !slices.ContainsFunc(c.clouds, func(o Cloud) bool { return o.ID == id }) {
			unknown = append(unknown, id)
		}
	}
	if len(ids) > 0 {
		c.clouds = slices.DeleteFunc(c.clouds, func(o Cloud) bool { return !slices.Contains(ids, o.ID) })
	}
	return unknown
}

// All are the clouds, Microsoft's first and the worldwide one before all.
func (c *Catalog) All() []Cloud {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return slices.Clone(c.clouds)
}

// Get finds a cloud by its id.
func (c *Catalog) Get(id string) (Cloud, bool) {
	for _, row := range c.All() {
		if row.ID == id {
			return row, true
		}
	}
	return Cloud{}, false
}

var (
	idForm    = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$`)
	hostForm  = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$`)
	plainWord = regexp.MustCompile(`^[A-Za-z0-9]+$`)
)

var features = []Feature{FeaturePlaces, FeatureBuildings, FeatureEvents, FeatureSubscriptions, FeatureChat,
	FeatureOnlineMeetings, FeatureFindMeetingTimes, FeaturePresence, FeatureCommandLineClient}

func (c Cloud) validate(d *strictyaml.Document, at string, others []Cloud) {
	switch {
	case c.ID == "":
		d.Wrong(at+".id", words.T("The cloud needs an id."))
	case !idForm.MatchString(c.ID):
		d.Wrong(at+".id", words.T("%q is not an ID. Use lowercase letters, digits and hyphens.", c.ID))
	}
	if i := slices.IndexFunc(others, func(o Cloud) bool { return o.ID == c.ID }); i >= 0 {
		if others[i].Own {
			d.Wrong(at+".id", words.T("The id %q is used twice in this file.", c.ID))
		} else {
			d.Wrong(at+".id", words.T("%q is a cloud that comes with Roomkey and cannot be replaced. Give yours another ID.", c.ID))
		}
	}
	if strings.TrimSpace(c.Name) == "" || c.Name != problem.Line(c.Name) {
		d.Wrong(at+".name", words.T("The cloud needs a one-line name to choose it by."))
	}
	root(d, at+".authority", c.Authority, words.T("The cloud needs the address of its sign-in, such as https://login.example.com."))
	root(d, at+".graph", c.Graph, words.T("The cloud needs the address of its Microsoft Graph, such as https://graph.example.com."))
	for i, alias := range c.Aliases {
		if !hostForm.MatchString(alias) {
			d.Wrong(strictyaml.Item(at+".aliases", i), words.T("%q is not a host name.", alias))
		}
	}
	for field, page := range map[string]string{"azure": c.Portals.Azure, "entra": c.Portals.Entra, "admin": c.Portals.Admin, "exchange": c.Portals.Exchange} {
		if page != "" {
			https(d, at+".portals."+field, page)
		}
	}
	if c.ExchangeHost != "" && !hostForm.MatchString(c.ExchangeHost) {
		d.Wrong(at+".exchangeHost", words.T("%q is not a host name.", c.ExchangeHost))
	}
	for field, value := range map[string]string{".exchangeEnvironment": c.ExchangeEnvironment, ".graphEnvironment": c.GraphEnvironment} {
		if value != "" && !plainWord.MatchString(value) {
			d.Wrong(at+field, words.T("%q is not the name of an environment. Use only letters and digits.", value))
		}
	}
	for i, f := range c.Missing {
		known(d, strictyaml.Item(at+".missing", i), f)
	}
	for i, f := range c.Uncertain {
		field := strictyaml.Item(at+".uncertain", i)
		known(d, field, f)
		if c.Lacks(f) {
			d.Wrong(field, words.T("%s cannot be both missing and uncertain.", f))
		}
	}
}

// pairs refuses an own row that mixes Microsoft's authority of one cloud with
// the Graph of another: its tokens would never fit.
func (c Cloud) pairs(d *strictyaml.Document, at string) {
	for _, theirs := range builtIn() {
		if theirs.Authority == c.Authority && theirs.Graph == c.Graph {
			return
		}
	}
	for _, theirs := range builtIn() {
		if theirs.knows(host(c.Authority)) {
			d.Wrong(at+".graph", words.T("%s is the sign-in of %s, whose Microsoft Graph is %s. Sign-in and Graph must belong to the same cloud.", c.Authority, theirs.Name, theirs.Graph))
		}
		if theirs.Graph == c.Graph {
			d.Wrong(at+".authority", words.T("%s is the Microsoft Graph of %s, whose sign-in is %s. Sign-in and Graph must belong to the same cloud.", c.Graph, theirs.Name, theirs.Authority))
		}
	}
}

// knows reports whether the host is that of the cloud's authority or one of its
// aliases.
func (c Cloud) knows(authorityHost string) bool {
	return authorityHost != "" && (host(c.Authority) == authorityHost || slices.Contains(c.Aliases, authorityHost))
}

func known(d *strictyaml.Document, field string, f Feature) {
	if !slices.Contains(features, f) {
		d.Wrong(field, words.T("There is no feature %q. Known are %s.", f, strings.Trim(fmt.Sprint(features), "[]")))
	}
}

// root checks the root of a service: https, a host, and nothing behind it.
func root(d *strictyaml.Document, field, address string, missing words.Text) {
	if address == "" {
		d.Wrong(field, missing)
		return
	}
	if u := https(d, field, address); u != nil && (u.Path != "" || u.RawQuery != "" || u.Fragment != "") {
		d.Wrong(field, words.T("%q must end with the host name, without a path.", address))
	}
}

func https(d *strictyaml.Document, field, address string) *url.URL {
	u, err := url.Parse(address)
	switch {
	case err != nil || u.Host == "" || !hostForm.MatchString(u.Host) && !loopback6(u) || u.User != nil || u.Opaque != "":
		d.Wrong(field, words.T("%q is not an address. Write it like https://host.example.com, in lowercase.", address))
		return nil
	case u.Scheme != "https":
		d.Wrong(field, words.T("%q must begin with https://, because secrets are sent to it.", address))
		return nil
	}
	return u
}

func loopback6(u *url.URL) bool { return u.Hostname() == "::1" }

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
