package graph

import (
	"slices"
	"strings"

	"github.com/roomkey/roomkey/core/problem"
	"github.com/roomkey/roomkey/core/words"
)

// explanation is what one of Graph's codes means. A status alone has none: 403
// is a missing permission, a policy, a licence or a full mailbox.
type explanation struct {
	// code is Graph's own; text is a part of the message in small letters where the
	// code alone is not enough.
	code, text string
	// at are parts of a request's path, with | between them, where the code means
	// this there only.
	at string
	// kind is that of the code's status unless it is given here.
	kind  problem.Kind
	title words.Key
	fix   []words.Key
}

// explain finds what the code and the message say; the first that fits counts.
func explain(code, message, what string) (explanation, bool) {
	message = strings.ToLower(message)
	for _, e := range explanations {
		same := e.code == "" || strings.EqualFold(e.code, code)
		here := slices.ContainsFunc(strings.Split(e.at, "|"), func(part string) bool { return strings.Contains(what, part) })
		if same && here && strings.Contains(message, e.text) {
			return e, true
		}
	}
	return explanation{}, false
}

// Requests that are about a mailbox, and those for the sign-in log.
const (
	ofMailbox = "/users/|/me/|/subscriptions|/$batch"
	ofLog     = "signIns|SignInActivities"
)

