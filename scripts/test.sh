#!/usr/bin/env bash
# Every test there is. On Linux the keychain tests talk to a real gnome-keyring
# in a private D-Bus session and the window tests to a real X server; elsewhere
# those two are left to the system's own (and skipped when it has none).
set -euo pipefail
cd "$(dirname "$0")/.."
export LANG=en_US.UTF-8
tags=migrated_fynedo

command -v pwsh >/dev/null || echo "SKIPPED: no pwsh on PATH, so the generated scripts are checked but not run" >&2

go vet -tags $tags ./...
test -z "$(gofmt -l cmd core internal resources ui ./*.go)" || {
	gofmt -l cmd core internal resources ui ./*.go
	echo "not formatted: run gofmt -w on these" >&2
	exit 1
}

long="/cmd/tour$|/cmd/internal/diagnosebench$|/cmd/roomkeyctl$"
commands=$(go list -tags $tags ./cmd/... | grep -vE "$long" | tr "\n" " ")
run() { go test -race -timeout 30m -tags $tags "$@"; }
# The tour draws a hundred pictures by software, the benchmark diagnoses some 250
# tenants, and the tests of roomkeyctl start it some thousand times, which takes a
# quarter of an hour each under the race detector; what they walk through is raced
# in the tests of ui, core and the window.
raced=$(go list -tags $tags ./core/... ./internal/... ./ui/... ./resources/... .)
go test -timeout 30m -tags $tags ./cmd/tour/ ./cmd/internal/diagnosebench/ ./packaging/
if [ "$(uname -s)" = Linux ] && command -v dbus-run-session >/dev/null && command -v gnome-keyring-daemon >/dev/null; then
	run $raced
	export ROOMKEY_TEST_KEYCHAIN=1
	# The keychain and the window for real: a private session bus, a keyring of
	# its own that is unlocked with a throw-away password, a virtual screen.
	export ROOMKEY_TEST_WINDOW=1
	dbus-run-session -- xvfb-run -a -s "-screen 0 1280x800x24" bash -c "
		set -euo pipefail
		keyring=\$(mktemp -d)
		trap 'rm -rf \$keyring' EXIT
		printf pw | XDG_DATA_HOME=\$keyring gnome-keyring-daemon --unlock --components=secrets >/dev/null
		go test -race -timeout 30m -tags $tags -count=1 ./core/vault/ $commands
		go test -timeout 30m -tags $tags -count=1 ./cmd/roomkeyctl/"
else
	run $raced $commands
	go test -timeout 30m -tags $tags ./cmd/roomkeyctl/
fi
