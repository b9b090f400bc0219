package exchange

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/internal/facts"
)

// size is the largest script (2 MB).
const size = 2 << 20

func TestRoomsAreData(t *testing.T) {
	for _, name := range []string{"calendar-processing", "calendar-processing-show", "set-places", "room-lists", "places-buildings", "block-room-sign-in", "subject-visibility", "limit-application"} {
		values := map[string]any{}
		if name == "limit-application" {
			values["target"] = "chosen"
		}
		few, many := generate(t, name, target(t, 50), values), generate(t, name, target(t, 5000), values)
		if len(many.Text) > size {
			t.Errorf("%s for 5,000 rooms is %d bytes", name, len(many.Text))
		}
		if f, m := bytes.Count(few.Text, []byte("try {")), bytes.Count(many.Text, []byte("try {")); f != m {
			t.Errorf("%s has %d statements for few rooms and %d for many", name, f, m)
		}
		var in intent
		if err := json.Unmarshal(many.Intent, &in); err != nil || name != "room-lists" && len(in.Objects) < 2000 {
			t.Errorf("%s is about %d objects: %v", name, len(in.Objects), err)
		}
	}
}

func BenchmarkGenerate5000(b *testing.B) {
	to := target(b, 5000)
	for b.Loop() {
		generate(b, "calendar-processing", to, nil)
	}
}

// TestParametersExist holds the table of Set-CalendarProcessing, and what is
// passed to other cmdlets by a hashtable, against Microsoft's reference.
func TestParametersExist(t *testing.T) {
	reference, err := facts.Cmdlets()
	if err != nil {
		t.Fatal(err)
	}
	floor, yes := 1, true
	places := make([]string, 0)
	full := NewRoom{Name: "n"}
	full.Building, full.FloorLabel, full.Label, full.Phone, full.Audio, full.Video, full.Display = "b", "f", "l", "p", "a", "v", "d"
	full.Capacity, full.FloorNumber, full.Accessible, full.Tags = &floor, &floor, &yes, []string{"t"}
	for name := range place(full) {
		places = append(places, name)
	}
	for cmdlet, params := range map[string][]string{
		"Set-CalendarProcessing": columns(),
		"Set-Place":              append(places, placeColumns...),
		"New-Mailbox":            {"Name", "DisplayName", "PrimarySmtpAddress", "Alias", "Office", "Phone", "ResourceCapacity"},
		"Connect-ExchangeOnline": {"ExchangeEnvironmentName", "ConnectionUri", "AzureADAuthorizationEndpointUri", "UserPrincipalName", "SigningCertificate", "AppId", "CertificateThumbprint", "Organization", "Device"},
		"Set-OrganizationConfig": {"EwsAllowedAppIDs", "EwsEnabled"},
	} {
		for _, p := range params {
			if !slices.Contains(reference[cmdlet], p) {
				t.Errorf("%s has no parameter %s", cmdlet, p)
			}
		}
	}
	if n := len(columns()); n != 38 {
		t.Errorf("%d parameters of Set-CalendarProcessing", n)
	}
}

// forbidden does not run in Constrained Language Mode, in Windows PowerShell 5.1,
// or is what no script of ours does.
var forbidden = []string{
	"Add-Type", "[pscustomobject]", "[ordered]", "$PSCmdlet.", "Invoke-Expression", "[Console]", "[Environment]", "[Math]", "[Convert]", "[System.",
	"-AsHashtable", "??", " && ", "ForEach-Object -Parallel", "Set-ExecutionPolicy", "-Credential ", "New-PSSession", "Import-PSSession", "UseRPSSession", "ConvertTo-SecureString", "$_.alias",
}

// Constrained Language Mode allows types and methods of core types only
// (about_Language_Modes): these are the ones that the scripts use.
var (
	types   = regexp.MustCompile(`\[([A-Za-z][A-Za-z.]+)(?:\[\])?\](?:::|\$|'\w|\()`)
	methods = regexp.MustCompile(`[\w)\]]\.([A-Za-z]+)\(`)
	allowed = map[string]bool{
		"array": true, "bool": true, "char": true, "scriptblock": true, "datetime": true, "hashtable": true, "int": true, "string": true, "switch": true, "uri": true, "version": true,
		"AddMonths": true, "AddSeconds": true, "ContainsKey": true, "Remove": true, "GetNetworkCredential": true, "ToString": true, "Trim": true, "ToUniversalTime": true,
	}
)

func TestNothingForbidden(t *testing.T) {
	to := target(t, 3)
	need := values(t, to)
	for _, s := range Catalogue() {
		text := string(generate(t, s.Name, to, need[s.Name]).Text)
		for _, f := range forbidden {
			if strings.Contains(strings.ToLower(text), strings.ToLower(f)) {
				t.Errorf("%s holds %s", s.Name, f)
			}
		}
		for _, used := range append(types.FindAllStringSubmatch(text, -1), methods.FindAllStringSubmatch(text, -1)...) {
			if !allowed[used[1]] {
				t.Errorf("%s uses %s, which Constrained Language Mode does not allow", s.Name, used[0])
			}
		}
		for _, must := range []string{"SupportsShouldProcess", "Start-Transcript", "Write-ResultFile", "exit 1", "-ne $TenantId", "Disconnect-Tenant"} {
			if must == "-ne $TenantId" && s.Platform == "places" {
				must = "This is another tenant"
			}
			if !strings.Contains(text, must) {
				t.Errorf("%s lacks %s", s.Name, must)
			}
		}
		if s.Title == "" || s.Changes == "" || s.Role == "" || s.Takes == "" || s.Undo == "" || builders[s.Name] == nil {
			t.Errorf("%s is not described", s.Name)
		}
	}
	if len(builders) != len(Catalogue()) {
		t.Errorf("%d builders for %d scripts", len(builders), len(Catalogue()))
	}
}
