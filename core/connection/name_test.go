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
	for _, pair := range [][2]string{{"Lab", "lab"}, {"Lab", "L\u0430b"}, {"paypal", "p\u0430yp\u0430l"}, {"Lab 1", "Lab l"}, {"Zürich", "Zu\u0308rich"}, {"ROOM", "ROΟM"}, {"Room", "R0om"}, {"ROOM", "r00m"}} {
		if !LooksLike(pair[0], pair[1]) {
			t.Errorf("%q and %q look the same", pair[0], pair[1])
		}
	}
	if LooksLike("Lab", "Lob") || LooksLike("Lab 1", "Lab 2") {
		t.Error("different names look the same")
	}
}
