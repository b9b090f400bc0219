package tenant

import "strings"

// HostileNames try to harm whoever shows, stores or scripts them.
var HostileNames = []string{
	"$(Remove-Mailbox -Identity *)",
	"'; Remove-Item C:\\ -Recurse #",
	"’; Write-Host pwned; ‘",
	"<script>alert(1)</script><img src=x onerror=alert(1)>",
	"\u202Egnp.moor\u202C right to left",
	"bell\a escape\x1b[31mred\x1b[0m back\b null\x00 line\nbreak\r\ttab",
	"=HYPERLINK(\"https://evil.example\",\"Room\")",
	"`whoami` && $(id) | %USERNAME% ${HOME}",
	"zero\u200Bwidth \uFEFFmark a\u0301\u0302\u0303\u0304\u0305",
	strings.Repeat("long ", 2048),
	"\"quoted\", semicolon; comma, \\backslash/",
	"😀 𝒜 \U000E0041 ‮",
}

// Hostile is one of the hostile names, by number.
func Hostile(i int) string { return HostileNames[i%len(HostileNames)] }
