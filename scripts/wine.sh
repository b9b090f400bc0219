#!/usr/bin/env bash
# Runs what only Windows can show, under Wine: the policy in the registry, the
# Credential Manager, the window with and without OpenGL, and the installers,
# from the installation over the main job to nothing being left but documents.
# It takes the programs of dist/windows, which make windows builds. The pictures
# of the windows are left in dist/wine.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh release
scripts/setup.sh wine
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
export WINEPREFIX=$work/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d'
unset DISPLAY WAYLAND_DISPLAY
trap 'wineserver -k 2>/dev/null || true; rm -rf "$work"' EXIT
pictures=$PWD/dist/wine
mkdir -p "$pictures"

step() { echo "── $*"; }
fail() {
	echo "wine.sh: $*" >&2
	exit 1
}
bounded() { timeout -k 5 "${LIMIT:-60}" wine "$@"; }

step "Building the tests for Windows"
for package in core/policy core/vault; do
	CGO_ENABLED=0 GOOS=windows GOARCH=amd64 go test -c -o "$work/${package##*/}.exe" "./$package"
done
# Go wants ProcessPrng, which Wine 8 does not have.
cat >"$work/prng.c" <<'C'
#include <windows.h>
#include <ntsecapi.h>
__declspec(dllexport) BOOL WINAPI ProcessPrng(unsigned char *data, size_t size)
{
	return RtlGenRandom(data, size);
}
C
x86_64-w64-mingw32-gcc -shared -o "$work/bcryptprimitives.dll" "$work/prng.c" -ladvapi32

step "A new Windows"
LIMIT=240 bounded wineboot -i >/dev/null 2>&1 || fail "Wine did not start"
cp "$work/bcryptprimitives.dll" "$WINEPREFIX/drive_c/windows/system32/"

step "The policy in the registry"
bounded "$work/policy.exe" -test.v -test.run 'TestRegistry' | tee "$work/said"
grep -q -- '--- PASS: TestRegistry' "$work/said" || fail "the test of the registry did not pass"
step "The Credential Manager"
ROOMKEY_TEST_KEYCHAIN=1 bounded "$work/vault.exe" -test.v -test.run 'TestCredentialManager' | tee "$work/said"
grep -q -- '--- PASS: TestCredentialManager' "$work/said" || fail "the test of the Credential Manager did not pass"

documents=$WINEPREFIX/drive_c/users/$(id -un)/AppData/Roaming/Roomkey
# ctl is the roomkeyctl that was installed; what it says is in said.
ctl() { bounded roomkeyctl "$@" >"$work/said" 2>&1 || fail "roomkeyctl $*: $(cat "$work/said")"; }
said() { grep -h -- "$1" "$work/said" || fail "there is no '$1' in: $(cat "$work/said")"; }
of() { jq -r "$1" "$work/lab.json"; } # what the simulator says

# job is the main job of the README on the simulator, with the Credential Manager.
job() { # NAME OF THE CONNECTION
	wine roomkeyctl simulate --rooms 5 --users 20 --output json >"$work/lab.json" 2>"$work/said" &
	local simulator=$! kind
	for _ in $(seq 300); do
		[ -n "$(of .caFile 2>/dev/null)" ] && break
		sleep 0.1
	done
	[ -n "$(of .caFile 2>/dev/null)" ] || fail "the simulator did not start: $(cat "$work/said")"
	of .clouds >"$documents/clouds.yaml"
	ctl connection new "$1" --cloud simulated --tenant "$(of .domain)" --product offision-application --client-id "$(of .clientId)" --server "$(of .bookingServer)"
	ctl connection set "server.caFile=$(of .caFile)" --connection "$1"
	for kind in client-secret server-token; do
		ctl secret set $kind --connection "$1" <"$(winepath -u "$(of ".secretFiles[\"$kind\"]")" 2>/dev/null)"
	done
	ctl rooms select "$(of .room)" --connection "$1"
	ctl check --connection "$1"
	said 'Verdict: PASS'
	ctl script show calendar-processing --connection "$1"
	ctl push --confirm "$(of .sealingRecipient)" --connection "$1"
	ctl status --connection "$1"
	said 'The server reports: works'
	for kind in client-secret server-token; do ctl secret forget $kind --connection "$1"; done
	kill "$simulator"
	wait "$simulator" || true
}

