package connection

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"
)

// Digest identifies what was checked: the document, the fingerprint of its
// credential and the rooms that its choice came to. A result belongs to a
// configuration only while their digests are equal. Names that are only shown,
// and what the administrator confirms of the server after a check, do not count;
// fields that this build does not know do.
func (c *Connection) Digest(credentialFingerprint string, rooms []string) string {
	o := c.Clone()
	o.Name, o.Tenant.DisplayName, o.Application.DisplayName = "", "", ""
	o.Server.PinnedRecipient, o.Server.ConfirmedHosts, o.Server.TestLasts = "", nil, ""
	o.Rooms.Items, o.Rooms.Lists, o.Rooms.Rule.Lists = addresses(o.Rooms.Items), addresses(o.Rooms.Lists), addresses(o.Rooms.Rule.Lists)
	return "sha256:" + sum(struct {
		Document   any      `json:"document"`
		Credential string   `json:"credential"`
		Rooms      []string `json:"rooms"`
	}{o.canonical(), credentialFingerprint, addresses(rooms)})
}

// canonical is the document as maps, which encode in the order of their keys.
func (c *Connection) canonical() any {
	data, err := c.Encode()
	if err != nil {
		panic(err) // a document always encodes: it came from JSON or is strings
	}
	var document any
	if err := decodeExactly(data, &document); err != nil {
		panic(err)
	}
	return document
}

// DigestOf identifies a part of a document, or whatever else encodes as JSON.
func DigestOf(value any) string { return "sha256:" + sum(value) }

func sum(value any) string {
	data, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	hash := sha256.Sum256(data)
	return hex.EncodeToString(hash[:])
}

// addresses is the set of e-mail addresses in one order and spelling.
func addresses(list []string) []string {
	set := make([]string, 0, len(list))
	for _, a := range list {
		set = append(set, strings.ToLower(a))
	}
	slices.Sort(set)
	return slices.Compact(set)
}
