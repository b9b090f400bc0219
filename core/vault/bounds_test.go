package vault

import (
	"bytes"
	"crypto"
	"encoding/asn1"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/youmark/pkcs8"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/internal/bounded"
)

// A file that asks for years of work to open it is refused, not opened.
func TestParseCertificateIsBounded(t *testing.T) {
	k := good()
	// Nobody can wait for such a file to be written: the numbers are put in
	// where small ones stood.
	with := func(der []byte, was, now int) []byte {
		from, _ := asn1.Marshal(was)
		to, _ := asn1.Marshal(now)
		if len(from) != len(to) || !bytes.Contains(der, from) {
			t.Fatalf("%d is not in the file", was)
		}
		return bytes.ReplaceAll(der, from, to)
	}
	protected := func(kdf pkcs8.KDFOpts, was, now int) []byte {
		der, err := pkcs8.MarshalPrivateKey(k.Key, []byte("password"), &pkcs8.Opts{Cipher: pkcs8.AES256CBC, KDFOpts: kdf})
		if err != nil {
			t.Fatal(err)
		}
		return pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: with(der, was, now)})
	}
	const three = 0x010203 // a number of as many bytes as three million
	pfx := func(e *pkcs12.Encoder) []byte {
		der, err := e.WithIterations(three).Encode(k.Key, k.Certificates[0], nil, "password")
		if err != nil {
			t.Fatal(err)
		}
		return with(der, three, 0x7F0203)
	}
	for name, c := range map[string]struct {
		file []byte
		code string
	}{
		"rounds of a key":      {protected(pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 0x01020304, HMACHash: crypto.SHA256}, 0x01020304, 0x7F020304), "vault.certificate-costly"},
		"memory for a key":     {protected(pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 1 << 16, BlockSize: 1, ParallelizationParameter: 1}, 1<<16, 1<<22), "vault.certificate-costly"},
		"rounds of a PFX":      {pfx(pkcs12.Modern2023), "vault.certificate-costly"},
		"rounds of an old PFX": {pfx(pkcs12.LegacyDES), "vault.certificate-costly"},
		"many sections":        {[]byte(strings.Repeat("-----BEGIN X-----\nAAAA\n-----END X-----\n", 25000)), "vault.certificate-unreadable"},
		"open sections":        {[]byte(strings.Repeat("-----BEGIN X-----\n", 55000)), "vault.certificate-unreadable"},
		"open dashes":          {[]byte("-----BEGIN X-----\n" + strings.Repeat("-----BEGIN ", 90000)), "vault.certificate-unreadable"},
		"headers":              {[]byte("-----BEGIN X-----\n" + strings.Repeat("a: b\n", 200000)), "vault.certificate-unreadable"},
		"nested":               {nested(100_000), ""},
	} {
		t.Run(name, func(t *testing.T) {
			bounded.Run(t, 300, func() {
				_, err := ParseCertificate(c.file, NewSecret("password"))
				if got := problem.CodeOf(err).String(); err == nil || c.code != "" && got != c.code {
					t.Errorf("%v", err)
				}
			})
		})
	}
}

// nested is a sequence in a sequence, n times.
func nested(n int) []byte {
	der := []byte{}
	for len(der) < n {
		der, _ = asn1.Marshal(asn1.RawValue{Tag: asn1.TagSequence, IsCompound: true, Bytes: der})
		if len(der) > 3000 {
			return bytes.Repeat(der, n/len(der))
		}
	}
	return der
}

// What careful programs write is opened.
func TestUsualProtectionIsAffordable(t *testing.T) {
	k := good()
	for name, kdf := range map[string]pkcs8.KDFOpts{
		"OpenSSL, careful": pkcs8.PBKDF2Opts{SaltSize: 16, IterationCount: 600_000, HMACHash: crypto.SHA256},
		"scrypt":           pkcs8.ScryptOpts{SaltSize: 16, CostParameter: 1 << 14, BlockSize: 8, ParallelizationParameter: 1},
	} {
		der, err := pkcs8.MarshalPrivateKey(k.Key, []byte("password"), &pkcs8.Opts{Cipher: pkcs8.AES256CBC, KDFOpts: kdf})
		if err != nil || !affordable(der) {
			t.Error(name, err)
		}
	}
	der, err := pkcs12.Modern2023.WithIterations(600_000).Encode(k.Key, k.Certificates[0], k.Certificates, "password")
	if err != nil || !affordable(der) {
		t.Error(err)
	}
}
