package main

import "github.com/roomkey/roomkey/core/check"

// misgranted are shown by the registration alone, so an administrator is signed in.
var misgranted = []scenario{
	registration("added as delegated permissions", "declared-as-delegated", check.Roles, "permission.delegated", "Application permissions"),
	registration("calendars alone added as delegated", "declared-as-delegated=Calendars.ReadWrite", check.Roles, "permission.delegated", "Application permissions"),
	registration("delegated permissions consented to, and none declared", "granted-as-delegated", check.Roles, "permission.delegated", "Application permissions"),
	registration("calendars consented to as delegated", "granted-as-delegated=Calendars.ReadWrite", check.Roles, "permission.delegated", "Application permissions"),
	registration("consent given to an application of the same name", "consent-elsewhere", check.Roles, "permission.granted-elsewhere", "client ID"),
	registration("consent revoked, and the token still works", "consent-revoked", check.Consented, "permission.revoked", "Grant admin consent"),
	registration("the secret has expired, and another is valid", "two-secrets=own", check.Token, "entra.AADSTS7000222", "another client secret, Second secret (2nd…)"),
	registration("application deleted, and restorable", "app-deleted", check.Token, "application.deleted", "Restore it"),
}

func registration(name, fault, id, code, remedy string) scenario {
	return scenario{area: permissions, name: name, faults: []string{fault}, registered: true, change: ownProduct,
		verdict: check.Failed, check: id, code: code, remedy: remedy}
}
