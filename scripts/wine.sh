#!/usr/bin/env bash
# Runs what only Windows can show under Wine: the policy in the registry, the
# Credential Manager, a session without OpenGL, and the installers, from the
# installation to nothing being left. With dist/windows, which make windows
# builds, the real programs are installed, and play the demo; else stand-ins.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh release
scripts/setup.sh wine
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
work=$(mktemp -d)
export WINEPREFIX=$work/prefix WINEARCH=win64 WINEDEBUG=-all WINEDLLOVERRIDES='mscoree,mshtml='
unset DISPLAY WAYLAND_DISPLAY
trap 'wineserver -k || true; rm -rf "$work"' EXIT

step() { echo "── $*"; }
fail() {
	echo "wine.sh: $*" >&2
	exit 1
}
bounded() { timeout -k 5 "${LIMIT:-60}" wine "$@"; }

step "Building the tests for Windows"
for package in core/policy core/vault cmd/internal/display; do
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
step "A session without OpenGL"
status=0
ROOMKEY_DISPLAY_CHILD=1 bounded "$work/display.exe" -test.run TestChild | tee "$work/said" || status=${PIPESTATUS[0]}
[ "$status" = 1 ] && grep -q 'display.no-opengl' "$work/said" || fail "it ended with $status"

step "The installers"
real=
if [ -x dist/windows/Roomkey.exe ] && [ -x dist/windows/roomkeyctl.exe ]; then
	real=yes
	cp dist/windows/{Roomkey,roomkeyctl}.exe "$work"
else
	echo "dist/windows is not there: stand-ins are installed"
	x86_64-w64-mingw32-gcc -s -o "$work/Roomkey.exe" packaging/testdata/program.c
	cp "$work/Roomkey.exe" "$work/roomkeyctl.exe"
fi
cp LICENSE "$work/LICENSE.txt"
documents=$WINEPREFIX/drive_c/users/$(id -un)/AppData/Roaming/Roomkey
mkdir -p "$documents"
echo kept >"$documents/kept.txt"
for scope in perMachine perUser; do
	scripts/msi.sh "$scope" 1.0.0 "$work" "$work/old.msi"
	scripts/msi.sh "$scope" 1.0.1 "$work" "$work/new.msi"
	folder="$WINEPREFIX/drive_c/Program Files/Roomkey" root=HKLM
	[ "$scope" = perUser ] && folder=$WINEPREFIX/drive_c/users/$(id -un)/AppData/Local/Programs/Roomkey root=HKCU
	bounded msiexec /i "$work/old.msi" /qn
	bounded msiexec /i "$work/new.msi" /qn
	for file in Roomkey.exe roomkeyctl.exe LICENSE.txt OpenGL.txt; do
		[ -s "$folder/$file" ] || fail "$scope: $file is not installed"
	done
	find "$WINEPREFIX" -name Roomkey.lnk | grep -q . || fail "$scope: there is no entry in the Start menu"
	bounded reg query "$root\\Software\\Classes\\.roomkey" | grep -q Roomkey.Connection || fail "$scope: exported connections are not opened"
	bounded cmd /c 'echo %PATH%' | grep -qi 'Roomkey' || fail "$scope: roomkeyctl is not on PATH"
	if [ -n "$real" ]; then
		(cd "$folder" && bounded ./roomkeyctl.exe --version && LIMIT=120 bounded ./roomkeyctl.exe demo | tail -n 3)
	fi
	bounded msiexec /x "$work/new.msi" /qn
	left=$(find "$WINEPREFIX/drive_c" -iname '*roomkey*' ! -path "$documents*")
	[ -z "$left" ] || fail "$scope: the uninstallation left $left"
	! bounded reg query "$root\\Software\\Classes\\Roomkey.Connection" >/dev/null 2>&1 || fail "$scope: the uninstallation left the file type"
	[ -s "$documents/kept.txt" ] || fail "$scope: the uninstallation took the documents"
	echo "$scope: installed, upgraded, uninstalled; only the documents are left"
done
step "All is well under $(wine --version)"
