package handover

import (
	"cmp"
	"context"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/connection"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/tenant"
	"github.com/roomkey/roomkey/core/vault"
	"github.com/roomkey/roomkey/core/words"
)

// Plan is what a push would do, and what stands in its way.
type Plan struct {
	Description   booking.Description    `json:"server"`
	Confirmations []booking.Confirmation `json:"confirmations"`
	booking.Preview
	// Gate is why nothing may be pushed now, nil when it may. Warnings alone
	// need AcceptWarnings.
	Gate          *problem.Problem      `json:"gate"`
	Configuration booking.Configuration `json:"configuration"`
	Choices       booking.Choices       `json:"choices"`
}

// Unchanged is whether the server was asked and holds exactly this already, and
// nothing that is to go.
func (p Plan) Unchanged() bool {
	return p.Current.Configuration != nil && len(p.Changes) == 0 && !(p.Choices.Remove && p.DryRun.Unwanted > 0)
}

// Asked is whether the server could be asked: not where its API is on a host that
// nobody has confirmed yet.
func (p Plan) Asked() bool { return p.Gate == nil || p.Gate.Code != booking.CodeUnconfirmed }

// Plan asks the server what a push would change; nothing is stored there. The
// rooms are looked up anew, so that what is pushed is what is there.
func (h *Handover) Plan(ctx context.Context, acceptWarnings bool) (Plan, error) {
	return h.PlanWith(ctx, acceptWarnings, booking.Choices{})
}

// PlanWith is Plan with what the administrator has chosen.
func (h *Handover) PlanWith(ctx context.Context, acceptWarnings bool, choices booking.Choices) (Plan, error) {
	if err := h.find(ctx); err != nil {
		return Plan{}, err
	}
	client, err := h.client(ctx)
	if err != nil {
		return Plan{}, err
	}
	plan := Plan{Choices: choices}
	if plan.Description, err = client.Describe(ctx); err != nil {
		return plan, err
	}
	if plan.Confirmations, err = booking.Confirmations(h.o.Owner.Document().Server, plan.Description); err != nil {
		return plan, err
	}
	if plan.Configuration, err = h.wanted(ctx); err != nil {
		return plan, err
	}
	plan.Preview, err = client.Preview(ctx, plan.Configuration, choices)
	switch {
	case problem.CodeOf(err) == booking.CodeUnconfirmed && len(plan.Confirmations) > 0:
		// The API itself is on a host that nobody has confirmed yet: the token
		// does not go there, and the questions are all there is to show.
		plan.Gate = problem.Of(err)
		return plan, nil
	case err != nil:
		return plan, err
	case !plan.DryRun.Acceptable:
		plan.Gate = unacceptable(plan.DryRun)
		return plan, nil
	}
	_, err = h.gate(ctx, plan.Configuration.Digest, acceptWarnings)
	plan.Gate = problem.Of(err)
	return plan, nil
}

// unacceptable is a dry run with errors.
func unacceptable(dry booking.DryRun) *problem.Problem {
	title := words.T("The booking server did not accept this configuration.")
	if !dry.Said {
		title = words.T("The booking server cannot take this configuration.")
	}
	p := problem.New(codeUnacceptable, title)
	for _, said := range dry.Problems {
		if said.Severity == "error" {
			p.Fix(words.T("%s (field %s, code %s)", problem.Line(said.Detail), problem.Line(cmp.Or(said.Pointer, "/")), problem.Line(said.Code)))
		}
	}
	if len(p.Remedies) == 0 && dry.Said {
		p.Fix(words.T("It does not say why. Ask whoever runs the booking server to look at its log."))
	}
	return p
}

// gate weighs the last whole check, and what is remembered of what it did not
// try.
func (h *Handover) gate(ctx context.Context, digest string, acceptWarnings bool) (booking.Clearance, error) {
	if err := h.roomsChosen(); err != nil {
		return booking.Clearance{}, err
	}
	if err := h.o.Ledger.LimitFirst(ctx); err != nil {
		return booking.Clearance{}, err
	}
	last, _, err := h.o.Ledger.LastCheck(ctx)
	if err != nil {
		return booking.Clearance{}, err
	}
	checked := booking.Checked{}
	if last != nil {
		checked = booking.Checked{
			Digest: last.Digest, Verdict: string(last.Verdict), At: last.Finished,
			Age: h.o.Now().Sub(last.Finished), Life: h.o.Owner.Document().Server.TestLife(),
		}
	}
	return booking.Gate(checked, digest, acceptWarnings)
}

// roomsChosen is why a choice that nobody made is not handed over: without one the
// booking server would get every room of the tenant.
func (h *Handover) roomsChosen() error {
	p, err := h.o.Product()
	c := h.o.Owner.Document()
	if err != nil || c.Rooms.Chosen() || !p.ManagesRooms(p.With(c.Product.Options, c.Product.Permissions)) {
		return err
	}
	return problem.New(codeRoomsNotChosen, words.T("No one has chosen the rooms yet, so nothing was handed over.")).
		With(words.T("Without a choice, the booking server would get every room of the tenant.")).
		Lead(words.T("Choose the rooms that the booking server manages, or all of them. Then test the connection."), problem.PlaceRooms)
}

// Configuration is what the server would get, over the rooms as they are now.
func (h *Handover) Configuration(ctx context.Context) (booking.Configuration, error) {
	rooms, err := h.o.Rooms(ctx)
	if err != nil {
		return booking.Configuration{}, err
	}
	return h.configurationOf(ctx, rooms)
}

// lastChecked is what the server would get over the rooms of the last check, nil
// when it is not known.
func (h *Handover) lastChecked(ctx context.Context) *booking.Configuration {
	rooms, ok := h.o.Looked()
	if !ok {
		return nil
	}
	cfg, err := h.configurationOf(ctx, rooms)
	if err != nil {
		return nil
	}
	return &cfg
}

func (h *Handover) configurationOf(ctx context.Context, rooms []tenant.Room) (booking.Configuration, error) {
	p, err := h.o.Product()
	if err != nil {
		return booking.Configuration{}, err
	}
	row, err := h.o.Cloud()
	if err != nil {
		return booking.Configuration{}, err
	}
	credential, err := h.o.Credential(ctx)
	if err != nil {
		return booking.Configuration{}, err
	}
	c := h.o.Owner.Document()
	fingerprint := vault.Fingerprint(credential)
	return booking.Of(c, p, rooms, c.Digest(fingerprint, tenant.Addresses(rooms)), row, fingerprint), nil
}

// Confirm pins what the administrator said yes to.
func (h *Handover) Confirm(ctx context.Context, confirmed []booking.Confirmation) error {
	if len(confirmed) == 0 {
		return nil
	}
	return h.o.Owner.Edit(ctx, func(c *connection.Connection) { booking.Confirm(&c.Server, confirmed) })
}

// TakeOver makes what is on the server under the names of this configuration
// this connection's own; see booking.Client.TakeOver.
func (h *Handover) TakeOver(ctx context.Context) error {
	done, err := h.o.Begin()
	if err != nil {
		return err
	}
	defer done()
	client, err := h.client(ctx)
	if err != nil {
		return err
	}
	cfg, err := h.Configuration(ctx)
	if err != nil {
		return err
	}
	return client.TakeOver(ctx, cfg)
}
