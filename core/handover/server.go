package handover

import (
	"context"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// Server is the booking server as the checks see it, nil where there is none to
// ask. Of one that cannot be asked every check says why.
func (h *Handover) Server(ctx context.Context) (check.BookingServer, error) {
	silent, err := h.findWithin(ctx, checkPatience)
	switch {
	case err != nil || silent == nil && h.adapter() == booking.AdapterForm:
		return nil, err
	case silent != nil:
		return refusingServer{unanswered(silent)}, nil
	}
	client, err := h.client(ctx)
	if err != nil {
		return refusingServer{err}, nil
	}
	return checkedServer{client, h.o.Owner.Document().Server}, nil
}

type checkedServer struct {
	client *booking.Client
	server connection.Server
}

func (c checkedServer) Describe(ctx context.Context) (check.ServerDescription, error) {
	d, err := c.client.Describe(ctx)
	if err == nil {
		err = booking.StillConfirmed(c.server, d)
	}
	out := check.ServerDescription{
		Product: d.Product, Version: d.ProductVersion, RedirectURIs: d.RedirectURIs,
		NotificationURL: d.NotificationURL, LifecycleURL: d.LifecycleNotificationURL,
		ContractKnown: d.ContractVersion == 0 || d.ContractVersion == 1,
	}
	if d.ContractVersion > 0 {
		out.Contract = words.T("v%d", d.ContractVersion).String()
	}
	return out, err
}

func (c checkedServer) Current(ctx context.Context) (check.ServerCurrent, error) {
	if err := c.client.MayWrite(ctx); err != nil {
		return check.ServerCurrent{}, err
	}
	now, err := c.client.Current(ctx)
	if err != nil || now.Configuration == nil {
		return check.ServerCurrent{}, err
	}
	return check.ServerCurrent{
		Stored: true, TenantID: now.Configuration.Tenant.ID, ClientID: now.Configuration.Application.ClientID,
		CredentialExpires: now.Configuration.Credential.Expires,
		Digest:            now.Configuration.Digest, StoredAt: now.StoredAt,
	}, nil
}

func (c checkedServer) Status(ctx context.Context) (check.ServerStatus, error) {
	st, err := c.client.Status(ctx)
	if err != nil {
		return check.ServerStatus{}, err
	}
	return checkedStatus(st), nil
}

// checkedStatus is the server's own view as the checks see it.
func checkedStatus(st booking.Status) check.ServerStatus {
	out := check.ServerStatus{State: check.ServerUnproven, Digest: st.Digest, CheckedAt: st.CheckedAt, Rooms: -1, Silent: st.Silent, Undated: st.Undated}
	switch st.State {
	case booking.StatusOK:
		out.State = check.ServerWorks
	case booking.StatusFailing:
		out.State = check.ServerFails
	case booking.StatusNotConfigured:
		out.State = check.ServerNothing
	}
	said := ""
	for _, tried := range st.Checks {
		ok := tried.State == "ok"
		switch tried.ID {
		case "token":
			out.Token = ok
		case "rooms", "room", "calendar":
			out.Room = ok
		}
		// What failed goes before what was not tried.
		if speaks := tried.Code != "" || tried.Detail != ""; !ok && speaks && (said == "" || said != "failed" && tried.State == "failed") {
			out.Code, out.Message, said = tried.Code, tried.Detail, tried.State
		}
	}
	return out
}

// unanswered is the problem of a server that gives no answer to what it speaks.
func unanswered(silent error) *problem.Problem {
	p := problem.Of(silent)
	return problem.New(codeServerInterfaceUnknown, words.T("Roomkey could not determine whether the booking server has an interface for it.")).
		With(words.T("Its response: %s", p.Title)).
		Fix(words.T("Check again. If the problem persists, find out from the log of the booking server, or of the proxy in front of it, why %s gets no response.", "/.well-known/room-booking-integration")).
		Fix(words.T("If it has none, say so: roomkeyctl connection set server.adapter=%s", booking.AdapterForm)).By(silent)
}

// refusingServer is one that cannot be called at all, because its address or
// the keychain is at fault: every check of it says so.
type refusingServer struct{ err error }

func (r refusingServer) Describe(context.Context) (check.ServerDescription, error) {
	return check.ServerDescription{}, r.err
}
func (r refusingServer) Current(context.Context) (check.ServerCurrent, error) {
	return check.ServerCurrent{}, r.err
}
func (r refusingServer) Status(context.Context) (check.ServerStatus, error) {
	return check.ServerStatus{}, r.err
}
