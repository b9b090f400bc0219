package session

import (
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/product"
	"github.com/roomkey/roomkey/core/setup"
	"github.com/roomkey/roomkey/core/words"
)

// Asks are what the vendor's guide leaves open, or leaves to be filled in, and
// nobody has answered yet; each leads to where it is answered. Before them stands
// that the product ends. Of page, only those that are answered there, "" for all.
func (s *Session) Asks(page string) []*problem.Problem { return s.env.Asks(s.Document(), page) }

// Asks is the same of a connection.
func (e *Environment) Asks(c *connection.Connection, page string) (all []*problem.Problem) {
	p, ok := e.Products.Get(c.Product.ID)
	if !ok {
		return nil
	}
	ask := func(title, detail, todo words.Text, to problem.Place) {
		if page == "" || page == to.Page {
			all = append(all, problem.New(codeAsks, title).With(detail).Lead(todo, to))
		}
	}
	if ends := p.EndsOn(e.Now()); ends != nil && (page == "" || page == setup.Describe) {
		all = append(all, ends)
	}
	for _, u := range p.Unknown {
		if a := answers[u.What]; a.open(c, p) {
			ask(words.T(a.title, p.Name), words.T(u.Ask), words.T(a.todo), a.place(p))
		}
	}
	for _, pattern := range p.SingleSignOn.Empty(c.SingleSignOn.RedirectURIs) {
		if name, open := blankIn(pattern, c); open {
			ask(words.T("A redirect URI of %s has a blank to fill in.", p.Name), words.T("The vendor's guide has: %s", pattern),
				words.T("Fill in <%s>.", name), problem.PlaceRedirectURIs.With("roomkeyctl connection set --fill "+name+"=VALUE"))
		}
	}
	return all
}

// blankIn is a blank of a pattern that Roomkey cannot fill in itself.
func blankIn(pattern string, c *connection.Connection) (name string, open bool) {
	for _, b := range (product.SSO{Patterns: []string{pattern}}).Blanks(nil) {
		if b.Name != product.BlankServer || c.Server.URL == "" {
			return b.Name, true
		}
	}
	return "", false
}

// answer is how something that a guide leaves open is asked for.
type answer struct {
	title, todo words.Key
	place       func(product.Product) problem.Place
	// open is whether it has not been answered.
	open func(*connection.Connection, product.Product) bool
}

func always(to problem.Place) func(product.Product) problem.Place {
	return func(product.Product) problem.Place { return to }
}

func unlimited(c *connection.Connection, _ product.Product) bool {
	return c.Scope.Kind == connection.ScopeNone
}

var answers = map[string]answer{
	product.UnknownPermissions: {"It is not known which permissions %s needs.", "Choose the permissions.", always(problem.PlacePermissions),
		func(c *connection.Connection, _ product.Product) bool { return len(c.Product.Permissions) == 0 }},
	product.UnknownApplication: {"It is not known which application %s uses.", "Enter the application (client) ID.", always(problem.PlaceClientID),
		func(c *connection.Connection, p product.Product) bool { return clientOf(c, p) == "" }},
	product.UnknownRedirectURIs: {"It is not known where sign-in leads back to %s.", "Enter the redirect URI.", always(problem.PlaceRedirectURIs),
		func(c *connection.Connection, _ product.Product) bool { return len(c.SingleSignOn.RedirectURIs) == 0 }},
	product.UnknownCredential: {"It is not known which credential %s signs in with.", "Ask the vendor, then choose it with the options of the plan.", always(problem.PlaceRegister),
		func(c *connection.Connection, _ product.Product) bool { return c.Application.Credential.KeyID == "" }},
	product.UnknownForm: {"It is not known what the console of %s asks for.", "Compare what is shown with the vendor's console.", always(problem.PlaceForm),
		func(*connection.Connection, product.Product) bool { return true }},
	product.UnknownScoping: {"It is not known which limit in Exchange %s works with.", "Ask the vendor, or limit it to one test room first.", product.Product.LimitScript, unlimited},
	product.UnknownRoomPolicy: {"It is not known which calendar settings %s needs of a room.", "Compare the settings of the script with the vendor's guide.", always(problem.PlaceCalendarScript),
		func(*connection.Connection, product.Product) bool { return true }},
}
