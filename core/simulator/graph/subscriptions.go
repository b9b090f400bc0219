package graph

import (
	"cmp"
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/roomkey/roomkey/core/simulator/exchange"
	"github.com/roomkey/roomkey/core/simulator/fault"
	"github.com/roomkey/roomkey/core/simulator/microsoft"
	"github.com/roomkey/roomkey/core/simulator/tenant"
)

var subscriptionRoutes = []route{
	{pattern: "GET /subscriptions", serve: (*call).subscriptions},
	{pattern: "POST /subscriptions", serve: (*call).subscribe, unlocked: true},
	{pattern: "GET /subscriptions/{}", serve: (*call).oneSubscription},
	{pattern: "PATCH /subscriptions/{}", serve: (*call).renew},
	{pattern: "DELETE /subscriptions/{}", serve: (*call).unsubscribe},
}

// The limits of subscriptions to events.
const (
	longestSubscription  = 10_080 * time.Minute
	shortestSubscription = 45 * time.Minute
	validationTime       = 10 * time.Second
)

var subscriptionProperties = strings.Fields("id resource applicationId changeType clientState notificationUrl lifecycleNotificationUrl expirationDateTime creatorId includeResourceData latestSupportedTlsVersion encryptionCertificate encryptionCertificateId notificationQueryOptions notificationUrlAppId")

func (c *call) live() []*tenant.Subscription {
	st := c.g.State
	st.Subscribed = slices.DeleteFunc(st.Subscribed, func(s *tenant.Subscription) bool { return c.g.Now().After(s.ExpirationDateTime) })
	var own []*tenant.Subscription
	for _, s := range st.Subscribed {
		if s.ApplicationID == c.claims.AppID {
			own = append(own, s)
		}
	}
	return own
}

func (c *call) subscriptions() (reply, error) {
	own := c.live()
	return c.list(collection{
		context: "subscriptions", n: len(own), known: subscriptionProperties, top: 100, maxTop: 999, nextLink: true,
		at: func(i int) object { return microsoft.AsObject(own[i]) },
	})
}

func invalidRequest(message string) error {
	return microsoft.Refuse(http.StatusBadRequest, "InvalidRequest", message)
}

// subscribe checks, calls back both addresses, and keeps the subscription.
func (c *call) subscribe() (reply, error) {
	sub := &tenant.Subscription{}
	if err := c.body(sub); err != nil {
		return reply{}, err
	}
	if err := c.subscribable(sub); err != nil {
		return reply{}, err
	}
	for i, address := range []string{sub.NotificationURL, textOf(sub.LifecycleNotificationURL)} {
		if address == "" {
			continue
		}
		if err := c.g.validate(c.r.Context(), address, i == 1); err != nil {
			return reply{}, err
		}
	}
	c.g.Lock()
	defer c.g.Unlock()
	sub.ID, sub.ApplicationID, sub.CreatorID = uuid.NewString(), c.claims.AppID, c.claims.ObjectID
	sub.LatestSupportedTLSVersion = cmp.Or(sub.LatestSupportedTLSVersion, "v1_2")
	if first := c.g.Now().Add(shortestSubscription); sub.ExpirationDateTime.Before(first) {
		sub.ExpirationDateTime = first
	}
	sub.ExpirationDateTime = sub.ExpirationDateTime.UTC()
	c.g.State.Subscribed = append(c.g.State.Subscribed, sub)
	o := microsoft.AsObject(sub)
	o["@odata.context"] = c.context("subscriptions/$entity")
	return created(o)
}

func textOf(p *string) string {
	if p == nil {
		return ""
	}
	return *p
}

// subscribable is everything that can be wrong before anybody is called back.
func (c *call) subscribable(sub *tenant.Subscription) error {
	c.g.Lock()
	defer c.g.Unlock()
	m := exchange.EventResource.FindStringSubmatch(sub.Resource)
	now := c.g.Now()
	switch {
	case sub.ID != "" || sub.ApplicationID != "" || sub.CreatorID != "":
		return invalidRequest("id, applicationId and creatorId are read-only.")
	case m == nil:
		return invalidRequest("Unsupported resource '" + sub.Resource + "'.")
	case sub.ChangeType == "" || strings.Trim(strings.NewReplacer("created", "", "updated", "", "deleted", "").Replace(sub.ChangeType), ",") != "":
		return invalidRequest("changeType is created, updated, deleted, or several of them with commas.")
	case sub.ExpirationDateTime.Before(now):
		return invalidRequest("Subscription expiration must be in the future.")
	case sub.ExpirationDateTime.After(now.Add(longestSubscription)):
		return invalidRequest("Subscription expiration can only be 10080 minutes in the future.")
	case sub.ClientState != nil && len(*sub.ClientState) > 128:
		return invalidRequest("clientState must not exceed 128 characters.")
	}
	for _, address := range []string{sub.NotificationURL, textOf(sub.LifecycleNotificationURL)} {
		if u, err := url.Parse(address); address != "" && (err != nil || u.Scheme != "https" || u.Host == "") || sub.NotificationURL == "" {
			return invalidRequest("The notification URL '" + address + "' is not an https address.")
		}
	}
	mailbox, err := c.g.MailboxAddress(m[1])
	if err == nil {
		err = c.mayOpen(mailbox, false)
	}
	if err != nil {
		return err
	}
	if slices.ContainsFunc(c.live(), func(o *tenant.Subscription) bool {
		return strings.EqualFold(o.Resource, sub.Resource) && o.NotificationURL == sub.NotificationURL && o.ChangeType == sub.ChangeType
	}) {
		return microsoft.Refuse(http.StatusConflict, "Conflict", "A subscription for this resource, change type and notification URL exists already.")
	}
	return nil
}

