package connection

import (
	"strings"
	"testing"
)

func TestNamesAreSeenWhole(t *testing.T) {
	for name, ok := range map[string]bool{
		"Contoso – Flexo (2)": true, "Zürich, Raum 3 ☕": true, "会议室": true, "غرفة": true, "Lab.1": true,
		"": false, "Lab\u200b": false, "Lab\u202eevil": false, "La\u00adb": false, "Lab\u3164": false, "Lab\x1b[2J": false, "Lab\n": false,
		"Lab.": false, " Lab": false, "Lab\u2028x": false, "Lab\U000e0041": false, "La\ufe0fb": false, "La\U000e0100b": false, "\xff": false, strings.Repeat("x", 121): false,
		"CON": false, "con": false, "Nul.txt": false, "aux.": false, "COM1": false, "com9.roomkey": false, "LPT\u00b9": false, "PRN .x": false, "nul:": false, "CONOUT$": false,
		"Contoso": true, "Console": true, "COM": true, "COM10": true, "Nul und nichts": true, "Lab CON": true, "Conrad.1": true, "AUXILIUM": true,
		"Lab\u2024": false, "Lab\uff0e": false, "Lab\u2025": false, "Lab\u2026": false, "Lab\ua4f8": true, "قاعة ١٠": true, "Lab \u2024": false, "\u2024\u2024": false,
		"Lab\ue000": false, "La\U000f0001b": false, "Lab\ufdd0": false, "CON" + strings.Repeat(".", 200): false, strings.Repeat("x", 119) + ". y": false,
	} {
		if p := CheckName(name); (p == nil) != ok {
			t.Errorf("%q: %v", name, p)
		}
		if clean := CleanName(name); clean != "" && CheckName(clean) != nil {
			t.Errorf("%q became %q: %v", name, clean, CheckName(clean))
		} else if ok && clean != name {
			t.Errorf("%q became %q", name, clean)
		}
	}
	for _, pair := range [][2]string{{"Lab", "lab"}, {"Lab", "L\u0430b"}, {"paypal", "p\u0430yp\u0430l"}, {"Lab 1", "Lab l"}, {"Zürich", "Zu\u0308rich"}, {"ROOM", "ROΟM"}, {"Room", "R0om"}, {"ROOM", "r00m"}, {"Lab.1", "Lab\u20241"}, {"Lab.1", "Lab\uff0e1"}, {"Lab", "\uff2cab"}} {
		if !LooksLike(pair[0], pair[1]) {
			t.Errorf("%q and %q look the same", pair[0], pair[1])
		}
	}
	if LooksLike("Lab", "Lob") || LooksLike("Lab 1", "Lab 2") {
		t.Error("different names look the same")
	}
}

func TestNumberedNamesAreNames(t *testing.T) {
	for name, want := range map[string]string{
		"Lab": "Lab (12)", strings.Repeat("é", 120): strings.Repeat("é", 115) + " (12)", strings.Repeat("x", 114) + " yyyyy": strings.Repeat("x", 114) + " (12)",
	} {
		if got := Numbered(name, 12); got != want || CheckName(got) != nil {
			t.Errorf("%q: %q %v", name, got, CheckName(got))
		}
	}
}
