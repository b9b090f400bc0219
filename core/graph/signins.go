package graph

import (
	"context"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/auditlogs"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/roomkey/roomkey/core/tenant"
)

func ofClient(clientID string) *string {
	return pointer("appId eq '" + strings.ReplaceAll(clientID, "'", "''") + "'")
}

// LastSignIn is the newest interactive sign-in of a person through an
// application, zero when the log has none: it goes back 30 days in a tenant
// with Microsoft Entra ID P1, and a tenant without is refused. Microsoft lists
// the newest first.
func (c *Client) LastSignIn(ctx context.Context, clientID string) (tenant.SignIn, error) {
	const what = "GET /auditLogs/signIns"
	m, err := call(ctx, c, what, func(ctx context.Context) (models.SignInCollectionResponseable, error) {
		one := int32(1)
		m, err := auditlogs.NewAuditLogsRequestBuilderInternal(c.parameters, c.adapter).SignIns().Get(ctx, &auditlogs.SignInsRequestBuilderGetRequestConfiguration{
			QueryParameters: &auditlogs.SignInsRequestBuilderGetQueryParameters{Filter: ofClient(clientID), Orderby: []string{"createdDateTime desc"}, Top: &one}})
		if err == nil && !isNil(m) && m.GetValue() == nil {
			err = malformed(what, "there is no list in it")
		}
		return m, err
	})
	if err != nil {
		return tenant.SignIn{}, err
	}
	var last tenant.SignIn
	for _, s := range m.GetValue() {
		if isNil(s) || !strings.EqualFold(text(s.GetAppId()), clientID) || s.GetCreatedDateTime() == nil {
			return tenant.SignIn{}, c.problem(malformed(what, "a sign-in in it is of another application, or has no time"), what, new(answer))
		}
		if at := when(s.GetCreatedDateTime()); at.After(last.At) {
			last = tenant.SignIn{At: at, By: text(s.GetUserPrincipalName())}
			if status := s.GetStatus(); !isNil(status) && status.GetErrorCode() != nil {
				last.Code = int(*status.GetErrorCode())
			}
		}
	}
	return last, nil
}

// betaReport is the path of the report below the cloud's Graph.
const betaReport = "beta/reports/servicePrincipalSignInActivities"

// ClientActivity is when an application was last used as a client. The report
// is one of Graph's beta: national clouds do not have it.
func (c *Client) ClientActivity(ctx context.Context, clientID string) (tenant.ClientActivity, error) {
	const what = "GET /" + betaReport
	type used struct {
		At time.Time `json:"lastSignInDateTime"`
	}
	var list struct {
		Value []struct {
			AppID       string `json:"appId"`
			Application used   `json:"applicationAuthenticationClientSignInActivity"`
			User        used   `json:"delegatedClientSignInActivity"`
		} `json:"value"`
	}
	if err := c.plainly(ctx, betaReport, ofClient(clientID), &list); err != nil {
		return tenant.ClientActivity{}, err
	}
	if list.Value == nil {
		return tenant.ClientActivity{}, c.problem(malformed(what, "there is no list in it"), what, new(answer))
	}
	var last tenant.ClientActivity
	for _, a := range list.Value {
		if !strings.EqualFold(a.AppID, clientID) {
			return tenant.ClientActivity{}, c.problem(malformed(what, "an activity in it is of another application"), what, new(answer))
		}
		last = tenant.ClientActivity{Application: a.Application.At.UTC(), User: a.User.At.UTC()}
	}
	return last, nil
}
