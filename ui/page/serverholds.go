package page

import (
	"strconv"
	"strings"
	"time"

	"github.com/roomkey/roomkey/core/booking"
	"github.com/roomkey/roomkey/core/check"
	"github.com/roomkey/roomkey/core/handover"
	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
	"github.com/roomkey/roomkey/ui/kit"
)

// showServerState shows what the server holds and what it says of itself.
func (h *HandOver) showServerState(held handover.ServerState, err error) {
	h.holds.RemoveAll()
	h.remove.show(held.Current.Configuration != nil)
	column := kit.Column(kit.Gap, kit.Heading(kit.L("What the booking server has")))
	switch {
	case err != nil:
		h.holds.Add(kit.ProblemCard(h.env.Host, problem.Of(err)))
		return
	case held.Current.Configuration == nil:
		column.Add(kit.Muted(kit.L("Nothing yet.")))
	default:
		badge := kit.Badge(kit.MarkAttention, kit.L("Differs from this connection"))
		switch {
		case !held.Compared:
			badge = kit.Badge(kit.MarkUnknown, kit.L("Not compared: the rooms have not been read here"))
		case held.Matches:
			badge = kit.Badge(kit.MarkDone, kit.L("As in this connection"))
		}
		column.Add(kit.Row(kit.Gap, -1, badge))
		stored := ""
		if at := held.Current.StoredAt; !at.IsZero() { // not every server says it
			stored = at.Local().Format(time.DateTime)
		}
		c := held.Current.Configuration
		column.Add(kit.Facts(h.env.Host, [][2]string{
			{kit.L("Stored"), stored},
			{kit.L("Tenant"), strings.TrimSpace(c.Tenant.Domain + " " + c.Tenant.ID)},
			{kit.L("Client ID"), c.Application.ClientID},
			{kit.L("Credential"), c.Credential.Kind + " " + c.Credential.Fingerprint},
			{kit.L("Rooms"), strconv.Itoa(len(c.Rooms.Items))},
			{kit.L("ETag"), held.Current.ETag},
		}))
	}
	mark, text := viewOf(held)
	column.Add(kit.Rule())
	view := kit.Column(2, kit.NewText(kit.Say(text)))
	if !held.Status.Silent {
		view.Add(kit.Small(kit.L("The server's own view.")))
	}
	column.Add(kit.TopRow(kit.Gap, 1, kit.MarkIcon(mark, 20), view))
	server := strings.TrimSpace(held.Description.Product + " " + held.Description.ProductVersion)
	column.Add(kit.Small(kit.L("%s, as of %s.", server, h.env.Now().Local().Format(time.DateTime))))
	h.holds.Add(kit.Card(column))
	if held.NotKept != nil {
		h.holds.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.ProblemCard(h.env.Host, held.NotKept)))
	}
	if held.StatusProblem != nil && mark != kit.MarkFail { // that is said at the top
		h.holds.Add(kit.Pad(kit.Gap, 0, 0, 0, kit.ProblemAs(h.env.Host, kit.MarkAttention, held.StatusProblem)))
	}
	h.holds.Refresh()
}

// viewOf is the server's own view.
func viewOf(held handover.ServerState) (kit.Mark, words.Text) {
	switch state := held.Status.State; {
	case state == booking.StatusOK && held.StatusProblem == nil:
		return kit.MarkDone, serverView(check.ServerWorks)
	case state == booking.StatusFailing:
		for _, c := range held.Status.Checks {
			said := strings.TrimSpace(c.Code + " " + c.Detail)
			if strings.Contains(c.Detail, c.Code) {
				said = c.Detail
			}
			if c.State == "failed" && said != "" {
				return kit.MarkFail, words.T("The booking server reports that it does not work: %s", said)
			}
		}
		return kit.MarkFail, serverView(check.ServerFails)
	}
	if held.Status.Silent {
		return kit.MarkUnknown, words.T("This booking server cannot say whether it works: only a sign-in there shows that.")
	}
	return kit.MarkUnknown, serverView(check.ServerUnproven)
}
