package vault

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1" //nolint:gosec // Microsoft Entra ID names certificates by their SHA-1
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// KeyPair is a certificate with its private key: the application's own first,
// then the chain above it.
type KeyPair struct {
	Certificates []*x509.Certificate
	Key          *rsa.PrivateKey
}

// Format is the subject and the thumbprint for every verb: never the key.
func (k KeyPair) Format(f fmt.State, _ rune) { _, _ = fmt.Fprint(f, k.String()) }

// String is the subject and the thumbprint.
func (k KeyPair) String() string {
	if len(k.Certificates) == 0 {
		return "no certificate"
	}
	return "certificate " + k.Certificates[0].Subject.String() + " " + k.Thumbprint()
}

// LogValue is String.
func (k KeyPair) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalText is String.
func (k KeyPair) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// Thumbprint is the certificate's SHA-1 in upper-case hex, which is what the
// portal and Graph's customKeyIdentifier show; "" for the zero value.
func (k KeyPair) Thumbprint() string {
	if len(k.Certificates) == 0 {
		return ""
	}
	h := sha1.Sum(k.Certificates[0].Raw) //nolint:gosec // a name, not a proof
	return strings.ToUpper(hex.EncodeToString(h[:]))
}

// Thumbprint256 is the certificate's SHA-256 in upper-case hex, which newer pages
// and tools show; "" for the zero value.
func (k KeyPair) Thumbprint256() string {
	if len(k.Certificates) == 0 {
		return ""
	}
	return fmt.Sprintf("%X", sha256.Sum256(k.Certificates[0].Raw))
}

// Expires is when the certificate ends; the zero time for the zero value.
func (k KeyPair) Expires() time.Time {
	if len(k.Certificates) == 0 {
		return time.Time{}
	}
	return k.Certificates[0].NotAfter
}

// CertificatePEM is the certificates without the key, for uploading.
func (k KeyPair) CertificatePEM() []byte {
	var b bytes.Buffer
	for _, c := range k.Certificates {
		_ = pem.Encode(&b, &pem.Block{Type: "CERTIFICATE", Bytes: c.Raw}) // a bytes.Buffer takes everything
	}
	return b.Bytes()
}

// PEM is the private key in PKCS #8, unencrypted, and the certificates: what
// the vault stores, and what MSAL's CertFromPEM and the booking server read.
func (k KeyPair) PEM() Secret {
	der, err := x509.MarshalPKCS8PrivateKey(k.Key)
	if k.Key == nil || err != nil {
		return Secret{}
	}
	return NewSecret(string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})) + string(k.CertificatePEM()))
}

// NewCertificate makes a key pair of its own, self-signed: bits is 3072 or
// 4096, and it is valid from now for validFor. Microsoft Entra ID checks only
// the certificate itself, so nobody need have signed it.
func NewCertificate(commonName string, bits int, validFor time.Duration, now time.Time) (KeyPair, error) {
	if bits != 3072 && bits != 4096 {
		return KeyPair{}, problem.New(codeCertificateBits, words.T("A new key must have 3072 or 4096 bits, not %v.", bits)).
			Fix(words.T("Choose 3072 or 4096 bits."))
	}
	if validFor <= 0 {
		return KeyPair{}, problem.New(codeCertificateLife, words.T("The certificate would expire before it becomes valid.")).
			Fix(words.T("Choose how long the certificate is valid."))
	}
	key, err := rsa.GenerateKey(rand.Reader, bits)
	if err != nil {
		return KeyPair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 126))
	if err != nil {
		return KeyPair{}, err
	}
	// Clocks differ, so it begins earlier; a policy counts the life from there.
	begin := now.Add(-5 * time.Minute).UTC()
	template := &x509.Certificate{
		SerialNumber:          serial.Add(serial, big.NewInt(1)),
		Subject:               pkix.Name{CommonName: commonName},
		NotBefore:             begin,
		NotAfter:              begin.Add(validFor),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return KeyPair{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return KeyPair{}, err
	}
	return KeyPair{Certificates: []*x509.Certificate{certificate}, Key: key}, nil
}