// Codes and messages: Microsoft Learn, "Microsoft Graph error responses",
// "Exchange Web Services response codes", and answers seen by other tools.
var explanations = []explanation{
	{code: "InvalidAuthenticationToken", text: "not yet valid", title: "Microsoft Graph says that the access token has expired or is not yet valid.", fix: tokenAged},
	{code: "InvalidAuthenticationToken", text: "expired", title: "Microsoft Graph says that the access token has expired.", fix: tokenAged},
	{code: "InvalidAuthenticationToken", text: "audience", title: "Microsoft Graph says that the access token is for another service or cloud.", fix: []words.Key{
		takenElsewhere,
		"If none of them was, check that the chosen cloud is the tenant's own: a token of one cloud is not valid in another."}},
	{code: "InvalidAuthenticationToken", text: "continuous access evaluation", title: "A Conditional Access policy no longer accepts the token from this place.", fix: []words.Key{
		"In the Microsoft Entra admin center open Monitoring & health > Sign-in logs > Service principal sign-ins, choose the latest entry of the application and look at the tab Conditional Access: it names the policy. Add the public address of this computer, and that of the booking server, to its named locations."}},
	{code: "InvalidAuthenticationToken", title: "Microsoft Graph did not accept the access token.", fix: []words.Key{
		"Read Microsoft's message above: the code alone names no cause.",
		"If you signed in for this, sign in again: a sign-in can expire or be revoked."}},
	{code: "Directory_ExpiredPageToken", kind: problem.NoAnswer, title: "Microsoft Graph has dropped its place in the list.", fix: []words.Key{
		"Load the list again: Microsoft keeps the place for a limited time."}},
	{code: "Authorization_RequestDenied", title: "A permission for this request is missing.", fix: []words.Key{
		"In the Microsoft Entra admin center open App registrations > your application > API permissions, check that the permissions of the product are there as application permissions with the status Granted, and select Grant admin consent.",
		"Consent applies to new tokens only. Wait a few minutes, then test again."}},
	{code: "AuthOMMissingRequiredPermissions", title: "A permission for this request is missing.", fix: []words.Key{
		"Compare the permissions that Microsoft names above with those of the application under App registrations > your application > API permissions, add what is missing as an application permission, and select Grant admin consent."}},
	{text: "access to odata is disabled", at: ofMailbox, title: "An Application Access Policy denies the application this mailbox.", fix: []words.Key{
		"In Exchange Online PowerShell run Get-ApplicationAccessPolicy and add the mailbox to the group that the policy names. A change can take an hour."}},
	{code: "ErrorAccessDenied", at: ofMailbox, title: "The application has no access to this mailbox.", fix: []words.Key{
		"If the application is limited in Exchange, run Test-ServicePrincipalAuthorization in Exchange Online PowerShell: it says whether the mailbox is in the scope.",
		"If it is not limited, check in the Microsoft Entra admin center under App registrations > your application > API permissions that its application permission for calendars has the status Granted."}},
	{code: "ErrorQuotaExceeded", at: ofMailbox, kind: problem.Unmet, title: "The mailbox is full.", fix: mailboxFull},
	{code: "QuotaExceededException", at: ofMailbox, kind: problem.Unmet, title: "The mailbox is full.", fix: mailboxFull},
	{code: "ErrorItemNotFound", text: "default folder calendar not found", at: ofMailbox, kind: problem.Unmet, title: "The mailbox has no calendar.", fix: []words.Key{
		"Sign in to the mailbox once in Outlook on the web, or have an Exchange administrator check whether it is a mailbox of Exchange Online: its calendar is created at the first sign-in or the first booking."}},
	{code: "ErrorFolderNotFound", text: "calendar", at: ofMailbox, kind: problem.Unmet, title: "The mailbox has no calendar.", fix: []words.Key{
		"Sign in to the mailbox once in Outlook on the web: its calendar is created at the first sign-in or the first booking."}},
	{text: "default folder calendar not found", at: ofMailbox, kind: problem.Unmet, title: "The mailbox has no calendar.", fix: []words.Key{
		"Sign in to the mailbox once in Outlook on the web: its calendar is created at the first sign-in or the first booking."}},
	{code: "MailboxNotEnabledForRESTAPI", at: ofMailbox, title: "The address has no mailbox in Exchange Online.", fix: []words.Key{
		"Check in the Exchange admin center under Recipients > Resources that the room is an Exchange Online mailbox. A mailbox on your own Exchange server cannot be reached through Microsoft Graph."}},
	{code: "MailboxNotSupportedForRESTAPI", at: ofMailbox, title: "The address has no mailbox in Exchange Online.", fix: []words.Key{
		"Check in the Exchange admin center under Recipients > Resources that the room is an Exchange Online mailbox. A mailbox on your own Exchange server cannot be reached through Microsoft Graph."}},
	{code: "ResourceNotFound", text: "could not be discovered", at: ofMailbox, title: "Microsoft finds no mailbox for the address.", fix: []words.Key{
		"Check in the Exchange admin center under Recipients > Resources that the room is an Exchange Online mailbox. The mailbox of a new room takes some minutes to appear."}},
	{code: "ErrorMailboxMoveInProgress", at: ofMailbox, kind: problem.NoAnswer, title: "The mailbox is being moved.", fix: mailboxMoves},
	{text: "mailbox move in progress", at: ofMailbox, kind: problem.NoAnswer, title: "The mailbox is being moved.", fix: mailboxMoves},
	{code: "ErrorSendAsDenied", at: ofMailbox, title: "The mailbox cannot send as that address.", fix: []words.Key{
		"Have an Exchange administrator check the addresses of the mailbox that sends: an alias that is not its primary address cannot send unless the tenant allows it."}},
	{code: "ErrorMessageSubmissionBlocked", at: ofMailbox, title: "Exchange Online has stopped the mailbox from sending.", fix: []words.Key{
		"Have an Exchange administrator look in the Microsoft Defender portal under Email & collaboration > Review > Restricted entities, and release the mailbox there."}},
	{code: "Authorization_IdentityNotFound", title: "Microsoft Graph does not find the application's enterprise application in this tenant.", fix: []words.Key{
		"Look in the Microsoft Entra admin center under Enterprise applications for the application. If it is missing, open App registrations > your application > API permissions and select Grant admin consent: that creates it.",
		"If it was created within the last minutes, wait a little: a new one is not known everywhere at once."}},
	{code: "OrganizationFromTenantGuidNotFound", title: "This tenant has no Exchange Online.", fix: []words.Key{
		"Check that this tenant has the room mailboxes. They may be in another tenant of the same company.",
		"If it is the right one, it needs a subscription with Exchange Online before rooms can be read."}},
	{code: "ErrorInvalidUser", at: ofMailbox, title: "No mailbox has this address.", fix: addressGone},
	{code: "ErrorNonExistentMailbox", at: ofMailbox, title: "No mailbox has this address.", fix: addressGone},
	{code: "Request_BadRequest", text: "not allowed to add", title: "The application has the maximum number of secrets.", fix: []words.Key{
		"In the Microsoft Entra admin center open App registrations > your application > Certificates & secrets and delete a secret that is no longer used.",
		"A single-tenant application can have more: limit who can sign in under Authentication > Supported accounts.",
		"Or use a certificate: certificates are counted separately."}},
	{code: "Directory_QuotaExceeded", text: "for the principal", kind: problem.Unmet, title: "The account has created as many directory objects as it can.", fix: []words.Key{
		"Sign in as another administrator. An account without an administrator role can create 250 objects.",
		"Or delete objects that this account created and that are no longer needed, also under App registrations > Deleted applications: deleted objects count until they are permanently deleted."}},
	{code: "Directory_QuotaExceeded", kind: problem.Unmet, title: "The directory contains the maximum number of objects.", fix: directoryFull},
	{text: "directory object quota limit for the tenant", kind: problem.Unmet, title: "The directory contains the maximum number of objects.", fix: directoryFull},
	{code: "CredentialTypeNotAllowedAsPerAppPolicy", title: "The tenant's app management policy does not allow this kind of credential.", fix: []words.Key{
		"Use a certificate, or have the policy's administrator exempt this application: Microsoft Entra admin center > Enterprise applications > Security > Application policies."}},
	{code: "CredentialInvalidLifetimeAsPerAppPolicy", title: "The tenant's app management policy does not allow a credential that lasts this long.", fix: []words.Key{
		"Choose a shorter lifetime, or have the policy's administrator exempt this application: Microsoft Entra admin center > Enterprise applications > Security > Application policies."}},
	{code: "SignInAudienceNotAllowedAsPerAppPolicy", title: "The tenant's app management policy does not allow these supported account types.", fix: []words.Key{
		"Choose a single-tenant application, or have the policy's administrator exempt this application: Microsoft Entra admin center > Enterprise applications > Security > Application policies."}},
	{code: "Authentication_RequestFromNonPremiumTenantOrB2CTenant", at: ofLog, title: "The tenant has no Microsoft Entra ID P1, without which no program can read its sign-in log.", fix: []words.Key{
		"Check the sign-in logs in the Microsoft Entra admin center: it shows the last 7 days without a license."}},
	{code: "Authentication_RequestFromUnsupportedUserRole", at: ofLog, title: "Your role does not allow reading the tenant's sign-in log.", fix: []words.Key{
		"Sign in as Reports Reader, Security Reader or Global Reader, or have a colleague with such a role check the sign-in logs in the Microsoft Entra admin center."}},
	{code: "Authentication_MSGraphPermissionMissing", title: "The sign-in lacks the permission AuditLog.Read.All.", fix: []words.Key{
		"Sign in again and consent to AuditLog.Read.All, or check the sign-in logs in the Microsoft Entra admin center."}},
	{text: "resource not found for the segment 'serviceprincipalsigninactivities'", title: "This Microsoft cloud does not report the sign-ins of applications.", fix: []words.Key{
		"Check the sign-in logs in the admin center of this cloud."}},
	{text: "resource not found for the segment 'signins'", title: "This Microsoft cloud does not provide its sign-in log through Microsoft Graph.", fix: []words.Key{
		"Check the sign-in logs in the admin center of this cloud."}},
	{code: "Request_ResourceNotFound", at: "/calendar", title: "No account in the tenant has this address.", fix: addressGone},
	{code: "Request_ResourceNotFound", title: "Microsoft Graph does not know this object.", fix: []words.Key{
		"It may have been deleted, or be so new that it is not known everywhere: load the list again."}},
	{code: "Request_UnsupportedQuery", at: "/places", title: "Microsoft Graph does not list rooms with this query.", fix: []words.Key{
		"Import the rooms from a CSV file or from the result of an Exchange script instead."}},
	{text: "maximum number of subscriptions", kind: problem.Unmet, title: "The application has the maximum number of subscriptions.", fix: tooManySubscriptions},
	{text: "subscription limit", kind: problem.Unmet, title: "The application has the maximum number of subscriptions.", fix: tooManySubscriptions},
	{code: "ExtensionError", text: "status code: forbidden", at: ofMailbox, title: "The application has no access to this mailbox.", fix: []words.Key{
		"If the application is limited in Exchange, run Test-ServicePrincipalAuthorization in Exchange Online PowerShell: it says whether the mailbox is in the scope."}},
	{code: "ExtensionError", text: "status code: notfound", at: ofMailbox, title: "Microsoft finds no mailbox for the address.", fix: []words.Key{
		"Check in the Exchange admin center under Recipients > Resources that the room is an Exchange Online mailbox. The mailbox of a new room takes some minutes to appear."}},
}

// takenElsewhere stands before what a service says of a token that every service of
// Graph gets: where the others take it, the token is not to blame.
const takenElsewhere words.Key = "If other requests of the same test were accepted, the token, its lifetime and the clocks are not the cause: the fault is in this service of Microsoft's. Test again later."

var (
	tokenAged = []words.Key{takenElsewhere,
		"If none of them was, test again, or sign in again if you signed in for this: both start with a new token."}
	mailboxMoves = []words.Key{
		"Wait until Exchange has moved it, which takes hours at most. An Exchange administrator can follow the progress with Get-MoveRequestStatistics."}
	mailboxFull = []words.Key{
		"Have an Exchange administrator empty the mailbox (Deleted Items and Recoverable Items count), or raise its limit."}
	addressGone = []words.Key{
		"Check the address in the Exchange admin center under Recipients > Resources: a renamed room has a new address."}
	directoryFull = []words.Key{
		"Delete unneeded users, groups and applications, then remove them permanently under Deleted users, Deleted groups and Deleted applications: they count until they can no longer be restored.",
		"Verifying a custom domain in the tenant raises the quota."}
	tooManySubscriptions = []words.Key{
		"Have the booking server delete subscriptions that it no longer uses: each lasts up to seven days unless it is deleted."}
)
