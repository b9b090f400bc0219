package graph

import (
	"io"
	"net/http"
	"strings"

	"github.com/roomkey/roomkey/core/simulator/microsoft"
)

// maxLogo is the largest logo that Microsoft Entra ID takes.
const maxLogo = 100 << 10

// putLogo takes an application's picture. Only its address is kept: nobody
// fetches it here.
func (c *call) putLogo() (reply, error) {
	a, err := c.applicationAt()
	if err != nil {
		return reply{}, err
	}
	picture, err := io.ReadAll(io.LimitReader(c.r.Body, maxLogo+1))
	if err != nil || len(picture) > maxLogo {
		return reply{}, microsoft.BadRequest("The image is too large.")
	}
	kind := http.DetectContentType(picture)
	if !strings.HasPrefix(kind, "image/") || strings.Join(c.r.Header.Values("Content-Type"), ", ") != kind {
		return reply{}, microsoft.Refuse(http.StatusUnsupportedMediaType, "Request_BadRequest", "The content type of the image is not supported.")
	}
	address := "https://aadcdn.example/" + a.AppID + "/logo"
	a.Info.LogoURL = &address
	return noContent()
}
