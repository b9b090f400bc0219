package vault

import (
	"bytes"
	"crypto"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/youmark/pkcs8"
	"golang.org/x/text/encoding/unicode"
	"software.sslmate.com/src/go-pkcs12"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// maxCertificateFile is the largest file that ParseCertificate reads, in bytes.
const maxCertificateFile = 1 << 20

// ParseCertificate reads a certificate with its private key from a PEM or PFX
// file, also from one in UTF-16 or base64, and checks that Microsoft Entra ID can
// take it today. password is that of the PFX file or of the key in the PEM file,
// zero for none. A pair that is expired or not yet valid comes with its problem. The
// problems are "vault.certificate-…": unreadable, without-key,
// mismatch, encrypted, password, costly, not-rsa, weak, expired, not-yet-valid; and
// "vault.key-without-certificate".
func ParseCertificate(data []byte, password Secret) (KeyPair, error) {
	return parseCertificate(data, password, time.Now())
}

func parseCertificate(data []byte, password Secret, now time.Time) (KeyPair, error) {
	if len(data) > maxCertificateFile {
		return KeyPair{}, notCertificate(fmt.Errorf("%d bytes", len(data)))
	}
	data = unwrap(data)
	if bytes.Contains(data, []byte("-----BEGIN ")) {
		key, certificates, err := readPEM(data, password)
		if err != nil {
			return KeyPair{}, err
		}
		return pair(key, certificates, now)
	}
	if certificate, err := x509.ParseCertificate(data); err == nil {
		return pair(nil, []*x509.Certificate{certificate}, now) // a .cer file
	}
	if _, err := x509.ParsePKCS8PrivateKey(data); err == nil {
		return KeyPair{}, keyAlone("openssl pkey -inform DER -in file.der -aes256 -out key.pem")
	}
	return parsePFX(data, password, now)
}

// unwrap takes off what is around a PEM or PFX file: UTF-16, in which Windows
// PowerShell redirects output, the JSON that az shows of a secret in Key Vault, and
// base64, in which Key Vault hands out a PFX.
func unwrap(data []byte) []byte {
	if len(data) > 1 && (data[1] == 0 || data[0] == 0 || bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF"))) {
		order := unicode.LittleEndian
		if data[0] == 0 || data[0] == 0xFE {
			order = unicode.BigEndian
		}
		if text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(data); err == nil {
			data = text
		}
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	var kept struct{ Value string }
	if json.Unmarshal(data, &kept) == nil && kept.Value != "" {
		data = []byte(kept.Value)
	}
	if text := bytes.Trim(bytes.TrimSpace(data), `"'`); len(text) > 0 && !bytes.Contains(text, []byte("-----BEGIN ")) {
		if inner, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(string(text), "=")); err == nil {
			data = inner
		}
	}
	if !bytes.Contains(data, []byte("-----BEGIN ")) {
		return data
	}
	// One line, lines of an old Macintosh, indented ones and "\n" in letters are
	// what is left of a PEM text that went through a form or a variable.
	text := strings.NewReplacer(`\r`, "", `\n`, "\n", "\r\n", "\n", "\r", "\n").Replace(string(data))
	return []byte(marker.ReplaceAllString(text, "\n$1\n"))
}

// marker is the line at which a section of a PEM text begins or ends.
var marker = regexp.MustCompile(`\s*(-----(?:BEGIN|END) [A-Z0-9 ]+-----)\s*`)

// readPEM gives the first private key and all certificates.
func readPEM(data []byte, password Secret) (crypto.PrivateKey, []*x509.Certificate, error) {
	var key crypto.PrivateKey
	var certificates []*x509.Certificate
	var read []string
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		switch {
		case block.Type == "CERTIFICATE":
			c, err := x509.ParseCertificate(block.Bytes)
			if err != nil {
				return nil, nil, broken("CERTIFICATE", err)
			}
			certificates = append(certificates, c)
		case strings.HasSuffix(block.Type, "PRIVATE KEY"):
			k, err := privateKey(block, password)
			if err != nil {
				return nil, nil, err
			}
			if key == nil {
				key = k
			}
		}
		read = append(read, block.Type)
	}
	if key != nil && len(certificates) > 0 {
		return key, certificates, nil
	}
	for i, m := range begin.FindAllStringSubmatch(string(data), -1) {
		if i >= len(read) || read[i] != m[1] {
			return nil, nil, broken(m[1], errors.New("it cannot be decoded"))
		}
	}
	if key == nil && len(certificates) == 0 {
		return nil, nil, notCertificate(nil).With(words.T("It has the section %s.", strings.Join(read, ", ")))
	}
	return key, certificates, nil
}