# screen starts an X server with these arguments, for a Wine that starts anew.
screen() {
	wineserver -k || true
	wineserver -w
	rm -f "$work/display"
	Xvfb -displayfd 3 -screen 0 1280x800x24 "$@" 3>"$work/display" >/dev/null 2>&1 &
	xserver=$!
	until [ -s "$work/display" ]; do sleep 0.1; done
	export DISPLAY=:$(cat "$work/display")
}

dark() {
	wineserver -k || true
	kill "$xserver"
	wait "$xserver" || true
	unset DISPLAY
}

# drawn waits for a window to be drawn, and leaves a picture of it.
drawn() { # NAME
	for _ in $(seq 120); do
		import -window root "$pictures/$1.png"
		[ "$(identify -format %k "$pictures/$1.png")" -gt 50 ] && return
		sleep 0.5
	done
	fail "no window was drawn: $pictures/$1.png"
}

windows() {
	local status=0
	step "The window without a display"
	bounded "$folder/Roomkey.exe" >"$work/said" 2>&1 || status=$?
	[ "$status" = 1 ] && grep -q 'display.no-opengl' "$work/said" || fail "it ended with $status: $(cat "$work/said")"
	# Started as by a click, without standard streams, it shows message boxes.
	step "The message without OpenGL"
	screen -extension GLX
	clicked no-opengl
	[ "$status" = 1 ] || fail "it ended with $status"
	dark
	step "The window with OpenGL"
	screen
	clicked window --vault memory
	[ "$status" = 0 ] || fail "it ended with $status"
	dark
}

# clicked starts the application as the Start menu does, waits until it is drawn
# and closes it; its exit status is in status.
clicked() { # NAME ARGUMENTS
	local name=$1
	shift
	status=0
	wine start /wait /unix "$folder/Roomkey.exe" "$@" 2>/dev/null &
	local started=$!
	drawn "$name"
	bounded taskkill /im Roomkey.exe >/dev/null
	wait "$started" || status=$?
}

cp dist/windows/{Roomkey,roomkeyctl}.exe "$work"
cp LICENSE "$work/LICENSE.txt"
mkdir -p "$documents"
echo kept >"$documents/kept.txt"
for scope in perMachine perUser; do
	folder="$WINEPREFIX/drive_c/Program Files/Roomkey" root=HKLM
	[ "$scope" = perUser ] && folder=$WINEPREFIX/drive_c/users/$(id -un)/AppData/Local/Programs/Roomkey root=HKCU
	step "The installer, $scope"
	scripts/msi.sh "$scope" x64 1.0.0 "$work" "$work/old.msi"
	scripts/msi.sh "$scope" x64 1.0.1 "$work" "$work/new.msi"
	bounded msiexec /i "$work/old.msi" /qn
	bounded msiexec /i "$work/new.msi" /qn
	for file in Roomkey.exe roomkeyctl.exe LICENSE.txt OpenGL.txt; do
		[ -s "$folder/$file" ] || fail "$file is not installed"
	done
	find "$WINEPREFIX" -name Roomkey.lnk | grep -q . || fail "there is no entry in the Start menu"
	bounded reg query "$root\\Software\\Classes\\.roomkey" | grep -q Roomkey.Connection || fail "exported connections are not opened"
	ctl --version # found on PATH
	step "The demo"
	LIMIT=120 ctl demo
	said '^Done'
	step "The main job"
	job "$scope"
	[ "$scope" = perUser ] || windows
	step "Uninstalling"
	bounded msiexec /x "$work/new.msi" /qn
	# What the window remembers is the user's as the documents are. Wine 8 does not
	# know the call by which Go deletes folders, as those in Temp.
	left=$(find "$WINEPREFIX/drive_c" -iname '*roomkey*' ! -path "$documents*" ! -path '*/fyne/*' ! -path '*/Temp/*')
	[ -z "$left" ] || fail "the uninstallation left $left"
	! bounded reg query "$root\\Software\\Classes\\Roomkey.Connection" >/dev/null 2>&1 || fail "the uninstallation left the file type"
	[ -s "$documents/kept.txt" ] || fail "the uninstallation took the documents"
	wineserver -k && wineserver -w # the registry is on the disk then
	! grep -i 'roomkey' "$WINEPREFIX"/*.reg || fail "the uninstallation left this in the registry"
done
step "All is well under $(wine --version 2>/dev/null)"
