// Package resources embeds what changes without the code: clouds, products,
// permissions, the catalogue of sign-in errors, script templates and the
// booking-server contract. It reads nothing and imports nothing of Roomkey; the
// packages that use a resource validate it when they load it.
package resources

import (
	"embed"
	"io/fs"
)

// Clouds is the table of Microsoft clouds (YAML), read by package cloud.
//
//go:embed clouds.yaml
var Clouds []byte

// Permissions is the catalogue of Microsoft Graph permissions (YAML), read by
// package permission.
//
//go:embed permissions.yaml
var Permissions []byte

// AADSTS is the catalogue of Microsoft Entra sign-in errors (YAML), read by
// package entra.
//
//go:embed aadsts.yaml
var AADSTS []byte

// WindowsZones are Microsoft's names of time zones with their IANA names, a pair
// a line, read by package graph.
//
//go:embed windows-zones.tsv
var WindowsZones string

// Contract is the booking-server contract (OpenAPI 3.1, YAML).
//
//go:embed contract/booking-server.v1.yaml
var Contract []byte

//go:embed texts/*.json
var texts embed.FS

//go:embed products/*.yaml
var products embed.FS

//go:embed help/*.md
var help embed.FS

//go:embed scripts
var scripts embed.FS

// Texts holds the sentences of each language as JSON, at its root; those of
// en.json are the keys of the others.
var Texts = folder(texts, "texts")

// Products holds one YAML file a booking product, at its root.
var Products = folder(products, "products")

// Scripts holds the templates of the PowerShell scripts, at its root.
var Scripts = folder(scripts, "scripts")

// Help holds a page of help in Markdown for each page of the window, at its root.
var Help = folder(help, "help")

func folder(files embed.FS, name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err) // only for a name that is no valid path
	}
	return sub
}
