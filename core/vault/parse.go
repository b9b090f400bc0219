package vault

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"strings"
	"time"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// MaxCertificateFile is the largest file that ParseCertificate reads, in bytes.
const MaxCertificateFile = 1 << 20

// ParseCertificate reads a certificate with its private key from a PEM or PFX
// file and checks that Microsoft Entra ID can take it today. password is that of
// the PFX file, zero for none. The problems are "vault.certificate-…":
// unreadable, without-key, mismatch, encrypted, password, not-rsa, weak,
// expired, not-yet-valid; and "vault.key-without-certificate".
func ParseCertificate(data []byte, password Secret) (KeyPair, error) {
	return parseCertificate(data, password, time.Now())
}

func parseCertificate(data []byte, password Secret, now time.Time) (KeyPair, error) {
	if len(data) > MaxCertificateFile {
		return KeyPair{}, notCertificate(fmt.Errorf("%d bytes", len(data)))
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		return parsePEM(data, now)
	}
	if certificate, err := x509.ParseCertificate(data); err == nil {
		return pair(nil, []*x509.Certificate{certificate}, now) // a .cer file
	}
	return parsePFX(data, password, now)
}

func parsePEM(data []byte, now time.Time) (KeyPair, error) {
	var key crypto.PrivateKey
	var certificates []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return KeyPair{}, broken("CERTIFICATE", err)
			}
			certificates = append(certificates, c)
		case block.Type == "ENCRYPTED PRIVATE KEY", strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED"):
			return KeyPair{}, problem.New(CodeCertificateEncrypted, words.T("The private key in this PEM file is encrypted.")).
				Run(words.T("Choose the .pfx file instead, with its password, or decrypt the key:"), "openssl pkey -in encrypted.pem -out key.pem").
				Fix(words.T("Delete the decrypted file when Roomkey has stored it in the keychain."))
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			k, err := privateKey(block)
			if err != nil {
				return KeyPair{}, err
			}
			if key == nil {
				key = k
			}
		}
	}
	if key == nil && len(certificates) == 0 {
		return KeyPair{}, broken("CERTIFICATE", errors.New("no PEM section can be decoded"))
	}
	return pair(key, certificates, now)
}

func privateKey(block *pem.Block) (crypto.PrivateKey, error) {
	switch block.Type {
	case "RSA PRIVATE KEY":
		k, err := x509.ParsePKCS1PrivateKey(block.Bytes)
		if err != nil {
			return nil, broken(block.Type, err)
		}
		return k, nil
	case "PRIVATE KEY":
		k, err := x509.ParsePKCS8PrivateKey(block.Bytes)
		if err != nil {
			return nil, broken(block.Type, err)
		}
		return k, nil
	default:
		return nil, notRSA()
	}
}

// broken names the section that cannot be read. The library's error is kept for
// errors.Is only: it may quote what it read.
func broken(section string, err error) *problem.Problem {
	return problem.New(codeCertificateUnreadable, words.T("The section %s of this PEM file cannot be read.", section)).By(err).
		Fix(words.T("Export the certificate again, or choose the .pfx file."))
}

func parsePFX(data []byte, password Secret, now time.Time) (KeyPair, error) {
	key, first, chain, err := decodePFX(data, password.Reveal())
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword), errors.Is(err, pkcs12.ErrDecryption):
		if password.IsZero() {
			return KeyPair{}, problem.New(CodeCertificatePassword, words.T("This PFX file has a password.")).
				Fix(words.T("Type the password that was set when the file was exported."))
		}
		return KeyPair{}, problem.New(CodeCertificatePassword, words.T("The password does not open this PFX file.")).
			Fix(words.T("Type the password that was set when the file was exported."))
	case err != nil && strings.Contains(err.Error(), "private key missing"):
		return pair(nil, make([]*x509.Certificate, 1), now)
	case err != nil && strings.Contains(err.Error(), "certificate missing"):
		return pair(key, nil, now)
	case err != nil && strings.Contains(err.Error(), "no MAC in data"):
		return KeyPair{}, problem.New(CodeCertificatePassword, words.T("This PFX file has no password, so the one that was typed is wrong.")).
			Fix(words.T("Leave the password empty."))
	case err != nil && strings.HasPrefix(err.Error(), "pkcs12: error reading P12 data"):
		return KeyPair{}, notCertificate(err)
	case err != nil:
		return KeyPair{}, problem.New(codeCertificateUnreadable, words.T("This PFX file cannot be read.")).By(err).
			Run(words.T("Export the certificate again with AES-256 encryption, or turn it into a PEM file:"), "openssl pkcs12 -in file.pfx -out both.pem -nodes")
	}
	return pair(key, append([]*x509.Certificate{first}, chain...), now)
}

// decodePFX keeps a crash of the decoder on a hostile file inside.
func decodePFX(data []byte, password string) (key crypto.PrivateKey, first *x509.Certificate, chain []*x509.Certificate, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("pkcs12: the decoder failed: %v", v)
		}
	}()
	return pkcs12.DecodeChain(data, password)
}
