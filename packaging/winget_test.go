package packaging

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"go.yaml.in/yaml/v4"
)

// manifests judges manifests of the Windows Package Manager by testdata/winget.yaml.
type manifests struct{ facts openapi3.Schemas }

func newManifests(t *testing.T) manifests {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("testdata/winget.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return manifests{doc.Components.Schemas}
}

// judge gives the manifest, and what is wrong with it at any level.
func (m manifests) judge(data []byte) (map[string]any, error) {
	var node yaml.Node
	if err := yaml.Load(data, &node); err != nil {
		return nil, err
	}
	plain(&node)
	var manifest map[string]any
	if err := node.Decode(&manifest); err != nil {
		return nil, err
	}
	facts := m.facts[fmt.Sprint(manifest["ManifestType"], " manifest")]
	if facts == nil {
		return nil, fmt.Errorf("there are no manifests of type %v", manifest["ManifestType"])
	}
	return manifest, facts.Value.VisitJSON(manifest, openapi3.MultiErrors(), openapi3.EnableFormatValidation(), openapi3.WithStringFormatValidators(
		map[string]openapi3.StringFormatValidator{"date": openapi3.NewCallbackValidator(func(text string) error {
			_, err := time.Parse(time.DateOnly, text)
			return err
		})}))
}

// plain leaves dates the texts that they are in a JSON schema.
func plain(node *yaml.Node) {
	if node.Tag == "!!timestamp" {
		node.Tag = "!!str"
	}
	for _, n := range node.Content {
		plain(n)
	}
}

// winget holds the packed manifests to the facts, and to the files they name.
func winget(t *testing.T, out string, files map[string][]byte) {
	facts, found := newManifests(t), map[string]string{}
	for name, data := range files {
		if !strings.HasPrefix(name, "winget/") {
			continue
		}
		manifest, err := facts.judge(data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		kind, _ := manifest["ManifestType"].(string)
		found[kind] = string(data)
		if manifest["PackageIdentifier"] != "Roomkey.Roomkey" || manifest["PackageVersion"] != version {
			t.Errorf("%s is for %v %v", name, manifest["PackageIdentifier"], manifest["PackageVersion"])
		}
		installers, _ := manifest["Installers"].([]any)
		for _, i := range installers {
			installer, _ := i.(map[string]any)
			url, _ := installer["InstallerUrl"].(string)
			file := path.Base(url)
			if url != "https://roomkey.example/releases/"+version+"/"+file || files[file] == nil {
				t.Errorf("%s: there is no %s", name, url)
				continue
			}
			if sum := fmt.Sprintf("%X", sha256.Sum256(files[file])); installer["InstallerSha256"] != sum {
				t.Errorf("%s: the checksum of %s is %v, want %s", name, file, installer["InstallerSha256"], sum)
			}
			code, _ := installer["ProductCode"].(string)
			if rows := run(t, nil, "msiinfo", "export", filepath.Join(out, file), "Property"); !strings.Contains(rows, "ProductCode\t"+code+"\n") {
				t.Errorf("%s: %s has another product code than %s", name, file, code)
			}
			if machine := !strings.HasSuffix(file, "-user.msi"); machine != (installer["Scope"] == "machine") {
				t.Errorf("%s: %s is for the scope %v", name, file, installer["Scope"])
			}
		}
		if kind == "installer" && len(installers) != 4 {
			t.Errorf("%d installers", len(installers))
		}
	}
	if len(found) != 3 {
		t.Fatalf("%d manifests, want 3", len(found))
	}
	for _, m := range mutations {
		if !strings.Contains(found[m.kind], m.was) {
			t.Errorf("the %s manifest has no %q", m.kind, m.was)
		} else if _, err := facts.judge(bytes.ReplaceAll([]byte(found[m.kind]), []byte(m.was), []byte(m.is))); err == nil {
			t.Errorf("the %s manifest passes with %q instead of %q", m.kind, m.is, m.was)
		}
	}
}

// mutations are mistakes that a manifest must not pass with.
var mutations = []struct{ kind, was, is string }{
	{"installer", "InstallerType: msi", "InstallerType: msis"},
	{"installer", "InstallerType: msi", "InstallerKind: msi"},
	{"installer", "UpgradeBehavior: install", "UpgradeBehavior: Install"},
	{"installer", "InstallModes: [interactive, silent", "InstallModes: [interactive, quiet"},
	{"installer", "InstallModes: [interactive, silent", "InstallModes: [silent, silent"},
	{"installer", "FileExtensions: [roomkey]", `FileExtensions: ["*.roomkey"]`},
	{"installer", "FileExtensions: [roomkey]", "FileExtensions: roomkey"},
	{"installer", "Commands: [roomkeyctl]", "Commands: [" + strings.Repeat("c", 41) + "]"},
	{"installer", "Commands: [roomkeyctl]", "Commands: [7]"},
	{"installer", "ReleaseDate: 2026-", "ReleaseDate: 2026-02-30 #"},
	{"installer", "ReleaseDate: 2026-", "ReleaseDate: 2026-1-2 #"},
	{"installer", "ReleaseDate: 2026-", "ReleaseDate: 2026-01-02T10:00:00Z #"},
	{"installer", "Scope: user", "Scope: everyone"},
	{"installer", "Scope: user", "Scop: user"},
	{"installer", "Scope: user", "PackageVersion: 1.2.3"}, // a field of the manifest, not of an installer
	{"installer", "Scope: user", "InstallerSwitches: {Custom: /norestart, Quiet: /qn}"},
	{"installer", "Scope: user", "Dependencies: {PackageDependencies: [{Identifier: A.B}]}"},
	{"installer", "Scope: user", "Scope:"},
	{"installer", "Architecture: x64", "Architecture: amd64"},
	{"installer", "Architecture: x64", "Platform: [Windows.Desktop]"}, // none is left
	{"installer", "InstallerUrl: https://", "InstallerUrl: ftp://"},
	{"installer", "InstallerUrl: https://", "InstallerUrl: //"},
	{"installer", "InstallerSha256: ", "InstallerSha256: 0"},
	{"installer", `ProductCode: "`, `ProductCode: "` + strings.Repeat("0", 255)},
	{"installer", "PackageIdentifier: Roomkey.Roomkey", "PackageIdentifier: Roomkey"},
	{"installer", "PackageVersion: " + version, "PackageVersion: 1/2"},
	{"installer", "ManifestVersion: 1.12.0", "ManifestVersion: 1.6.0"},
	{"installer", "ManifestType: installer", "ManifestType: singleton"},
	{"defaultLocale", "PackageUrl: https://", "PackageUrl: www."},
	{"defaultLocale", "PackageUrl: ", "HomepageUrl: "},
	{"defaultLocale", "License: Apache-2.0", "License: A2"},
	{"defaultLocale", "License: Apache-2.0", "License: 2.0"},
	{"defaultLocale", "PackageLocale: en-US", "PackageLocale: en_US"},
	{"defaultLocale", "Publisher: Roomkey", ""},
	{"defaultLocale", "ShortDescription: ", "ShortDescription: " + strings.Repeat("d", 257)},
	{"version", "DefaultLocale: en-US", "DefaultLocale: English (United States)"},
	{"version", "DefaultLocale: en-US", ""},
	{"version", "ManifestType: version", "ManifestType: version\nMoniker: roomkey"},
}
