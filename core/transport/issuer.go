package transport

import "strings"

// boxes are the names under which products that open TLS sign, in lower case.
var boxes = []string{
	"avast", "avg technologies", "barracuda", "bitdefender", "blue coat", "bluecoat", "cato networks", "charles proxy",
	"check point", "cisco umbrella", "eset ssl filter", "fiddler", "forcepoint", "fortigate", "fortinet", "iboss",
	"kaspersky", "lightspeed", "mcafee", "menlo security", "mitmproxy", "netskope", "norton web", "palo alto networks",
	"portswigger", "securly", "skyhigh", "smoothwall", "sonicwall", "sophos", "squid", "trend micro", "untangle",
	"watchguard", "zscaler",
}

// microsofts are the domains under which only Microsoft and the operators of
// its clouds run servers, and signers the authorities that they use.
var (
	microsofts = []string{
		"microsoftonline.com", "microsoftonline.us", "microsoftonline.cn", "chinacloudapi.cn", "microsoft.com", "microsoft.us",
		"office365.com", "office365.us", "office.com", "outlook.cn", "azure.com", "azure.us", "azure.cn", "windows.net",
	}
	signers = []string{"microsoft", "digicert", "globalsign", "entrust", "baltimore", "sectigo", "certum", "cybertrust"}
)

// intercepts reports whether issuer, the authority that signed the certificate
// shown for host, is a device that opens TLS on the way: a known product, or
// anybody but the usual authorities on one of Microsoft's own hosts. It also
// holds for a certificate that this computer trusts, because the device's root
// was installed on it. The name is what to show.
func intercepts(host, issuer string) (name string, yes bool) {
	if issuer == "" {
		return "", false
	}
	low := strings.ToLower(issuer)
	for _, box := range boxes {
		if strings.Contains(low, box) {
			return issuer, true
		}
	}
	if !isMicrosoft(host) {
		return "", false
	}
	for _, s := range signers {
		if strings.Contains(low, s) {
			return "", false
		}
	}
	return issuer, true
}

func isMicrosoft(host string) bool {
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	for _, m := range microsofts {
		if host == m || strings.HasSuffix(host, "."+m) {
			return true
		}
	}
	return false
}
