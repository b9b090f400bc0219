package connection

import (
	"crypto/sha256"
	"encoding/hex"
	"net/url"
	"strings"
)

// UniqueName is the unique name of the connection's application in the tenant
// (Graph's uniqueName): whoever registers the same product for the same server,
// by whichever way, gets the same application.
func (c *Connection) UniqueName() string {
	host := ""
	if u, err := url.Parse(c.Server.URL); err == nil {
		host = strings.ToLower(u.Host)
	}
	sum := sha256.Sum256([]byte(c.Product.ID + "\n" + host))
	return "roomkey-" + c.Product.ID + "-" + hex.EncodeToString(sum[:6])
}
