package vault

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/AzureAD/microsoft-authentication-library-for-go/apps/confidential"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/roomkey/roomkey/core/problem"
)

var now = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// good is one key pair for all tests: making a key takes a second.
var good = sync.OnceValue(func() KeyPair {
	k, err := NewCertificate("Roomkey test", 3072, 48*time.Hour, now)
	if err != nil {
		panic(err)
	}
	return k
})

func certificateOf(t *testing.T, key crypto.Signer, from, to time.Time) *x509.Certificate {
	t.Helper()
	template := &x509.Certificate{SerialNumber: big.NewInt(7), NotBefore: from, NotAfter: to}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func block(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func TestNewCertificateIsReadBackAndTakenByMSAL(t *testing.T) {
	k := good()
	if k.Key.N.BitLen() != 3072 || k.Expires().Sub(k.Certificates[0].NotBefore) != 48*time.Hour || k.Certificates[0].NotBefore.After(now.Add(-time.Minute)) {
		t.Error(k.Key.N.BitLen(), k.Expires())
	}
	if want := fmt.Sprintf("%X", sha1.Sum(k.Certificates[0].Raw)); k.Thumbprint() != want {
		t.Error(k.Thumbprint(), want)
	}
	back, err := parseCertificate([]byte(k.PEM().Reveal()), Secret{}, now)
	if err != nil || back.Thumbprint() != k.Thumbprint() || !back.Key.Equal(k.Key) {
		t.Fatal(back, err)
	}
	certificates, key, err := confidential.CertFromPEM([]byte(k.PEM().Reveal()), "")
	if err != nil || len(certificates) != 1 {
		t.Fatal(certificates, err)
	}
	if _, err := confidential.NewCredFromCert(certificates, key); err != nil {
		t.Error(err)
	}
	never2(t, k)
	for _, bits := range []int{0, 1024, 2048, 8192} {
		if _, err := NewCertificate("x", bits, time.Hour, now); problem.CodeOf(err).String() != "vault.certificate-bits" {
			t.Error(bits, err)
		}
	}
	if _, err := NewCertificate("x", 3072, 0, now); problem.CodeOf(err).String() != "vault.certificate-life" {
		t.Error(err)
	}
}

// never2 looks for the private exponent's digits in every print of the pair.
func never2(t *testing.T, k KeyPair) {
	t.Helper()
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		for _, value := range []any{k, &k, struct{ K KeyPair }{k}} {
			if shown := fmt.Sprintf(verb, value); strings.Contains(shown, k.Key.D.String()[:20]) || strings.Contains(shown, "PRIVATE") {
				t.Errorf("%s shows the key", verb)
			}
		}
	}
}

func TestParseCertificateNamesWhatIsWrong(t *testing.T) {
	k := good()
	cert, key := k.Certificates[0], k.Key
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	if err != nil {
		t.Fatal(err)
	}
	elliptical, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	ec, err := x509.MarshalECPrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	ec8, err := x509.MarshalPKCS8PrivateKey(elliptical)
	if err != nil {
		t.Fatal(err)
	}
	certPEM, keyPEM := block("CERTIFICATE", cert.Raw), block("PRIVATE KEY", pkcs8)
	another := certificateOf(t, small, now.Add(-time.Hour), now.Add(time.Hour))
	encode := func(e *pkcs12.Encoder, key any, c *x509.Certificate, chain []*x509.Certificate, password string) []byte {
		data, err := e.Encode(key, c, chain, password)
		if err != nil {
			t.Fatal(err)
		}
		return data
	}
	modern := encode(pkcs12.Modern2023, key, cert, []*x509.Certificate{another}, "pass")
	trust, err := pkcs12.Modern2023.EncodeTrustStore([]*x509.Certificate{cert}, "pass")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name, password string
		data           []byte
		code           string
	}{
		{"PEM", "", []byte(keyPEM + certPEM), ""},
		{"PEM, certificate first, PKCS #1, CRLF and words around", "", []byte("Bag Attributes\r\n" + strings.ReplaceAll(certPEM+block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), "\n", "\r\n")), ""},
		{"PEM with byte-order mark and chain above", "", []byte("\uFEFF" + block("CERTIFICATE", another.Raw) + certPEM + keyPEM), ""},
		{"PFX", "pass", modern, ""},
		{"PFX of an old Windows", "pass", encode(pkcs12.LegacyDES, key, cert, nil, "pass"), ""},
		{"PFX of an older Windows", "pass", encode(pkcs12.LegacyRC2, key, cert, nil, "pass"), ""},
		{"PFX without password", "", encode(pkcs12.Passwordless, key, cert, nil, ""), ""},
		{"PFX with the wrong password", "word", modern, "vault.certificate-password"},
		{"PFX with its password missing", "", modern, "vault.certificate-password"},
		{"PFX without password, one typed", "word", encode(pkcs12.Passwordless, key, cert, nil, ""), "vault.certificate-password"},
		{"PFX without key", "pass", trust, "vault.certificate-without-key"},
		{"PFX with an elliptic key", "pass", encode(pkcs12.Modern2023, elliptical, certificateOf(t, elliptical, now, now.Add(time.Hour)), nil, "pass"), "vault.certificate-not-rsa"},
		{"PFX cut off", "pass", modern[:len(modern)/2], "vault.certificate-unreadable"},
		{"CER", "", cert.Raw, "vault.certificate-without-key"},
		{"PEM without key", "", []byte(certPEM), "vault.certificate-without-key"},
		{"PEM without certificate", "", []byte(keyPEM), "vault.key-without-certificate"},
		{"PEM with another's key", "", []byte(certPEM + block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(mustKey(t)))), "vault.certificate-mismatch"},
		{"PEM encrypted", "", []byte(certPEM + block("ENCRYPTED PRIVATE KEY", []byte("x"))), "vault.certificate-encrypted"},
		{"PEM encrypted as it used to be", "", []byte(certPEM + "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\nAAAA\n-----END RSA PRIVATE KEY-----\n"), "vault.certificate-encrypted"},
		{"PEM with an elliptic key", "", []byte(certPEM + block("EC PRIVATE KEY", ec)), "vault.certificate-not-rsa"},
		{"PEM with an elliptic key in PKCS #8", "", []byte(certPEM + block("PRIVATE KEY", ec8)), "vault.certificate-not-rsa"},
		{"PEM with a small key", "", []byte(block("CERTIFICATE", another.Raw) + block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(small))), "vault.certificate-weak"},
		{"PEM expired", "", []byte(keyPEM + block("CERTIFICATE", certificateOf(t, key, now.Add(-2*time.Hour), now.Add(-time.Hour)).Raw)), "vault.certificate-expired"},
		{"PEM not yet valid", "", []byte(keyPEM + block("CERTIFICATE", certificateOf(t, key, now.Add(time.Hour), now.Add(2*time.Hour)).Raw)), "vault.certificate-not-yet-valid"},
		{"PEM with a broken section", "", []byte(keyPEM + block("CERTIFICATE", []byte("x"))), "vault.certificate-unreadable"},
		{"PEM cut off", "", []byte(certPEM[:200]), "vault.certificate-unreadable"},
		{"PEM cut off in its key", "", []byte(certPEM + keyPEM[:200]), "vault.certificate-unreadable"},
		{"PEM whose key has no end", "", []byte(strings.Replace(keyPEM, "-----END PRIVATE KEY-----\n", "", 1) + certPEM), "vault.certificate-unreadable"},
		{"PEM in one line", "", []byte(strings.ReplaceAll(certPEM+keyPEM, "\n", " ")), ""},
		{"PEM without line ends", "", []byte(strings.ReplaceAll(certPEM+keyPEM, "\n", "")), ""},
		{"PEM with line ends in letters", "", []byte(`"` + strings.ReplaceAll(certPEM+keyPEM, "\n", `\n`) + `"`), ""},
		{"PEM of an old Macintosh", "", []byte(strings.ReplaceAll(certPEM+keyPEM, "\n", "\r")), ""},
		{"PEM indented", "", []byte("  " + strings.ReplaceAll(certPEM+keyPEM, "\n", "\n  ")), ""},
		{"PEM as az shows it", "", []byte(`{"id": "https://v.example/s", "value": "` + strings.ReplaceAll(certPEM+keyPEM, "\n", `\n`) + `"}`), ""},
		{"base64 without its end, in UTF-16 without a mark", "", wide(t, strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(certPEM+keyPEM)), "=")), ""},
		{"PKCS #8 without certificate", "", pkcs8, "vault.key-without-certificate"},
		{"certificate request", "", []byte(block("CERTIFICATE REQUEST", []byte("x"))), "vault.certificate-unreadable"},
		{"PEM with a key of SSH", "", []byte(certPEM + block("OPENSSH PRIVATE KEY", []byte("x"))), "vault.certificate-unreadable"},
		{"nothing", "", nil, "vault.certificate-unreadable"},
		{"a text", "", []byte("hello"), "vault.certificate-unreadable"},
		{"too large", "", bytes.Repeat([]byte("-----BEGIN "), maxCertificateFile/10), "vault.certificate-unreadable"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := parseCertificate(test.data, NewSecret(test.password), now)
			if problem.CodeOf(err).String() != test.code {
				t.Fatalf("%v, want %q", err, test.code)
			}
			if err != nil {
				if len(problem.Of(err).Remedies) == 0 {
					t.Error("says not what to do")
				}
				return
			}
			if got.Thumbprint() != k.Thumbprint() || !got.Key.Equal(key) {
				t.Error("another pair came out:", got)
			}
		})
	}
}