// pair joins a key with the certificate that belongs to it and puts that first. It
// also gives a pair whose time is over or has not come, with the problem.
func pair(key crypto.PrivateKey, certificates []*x509.Certificate, now time.Time) (KeyPair, error) {
	switch {
	case key == nil && len(certificates) == 0:
		return KeyPair{}, notCertificate(nil)
	case key == nil:
		return KeyPair{}, problem.New(codeCertificateWithoutKey, words.T("This file contains the certificate without its private key.")).
			With(KeyPair{Certificates: certificates}.Thumbprints()).
			Fix(words.T("Choose a file that contains both: a .pfx file, or a .pem file with the sections CERTIFICATE and PRIVATE KEY.")).
			Fix(words.T("In Windows' program Manage computer certificates, export the certificate with Yes, export the private key."))
	case len(certificates) == 0:
		return KeyPair{}, keyAlone("")
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return KeyPair{}, notRSA()
	}
	if private.N.BitLen() < 2048 {
		return KeyPair{}, problem.New(codeCertificateWeak, words.T("The key has only %v bits. Microsoft Entra ID requires 2048 or more.", private.N.BitLen())).
			Fix(words.T("Create a certificate with a 3072-bit key."))
	}
	own := -1
	for i, c := range certificates {
		if private.PublicKey.Equal(c.PublicKey) {
			own = i
			break
		}
	}
	if own < 0 {
		return KeyPair{}, problem.New(codeCertificateMismatch, words.T("The private key in this file belongs to another certificate.")).
			With(words.T("The file contains the certificate %q. %s", problem.Line(certificates[0].Subject.String()), KeyPair{Certificates: certificates}.Thumbprints())).
			Fix(words.T("Choose the file that contains the certificate and its private key."))
	}
	first := certificates[own]
	chain := []*x509.Certificate{first}
	for i, c := range certificates {
		if i != own {
			chain = append(chain, c)
		}
	}
	k := KeyPair{Certificates: chain, Key: private}
	if now.After(first.NotAfter) {
		return k, problem.New(CodeCertificateExpired, words.T("The certificate expired on %s.", first.NotAfter.UTC().Format(time.DateOnly))).
			With(k.Thumbprints()).
			Fix(words.T("Create a certificate, and upload it in the app registration: Certificates & secrets, Certificates, Upload certificate."))
	}
	if now.Before(first.NotBefore) {
		return k, problem.New(codeCertificateNotYetValid, words.T("The certificate is valid only from %s on.", first.NotBefore.UTC().Format("2006-01-02 15:04 MST"))).
			With(words.Sentences(words.T("This computer's clock says %s.", now.UTC().Format("2006-01-02 15:04 MST")), k.Thumbprints())).
			Fix(words.T("Correct this computer's clock if it is wrong. Otherwise wait, or create a certificate that is valid now."))
	}
	return k, nil
}

// Thumbprints are both names of the certificate in a sentence, for comparing with
// the portal; zero for the zero value.
func (k KeyPair) Thumbprints() words.Text {
	if len(k.Certificates) == 0 || k.Certificates[0] == nil {
		return words.Text{}
	}
	return words.T("Its thumbprint is %s (SHA-1, as the portal shows it), or %s (SHA-256).", k.Thumbprint(), k.Thumbprint256())
}

// keyAlone is said of a file with a key and no certificate; toPEM makes a PEM file
// of it whose key is encrypted, "" if it is one.
func keyAlone(toPEM string) *problem.Problem {
	p := problem.New(codeKeyWithoutCertificate, words.T("This file contains a private key without its certificate.")).
		Fix(words.T("Export the certificate again, together with its private key."))
	if toPEM == "" {
		return p.Run(words.T("Or combine the two PEM files:"), "cat certificate.pem key.pem > both.pem")
	}
	return p.Run(words.T("Or, if you have the certificate as a PEM file, turn this file into another whose key stays encrypted:"), toPEM).
		Run(words.T("Then combine the two, and choose the result with the new password:"), "cat certificate.pem key.pem > both.pem")
}

func notRSA() *problem.Problem {
	return problem.New(codeCertificateNotRSA, words.T("The certificate's key is not RSA; Microsoft Entra ID accepts only RSA keys here.")).
		Fix(words.T("Create a certificate with a 3072-bit RSA key."))
}

func notCertificate(cause error) *problem.Problem {
	return problem.New(codeCertificateUnreadable, words.T("This is not a PEM or PFX file with a certificate and its private key.")).By(cause).
		Fix(words.T("Choose a .pfx or .p12 file, or a .pem file with the sections CERTIFICATE and PRIVATE KEY."))
}
