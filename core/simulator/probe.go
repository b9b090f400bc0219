package simulator

import (
	"cmp"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// probe is how the booking server tries a credential: it gets a token and reads
// the rooms over the same addresses as everybody else.
func (s *Simulator) probe(ctx context.Context, tenantID, clientID, credential string) error {
	endpoint := s.tenant.Root + "/" + tenantID + "/oauth2/v2.0/token"
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {clientID}, "scope": {s.tenant.Root + "/.default"}}
	if strings.Contains(credential, "-----BEGIN") {
		assertion, err := clientAssertion(credential, clientID, endpoint, s.tenant.Now())
		if err != nil {
			return err
		}
		form.Set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer")
		form.Set("client_assertion", assertion)
	} else {
		form.Set("client_secret", credential)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	var token struct {
		AccessToken string `json:"access_token"`
		Description string `json:"error_description"`
	}
	if err := s.ask(req, &token); err != nil {
		return err
	}
	if token.AccessToken == "" {
		return errors.New(cmp.Or(token.Description, "Entra's answer has no token"))
	}
	// The server does not say which rooms are its own: one of the first few that
	// can be read is enough.
	for i := range min(probedRooms, s.tenant.Directory.Rooms) {
		if err = s.readCalendar(ctx, s.tenant.Directory.Room(i).Email, token.AccessToken); err == nil {
			return nil
		}
	}
	return err
}

const probedRooms = 5

func (s *Simulator) readCalendar(ctx context.Context, room, token string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.tenant.Root+"/v1.0/users/"+room+"/calendar?$select=id", nil)
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	var calendar struct {
		Error *struct{ Code, Message string } `json:"error"`
	}
	if err := s.ask(req, &calendar); err != nil {
		return err
	}
	if calendar.Error != nil {
		return fmt.Errorf("%s: %s", calendar.Error.Code, calendar.Error.Message)
	}
	return nil
}

// ask decodes an answer; one that breaks off or is a 500 is asked for once more.
func (s *Simulator) ask(req *http.Request, into any) error {
	status, data, err := s.answerTo(req)
	if err != nil || status == http.StatusInternalServerError {
		again := req.Clone(req.Context())
		if req.GetBody != nil {
			if again.Body, err = req.GetBody(); err != nil {
				return err
			}
		}
		_, data, err = s.answerTo(again)
	}
	if err != nil {
		return err
	}
	return json.Unmarshal(data, into)
}

func (s *Simulator) answerTo(req *http.Request) (status int, body []byte, err error) {
	res, err := s.ca.transport().RoundTrip(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	body, err = io.ReadAll(io.LimitReader(res.Body, 1<<20))
	return res.StatusCode, body, err
}

// clientAssertion signs with the certificate and key of a PEM text.
func clientAssertion(text, clientID, endpoint string, now time.Time) (string, error) {
	var cert *x509.Certificate
	var key any
	for rest := []byte(text); ; {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		rest = more
		var err error
		if block.Type == "CERTIFICATE" && cert == nil {
			cert, err = x509.ParseCertificate(block.Bytes)
		} else if block.Type != "CERTIFICATE" {
			if key, err = x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
				key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
			}
		}
		if err != nil {
			return "", err
		}
	}
	if cert == nil || key == nil {
		return "", errors.New("the credential has no certificate or no key")
	}
	t := jwt.NewWithClaims(jwt.SigningMethodPS256, jwt.MapClaims{
		"aud": endpoint, "iss": clientID, "sub": clientID, "jti": uuid.NewString(), "nbf": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	})
	sum := sha256.Sum256(cert.Raw)
	t.Header["x5t#S256"] = base64.RawURLEncoding.EncodeToString(sum[:])
	return t.SignedString(key)
}