// validate is the call by which Microsoft proves that an address answers.
func (g *Graph) validate(ctx context.Context, address string, lifecycle bool) error {
	const failed, unanswered = "Subscription validation request failed. ", "Notification endpoint must respond with 200 OK to validation request."
	const mismatch = "Response must exactly match validationToken query parameter."
	if how, on := g.Fault(fault.CallbackUnreachable); on && (how != "lifecycle" || lifecycle) {
		return invalidRequest(failed + map[string]string{
			"404":      "HTTP status code is 'NotFound'.",
			"redirect": unanswered + " HTTP status code is 'Redirect'.",
			"chain":    "The SSL connection could not be established: the remote certificate is invalid because of errors in the certificate chain: PartialChain.",
			"slow":     "Subscription validation request timed out.",
			"echo":     mismatch,
			"tls":      "The SSL connection could not be established.",
			"dns":      "The remote name could not be resolved.",
		}[how] + map[bool]string{true: unanswered}[how == "" || how == "lifecycle"])
	}
	token := "Validation: Testing client application reachability for subscription Request-Id: " + uuid.NewString()
	u, err := url.Parse(address)
	if err != nil {
		return invalidRequest(failed + "The address cannot be read.")
	}
	q := u.Query()
	q.Set("validationToken", token)
	u.RawQuery = q.Encode()
	ctx, cancel := context.WithTimeout(ctx, validationTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), nil)
	if err != nil {
		return invalidRequest(failed + "The address cannot be read.")
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	res, err := g.Callback.RoundTrip(req)
	if err != nil {
		switch {
		case ctx.Err() != nil:
			return invalidRequest("Subscription validation request timed out.")
		case strings.Contains(err.Error(), "x509") || strings.Contains(err.Error(), "tls:"):
			return invalidRequest(failed + "The SSL connection could not be established.")
		case strings.Contains(err.Error(), "no such host"):
			return invalidRequest(failed + "The remote name could not be resolved.")
		}
		return invalidRequest(failed + unanswered)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 4096))
	switch {
	case ctx.Err() != nil:
		return invalidRequest("Subscription validation request timed out.")
	case res.StatusCode != http.StatusOK:
		return invalidRequest(failed + unanswered + " HTTP status code is '" + strings.ReplaceAll(http.StatusText(res.StatusCode), " ", "") + "'.")
	case err != nil || string(body) != token || !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain"):
		return invalidRequest(failed + mismatch)
	}
	return nil
}

func (c *call) subscriptionAt() (*tenant.Subscription, error) {
	for _, s := range c.live() {
		if s.ID == c.vars[0] {
			return s, nil
		}
	}
	return nil, microsoft.Refuse(http.StatusNotFound, "ResourceNotFound", "The object was not found.")
}

func (c *call) oneSubscription() (reply, error) {
	s, err := c.subscriptionAt()
	if err != nil {
		return reply{}, err
	}
	return c.entity("subscriptions", microsoft.AsObject(s), subscriptionProperties)
}

func (c *call) renew() (reply, error) {
	s, err := c.subscriptionAt()
	if err != nil {
		return reply{}, err
	}
	var b struct {
		ExpirationDateTime time.Time `json:"expirationDateTime"`
	}
	if err := c.body(&b); err != nil {
		return reply{}, err
	}
	if now := c.g.Now(); b.ExpirationDateTime.Before(now) || b.ExpirationDateTime.After(now.Add(longestSubscription)) {
		return reply{}, invalidRequest("Subscription expiration can only be 10080 minutes in the future.")
	}
	s.ExpirationDateTime = b.ExpirationDateTime.UTC()
	return c.entity("subscriptions", microsoft.AsObject(s), subscriptionProperties)
}

func (c *call) unsubscribe() (reply, error) {
	s, err := c.subscriptionAt()
	if err != nil {
		return reply{}, err
	}
	c.g.State.Subscribed = slices.DeleteFunc(c.g.State.Subscribed, func(o *tenant.Subscription) bool { return o == s })
	return noContent()
}
