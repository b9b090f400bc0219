package exchange

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/roomkey/roomkey/core/entra"
	"github.com/roomkey/roomkey/core/words"
)

// saidInMany is what the same error looks like in another quotation, language
// or wrapping, and names that read like another error.
var saidInMany = map[string]string{
	`The operation couldn't be performed because object "Room 401" couldn't be found on "DB9PR01".`:                            "script.not-found",
	"The operation couldn’t be performed because object ‘Access Denied’ couldn’t be found on ‘DB9PR01’.":                       "script.not-found",
	"The operation couldn't be performed because object “throttled: Forbidden” couldn't be found.":                             "script.not-found",
	"The operation couldn't be performed because object room1@contoso.com couldn't be found.":                                  "script.not-found",
	"The operation couldn't\r\n be performed because object 'x' couldn't\r\n\tbe found on 'y'.":                                "script.not-found",
	"Ex6F9304|Microsoft.Exchange.Configuration.Tasks.ManagementObjectNotFoundException|Das Objekt \"x\" wurde nicht gefunden.": "script.not-found",
	"Set-CalendarProcessing: |Ex6F9304|Microsoft.Exchange.X|\r\nAccess\u00a0Denied.":                                           "script.denied",
	"exA0B1C2|System.InvalidOperationException|The object 'ceo' is out of the current user’s write scope.":                     "script.write-scope",
	`{"error":{"code":"Authorization_RequestDenied","message":"Insufficient rights on \"x\"."}}`:                               "script.denied",
	`{"error": {"code": "UnknownError", "message": "Resource \u0027throttled\u0027 does not exist or is not all there."}}`:     "exchange.script-failed",
	`"Access is denied. Forbidden."`:                                                                              "script.denied",
	"The name 'House O'Brien Forbidden' is wrong.":                                                                "exchange.script-failed",
	`The rooms "Access Denied" "throttled" "Forbidden" are something else.`:                                       "exchange.script-failed",
	"Le lieu « Access Denied » et l'accès de l'hôte sont inconnus.":                                               "exchange.script-failed",
	`"429 Rooms:" is something else.`:                                                                             "exchange.script-failed",
	"The proxy address \"SMTP:a@contoso.com\" is\nalready being used by the proxy addresses or LegacyExchangeDN.": "script.address-taken",
	"Ex6F9304|Microsoft.Exchange.Data.X|Something else.":                                                          "exchange.script-failed",
	"HTTP request failed with status code: 429.{\"error\":{\"code\":\"activityLimitReached\",\"message\":\"x\"}}": "script.throttled",
	"HTTP request failed with status code: ServiceUnavailable.<html>\r\n<p>Down</p></html>":                       "script.unavailable",
	"Response status code does not indicate success: Unauthorized (Unauthorized).":                                "script.signed-out",
	"The response ended prematurely. (ResponseEnded)":                                                             "script.answer-lost",
	"Unable to read data from the transport connection: Connection reset by peer.":                                "script.answer-lost",
	"Connection refused (graph.microsoft.com:443)":                                                                "script.unreachable",
}

// TestGraphAnswersAreReadForWhatTheySay: whatever form a refusal of Microsoft Graph has, a
// script says the status, the message and the request ID, and not the whole response.
func TestGraphAnswersAreReadForWhatTheySay(t *testing.T) {
	if _, err := exec.LookPath("pwsh"); err != nil {
		t.Skip("SKIPPED: no pwsh on PATH, so no script was asked")
	}
	script := string(generate(t, "set-places", target(t, 1), nil).Text)
	begin, end := strings.Index(script, "# Known errors:"), strings.Index(script, "# Get-Kind returns")
	ask := filepath.Join(t.TempDir(), "ask.ps1")
	err := os.WriteFile(ask, []byte("\uFEFF"+script[begin:end]+`
function Show-Error {
    param($Exception, [string]$Answer)
    $made = New-Object System.Management.Automation.ErrorRecord $Exception, 'x', 'InvalidOperation', $null
    if ($Answer) { $made.ErrorDetails = New-Object System.Management.Automation.ErrorDetails $Answer }
    $text = Get-Text $made
    try { throw $text } catch { if ((Get-Text $_) -ne $text) { Write-Output "not the same again: $(Get-Text $_)" } }
    Write-Output $text
}
$head = "HTTP/1.1 403 Forbidden`+"`r`nrequest-id: 0f0f`r`nContent-Type: text/html`r`n`r`n"+`"
Show-Error (New-Object Exception 'Success: Forbidden (Forbidden).') ($head + '<html><h1>No</h1></html>')
Show-Error (New-Object Exception 'Success: Forbidden (Forbidden).') ($head + '{"error":{"code":"","message":""}}')
Show-Error (New-Object Exception 'Success: Forbidden (Forbidden).') ($head + '{"error":{"code":"Denied","message":"It\u0027s so."}}')
Show-Error (New-Object Exception 'HTTP request failed with status code: TooManyRequests.{"error":{"code":"Busy","message":"Later.","innerError":{"request-id":"1e1e"}}}') ''
Show-Error (New-Object System.Net.Http.HttpRequestException 'Die Anforderung schlug fehl.') 'Die Verbindung wurde getrennt.'
`), 0o600)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "pwsh", "-NoProfile", "-File", ask).CombinedOutput()
	const want = `Success: Forbidden (Forbidden). (request 0f0f)
Success: Forbidden (Forbidden). (request 0f0f)
Success: Forbidden (Forbidden). Denied: It's so. (request 0f0f)
HTTP request failed with status code: TooManyRequests. Busy: Later. (request 1e1e)
Die Verbindung wurde getrennt. (HttpRequestException)
`
	if err != nil || string(out) != want {
		t.Errorf("%v %s", err, out)
	}
}

