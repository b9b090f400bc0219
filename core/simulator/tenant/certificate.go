package tenant

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

var certificateKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func (t *Tenant) certificateFile() string { return filepath.Join(t.o.Dir, "application.pem") }

// certificate is "" when the file was removed meanwhile; a client then says so.
func (t *Tenant) certificate() []byte {
	data, err := os.ReadFile(t.certificateFile())
	if err != nil {
		return nil
	}
	return data
}

func (t *Tenant) makeCertificate() error {
	key, err := certificateKey()
	if err != nil {
		return err
	}
	now := t.o.Now()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(now.UnixNano()), Subject: pkix.Name{CommonName: "Room booking with certificate"},
		NotBefore: now.Add(-24 * time.Hour), NotAfter: now.AddDate(1, 0, 0),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	return os.WriteFile(t.certificateFile(), text, 0o600)
}

// ReadCertificate is the key credential that a certificate makes.
func ReadCertificate(der []byte, name, keyID string) (KeyCredential, error) {
	if block, _ := pem.Decode(der); block != nil {
		der = block.Bytes
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		return KeyCredential{}, microsoft.BadRequest("Key credential's Key is not a valid X.509 certificate.")
	}
	if name == "" {
		name = cert.Subject.String()
	}
	sum := sha1.Sum(cert.Raw)
	return KeyCredential{
		CustomKeyIdentifier: strings.ToUpper(hex.EncodeToString(sum[:])), DisplayName: name, Key: cert.Raw, KeyID: keyID,
		StartDateTime: cert.NotBefore.UTC(), EndDateTime: cert.NotAfter.UTC(), Type: "AsymmetricX509Cert", Usage: "Verify",
	}, nil
}
