//go:build !windows

package wire

import "github.com/roomkey/roomkey/core/transport"

// systemLogin is for Windows only: elsewhere there is no login that is handed on.
func systemLogin(string, string) transport.ProxyHandshake { return nil }
