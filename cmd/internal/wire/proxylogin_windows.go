package wire

import (
	"syscall"

	"github.com/alexbrainman/sspi"

	"github.com/roomkey/roomkey/core/transport"
)

// systemLogin begins a sign-in as whoever is logged in to Windows, nil where
// Windows does not have the scheme. The library's packages for the two schemes
// are not used: one of them ends the program at its start where NTLM is removed.
func systemLogin(scheme, host string) transport.ProxyHandshake {
	about, err := sspi.QueryPackageInfo(scheme)
	if err != nil {
		return nil
	}
	cred, err := sspi.AcquireCredentials("", scheme, sspi.SECPKG_CRED_OUTBOUND, nil)
	if err != nil {
		return nil
	}
	target, err := syscall.UTF16PtrFromString("HTTP/" + host)
	if err != nil {
		return nil
	}
	return &windowsLogin{scheme: scheme, longest: int(about.MaxToken), target: target, cred: cred,
		context: sspi.NewClientContext(cred, sspi.ISC_REQ_CONNECTION)}
}

type windowsLogin struct {
	scheme  string
	longest int
	target  *uint16
	cred    *sspi.Credentials
	context *sspi.Context
}

func (w *windowsLogin) Scheme() string { return w.scheme }

func (w *windowsLogin) Close() {
	_ = w.context.Release()
	_ = w.cred.Release()
}

func (w *windowsLogin) Answer(challenge []byte) ([]byte, error) {
	answer := make([]byte, w.longest)
	var out, in sspi.SecBuffer
	out.Set(sspi.SECBUFFER_TOKEN, answer)
	to := &sspi.SecBufferDesc{Version: sspi.SECBUFFER_VERSION, BuffersCount: 1, Buffers: &out}
	var from *sspi.SecBufferDesc
	if challenge != nil {
		in.Set(sspi.SECBUFFER_TOKEN, challenge)
		from = &sspi.SecBufferDesc{Version: sspi.SECBUFFER_VERSION, BuffersCount: 1, Buffers: &in}
	}
	switch err := w.context.Update(w.target, to, from); err {
	case sspi.SEC_E_OK, sspi.SEC_I_CONTINUE_NEEDED:
		return answer[:out.BufferSize], nil
	case sspi.SEC_I_COMPLETE_NEEDED, sspi.SEC_I_COMPLETE_AND_CONTINUE:
		if err := sspi.CompleteAuthToken(w.context.Handle, to); err != sspi.SEC_E_OK {
			return nil, err
		}
		return answer[:out.BufferSize], nil
	default:
		return nil, err
	}
}