// begin is the line at which a section of a PEM text begins.
var begin = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]+)-----`)

func privateKey(block *pem.Block, password Secret) (crypto.PrivateKey, error) {
	old := strings.Contains(block.Headers["Proc-Type"], "ENCRYPTED")
	if (old || block.Type == "ENCRYPTED PRIVATE KEY") && password.IsZero() {
		return nil, problem.New(CodeCertificateEncrypted, words.T("The private key in this PEM file is protected by a password.")).
			Fix(words.T("Type the password that was set when the key was created."))
	}
	if old {
		plain, err := x509.DecryptPEMBlock(block, []byte(password.Reveal())) //nolint:staticcheck // what OpenSSL wrote for years
		if errors.Is(err, x509.IncorrectPasswordError) {
			return nil, wrongKeyPassword(err)
		}
		if err != nil {
			return nil, broken(block.Type, err)
		}
		block = &pem.Block{Type: block.Type, Bytes: plain}
	}
	switch block.Type {
	case "ENCRYPTED PRIVATE KEY":
		if !affordable(block.Bytes) {
			return nil, costly()
		}
		k, err := decryptPKCS8(block.Bytes, password.Reveal())
		if err != nil && strings.Contains(err.Error(), "incorrect password") {
			return nil, wrongKeyPassword(err)
		}
		if err != nil {
			return nil, problem.New(codeCertificateUnreadable, words.T("The encryption of the private key in this PEM file cannot be read.")).By(err).
				Run(words.T("Combine the certificate and the key in a PFX file, and choose that file:"), "openssl pkcs12 -export -in file.pem -out file.pfx")
		}
		return k, nil
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
	case "EC PRIVATE KEY", "DSA PRIVATE KEY":
		return nil, notRSA()
	default:
		return nil, broken(block.Type, errors.New("nothing reads it"))
	}
}

func wrongKeyPassword(cause error) *problem.Problem {
	return problem.New(CodeCertificatePassword, words.T("The password does not open the private key in this PEM file.")).By(cause).
		Fix(words.T("Type the password that was set when the key was created."))
}

// decryptPKCS8 keeps a crash of the decoder on a hostile file inside.
func decryptPKCS8(der []byte, password string) (key crypto.PrivateKey, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("pkcs8: the decoder failed: %v", v)
		}
	}()
	return pkcs8.ParsePKCS8PrivateKey(der, []byte(password))
}

// broken names the section that cannot be read. The library's error is kept for
// errors.Is only: it may quote what it read.
func broken(section string, err error) *problem.Problem {
	return problem.New(codeCertificateUnreadable, words.T("The section %s of this PEM file cannot be read.", section)).By(err).
		Fix(words.T("Export the certificate again, or choose the .pfx file."))
}

func parsePFX(data []byte, password Secret, now time.Time) (KeyPair, error) {
	if !affordable(data) {
		return KeyPair{}, costly()
	}
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
		return KeyPair{}, keyAlone("openssl pkcs12 -in file.pfx -nocerts -out key.pem")
	case err != nil && strings.Contains(err.Error(), "no MAC in data"):
		return KeyPair{}, problem.New(CodeCertificatePassword, words.T("This PFX file has no password, so the password that was typed is wrong.")).
			Fix(words.T("Leave the password empty."))
	case err != nil && strings.HasPrefix(err.Error(), "pkcs12: error reading P12 data"):
		return KeyPair{}, notCertificate(err)
	case err != nil:
		return KeyPair{}, problem.New(codeCertificateUnreadable, words.T("This PFX file cannot be read.")).By(err).
			Run(words.T("Export the certificate again with AES-256 encryption, or turn it into a PEM file whose key stays encrypted, and choose that with its new password:"), "openssl pkcs12 -in file.pfx -out both.pem")
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
