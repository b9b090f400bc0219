package main

import "github.com/roomkey/roomkey/core/words"

// stateWords are the words for what JSON has as constants: states, kinds and
// actions.
var stateWords = map[string]words.Key{
	"pass": "passed", "warn": "warning", "fail": "failed", "unknown": "unknown", "skipped": "not tested", "incomplete": "incomplete",
	"proven": "proven", "untested": "not tested", "void": "no longer valid", "attention": "needs attention", "failed": "failed",
	"ready": "ready", "running": "running", "done": "done", "blocked": "blocked",
	"application": "application", "delegated": "delegated", "administrator": "administrator", "exchange": "Exchange", "file": "file", "typed": "typed in",
	"start": "started", "before": "sent", "after": "done", "undone": "undone", "apply": "apply", "rotate": "rotate", "undo": "undo", "restore": "restore",
	"own": "your application", "vendor": "the vendor's application", "user": "service account",
	"none": "none", "rooms": "rooms", "people": "people", "rooms+organizers": "rooms and organizers",
	"rbac": "RBAC for Applications", "policy": "application access policy", "delegation": "delegation",
	"no": "no", "yes": "yes", "read": "read", "write": "write",
	"added": "added", "changed": "changed", "removed": "removed", "same": "already set", "ok": "works", "failing": "does not work", "not-configured": "not configured", "other-configuration": "another configuration",
	"microsoft365": "Microsoft 365", "mailSecurity": "mail-enabled security", "security": "security", "distribution": "distribution",
	"secret": "secret", "certificate": "certificate", "client-secret": "client secret", "server-token": "booking server token",
	"all": "all", "selected": "selected", "lists": "room lists", "rule": "by rule", "tentative": "tentative", "groups": "groups",
	"event": "booking", "subscription": "subscription",
	"info": "information", "warning": "warning", "error": "error",
	"permissions": "permissions", "vendorApplication": "vendor's application", "redirectUris": "redirect URIs", "credential": "credential",
	"form": "form", "scoping": "Exchange limit", "roomPolicy": "room settings",
	"places": "places", "buildings": "buildings", "events": "calendar events", "subscriptions": "change notifications", "chat": "chat",
	"onlineMeetings": "online meetings", "findMeetingTimes": "meeting time suggestions", "presence": "presence", "commandLineClient": "Microsoft Graph Command Line Tools",
}

// word is the word for a constant as the person reads it. A constant without one
// is quoted.
func word[T ~string](constant T) string {
	if key, ok := stateWords[string(constant)]; ok {
		return l(key)
	}
	return string(constant)
}