// TestErrorsHoweverSaid: the same error in every form has the same words, here and in
// the script.
func TestErrorsHoweverSaid(t *testing.T) {
	titles := map[string]string{}
	for text, code := range saidInMany {
		p := failure(text, Script{})
		if p.Code.String() != code || strings.Contains(p.Detail.String()+p.Title.String(), "6F9304|") {
			t.Errorf("%q: %s, not %s", text, p.Code, code)
		}
		if p.Code != codeFailure {
			titles[text] = p.Title.String()
		}
	}
	if _, err := exec.LookPath("pwsh"); err != nil {
		t.Skip("SKIPPED: no pwsh on PATH, so no script was asked")
	}
	script := string(generate(t, "set-places", target(t, 1), nil).Text)
	begin, end := strings.Index(script, "# Known errors:"), strings.Index(script, "# Get-Kind returns")
	if begin < 0 || end < begin {
		t.Fatal("the script has no known errors")
	}
	list := make([]string, 0, len(saidInMany))
	for text := range saidInMany {
		list = append(list, text)
	}
	texts, err := json.Marshal(list)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for name, data := range map[string]string{"texts.json": string(texts), "ask.ps1": "\uFEFF" + script[begin:end] + `
$said = @(foreach ($text in (Get-Content -Raw -LiteralPath "$PSScriptRoot/texts.json" | ConvertFrom-Json)) {
    try { throw $text } catch { $plain = Get-Text $_ }
    @{ plain = $plain; title = "$((Find-Known $plain).Title)" }
})
Set-Content -LiteralPath "$PSScriptRoot/said.json" -Value (ConvertTo-Json -InputObject $said)
`} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(data), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if out, err := exec.CommandContext(t.Context(), "pwsh", "-NoProfile", "-File", filepath.Join(dir, "ask.ps1")).CombinedOutput(); err != nil {
		t.Fatalf("%v %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "said.json"))
	if err != nil {
		t.Fatal(err)
	}
	var said []struct{ Plain, Title string }
	if err := json.Unmarshal(data, &said); err != nil || len(said) != len(list) {
		t.Fatal(err, len(said))
	}
	for i, s := range said {
		if s.Title != titles[list[i]] || strings.ContainsAny(s.Plain, "\r\n") || strings.Contains(s.Plain, "6F9304|") {
			t.Errorf("%q: the script says %q of %q, not %q", list[i], s.Title, s.Plain, titles[list[i]])
		}
		if p := failure(s.Plain, Script{}); p.Code.String() != saidInMany[list[i]] {
			t.Errorf("%q comes back as %s, not %s", s.Plain, p.Code, saidInMany[list[i]])
		}
	}
}

// TestSignInAdviceIsTheScripts: a script does not send people to a button of Roomkey's,
// and says what to do where device codes are blocked.
func TestSignInAdviceIsTheScripts(t *testing.T) {
	used := map[words.Key]bool{}
	for _, n := range signInCodes {
		known, ok := entra.Explain(n, "")
		if !ok {
			t.Errorf("AADSTS%d is not known", n)
		}
		for _, fix := range known.Remedies(entra.SignInClient) {
			used[fix] = true
		}
		for _, fix := range signInFixes(known) {
			if strings.Contains(string(fix), "Roomkey") {
				t.Errorf("AADSTS%d: %s", n, fix)
			}
		}
	}
	for fix := range ofScript {
		if !used[fix] {
			t.Errorf("no error of a sign-in says: %s", fix)
		}
	}
	for _, n := range []string{"53003", "530035", "530036", "50199", "50097"} {
		if said, _ := signInTable()[n].(string); !strings.Contains(said, "-Device") {
			t.Errorf("AADSTS%s: %s", n, said)
		}
	}
}