// wide is text in UTF-16 without a byte-order mark.
func wide(t *testing.T, text string) []byte {
	t.Helper()
	data, err := unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

var mustKey = func(t *testing.T) *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// What OpenSSL makes, which is what administrators have.
func TestParseCertificateReadsWhatOpenSSLWrites(t *testing.T) {
	if _, err := exec.LookPath("openssl"); err != nil {
		t.Skip("openssl is not installed")
	}
	dir := t.TempDir()
	run := func(args ...string) {
		t.Helper()
		c := exec.CommandContext(t.Context(), "openssl", args...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("openssl %v: %v\n%s", args, err, out)
		}
	}
	run("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out", "cert.pem", "-days", "2", "-subj", "/CN=room")
	run("pkcs12", "-export", "-inkey", "key.pem", "-in", "cert.pem", "-out", "new.pfx", "-passout", "pass:geheim ü")
	run("rsa", "-in", "key.pem", "-aes256", "-passout", "pass:geheim", "-out", "encrypted.pem")
	run("rsa", "-in", "key.pem", "-aes256", "-traditional", "-passout", "pass:geheim", "-out", "traditional.pem")
	read := func(names ...string) []byte {
		var all []byte
		for _, n := range names {
			data, err := os.ReadFile(filepath.Join(dir, n))
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, data...)
		}
		return all
	}
	plain, err := ParseCertificate(read("key.pem", "cert.pem"), Secret{})
	if err != nil {
		t.Fatal(err)
	}
	pfx, err := ParseCertificate(read("new.pfx"), NewSecret("geheim ü"))
	if err != nil || pfx.Thumbprint() != plain.Thumbprint() {
		t.Error(pfx, err)
	}
	// The remedy is followed to its end: the password that is asked for opens it.
	for _, name := range []string{"encrypted.pem", "traditional.pem"} {
		file := read(name, "cert.pem")
		if _, err := ParseCertificate(file, Secret{}); problem.CodeOf(err) != CodeCertificateEncrypted || !strings.Contains(problem.Of(err).Remedies[0].String(), "Type the password") {
			t.Error(name, err)
		}
		if _, err := ParseCertificate(file, NewSecret("falsch")); problem.CodeOf(err) != CodeCertificatePassword {
			t.Error(name, err)
		}
		if got, err := ParseCertificate(file, NewSecret("geheim")); err != nil || !got.Key.Equal(plain.Key) {
			t.Error(name, err)
		}
	}
	run("pkcs12", "-export", "-inkey", "key.pem", "-nocerts", "-out", "key.pfx", "-passout", "pass:geheim")
	run("pkcs8", "-topk8", "-nocrypt", "-in", "key.pem", "-outform", "DER", "-out", "key.der")
	for name, flags := range map[string]string{"key.pfx": " -passin pass:geheim -passout pass:neu", "key.der": " -passout pass:neu"} {
		_, err := ParseCertificate(read(name), NewSecret("geheim"))
		if problem.CodeOf(err) != codeKeyWithoutCertificate {
			t.Fatal(name, err)
		}
		steps := t.TempDir() // the way of the remedy, typed as it is shown
		for from, to := range map[string]string{name: "file" + filepath.Ext(name), "cert.pem": "certificate.pem"} {
			if err := os.WriteFile(filepath.Join(steps, to), read(from), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for _, r := range problem.Of(err).Remedies {
			command := r.Command
			if strings.HasPrefix(command, "openssl") {
				command += flags
			}
			c := exec.CommandContext(t.Context(), "sh", "-c", command)
			c.Dir = steps
			if out, err := c.CombinedOutput(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, out)
			}
		}
		both, _ := os.ReadFile(filepath.Join(steps, "both.pem"))
		if got, err := ParseCertificate(both, NewSecret("neu")); err != nil || !got.Key.Equal(plain.Key) {
			t.Error(name, err)
		}
		if bytes.Contains(both, []byte("BEGIN PRIVATE KEY")) {
			t.Error(name, "the remedy leaves the key in clear on disk")
		}
	}
	base64PFX := base64.StdEncoding.EncodeToString(read("new.pfx"))
	if got, err := ParseCertificate([]byte(base64PFX+"\r\n"), NewSecret("geheim ü")); err != nil || got.Thumbprint() != plain.Thumbprint() {
		t.Error(err)
	}
	for name, e := range map[string]encoding.Encoding{"LE": unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), "BE": unicode.UTF16(unicode.BigEndian, unicode.UseBOM), "unmarked": unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)} {
		wide, err := e.NewEncoder().Bytes(read("key.pem", "cert.pem"))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseCertificate(wide, Secret{}); err != nil || got.Thumbprint256() != plain.Thumbprint256() {
			t.Error(name, err)
		}
	}
	one, other := NewSecret(string(read("key.pem", "cert.pem"))), NewSecret(string(read("cert.pem", "key.pem")))
	if Fingerprint(one) != Fingerprint(other) || Fingerprint(one) != Fingerprint(plain.PEM()) {
		t.Error("the order of the sections changes the fingerprint")
	}
}

func FuzzParseCertificate(f *testing.F) {
	k := good()
	pfx, err := pkcs12.Modern2023.WithIterations(1).Encode(k.Key, k.Certificates[0], nil, "p")
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(k.PEM().Reveal()), "")
	f.Add(pfx, "p")
	f.Add(k.Certificates[0].Raw, "")
	f.Fuzz(func(t *testing.T, data []byte, password string) {
		got, err := parseCertificate(data, NewSecret(password), now)
		if err != nil {
			if code := problem.CodeOf(err).String(); code == problem.CodeUnexpected.String() {
				t.Fatal(err)
			}
			return
		}
		back, err := parseCertificate([]byte(got.PEM().Reveal()), Secret{}, now)
		if err != nil || back.Thumbprint() != got.Thumbprint() {
			t.Fatal(back, err)
		}
	})
}
