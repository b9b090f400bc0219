package policy

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/windows/registry"

	"github.com/roomkey/roomkey/core/problem"
)

// TestRegistry writes the key of this computer, which needs an administrator and
// a computer to throw away: scripts/wine.sh runs it.
func TestRegistry(t *testing.T) {
	if k, err := registry.OpenKey(registry.LOCAL_MACHINE, key, registry.QUERY_VALUE|registry.WOW64_64KEY); err == nil {
		_ = k.Close()
		t.Skip("this computer has a policy")
	}
	if p, err := Read(""); err != nil || p.Source != "" {
		t.Fatalf("without a policy: %+v, %v", p, err)
	}
	k, _, err := registry.CreateKey(registry.LOCAL_MACHINE, key, registry.ALL_ACCESS|registry.WOW64_64KEY)
	if err != nil {
		t.Skip(err)
	}
	defer registry.DeleteKey(registry.LOCAL_MACHINE, key)
	defer k.Close()
	for _, err := range []error{k.SetStringsValue("Clouds", []string{"global", "usgov"}), k.SetDWordValue("NoDeviceCode", 1),
		k.SetDWordValue("noSecretExport", 0), k.SetStringValue("proxy", "http://proxy.example:8080")} {
		if err != nil {
			t.Fatal(err)
		}
	}
	p, err := Read("")
	if err != nil || !slices.Equal(p.Clouds, []string{"global", "usgov"}) || !p.NoDeviceCode || p.NoSecretExport || p.Proxy != "http://proxy.example:8080" || p.Source != `HKLM\`+key {
		t.Errorf("%+v, %v", p, err)
	}
	if err := k.SetDWordValue("NoDeviceCodes", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(""); problem.CodeOf(err) != codeInvalid {
		t.Errorf("a name that means nothing: %v", err)
	}
	if err := k.DeleteValue("NoDeviceCodes"); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		set  func() error
		want string
	}{
		"clouds":         {func() error { return k.SetStringValue("clouds", "global") }, "REG_MULTI_SZ"},
		"products":       {func() error { return k.SetDWordValue("products", 1) }, "REG_MULTI_SZ"},
		"NoDeviceCode":   {func() error { return k.SetStringValue("NoDeviceCode", "1") }, "REG_DWORD"},
		"noSecretExport": {func() error { return k.SetBinaryValue("noSecretExport", []byte{1}) }, "REG_DWORD"},
		"proxy":          {func() error { return k.SetStringsValue("proxy", []string{"direct"}) }, "REG_SZ"},
		"signInClient":   {func() error { return k.SetBinaryValue("signInClient", []byte("1")) }, "REG_SZ"},
		"servers":        {func() error { return k.SetStringsValue("servers", nil) }, "This sets nothing"},
		"somethingElse":  {func() error { return k.SetBinaryValue("somethingElse", []byte{1}) }, "There is no such field"},
	} {
		if err := c.set(); err != nil {
			t.Fatal(err)
		}
		_, err := Read("")
		p := problem.Of(err)
		if p == nil || p.Code != codeInvalid || !strings.Contains(p.Detail.String(), c.want) || !strings.EqualFold(strings.SplitN(p.Detail.String(), ":", 2)[0], name) ||
			!strings.Contains(p.Title.String(), source+".") {
			t.Errorf("%s of a wrong kind: %v", name, err)
		}
		if err := k.DeleteValue(name); err != nil {
			t.Fatal(err)
		}
	}
}
