#!/usr/bin/env bash
# Makes Roomkey.app and its dmg, and a roomkeyctl for both kinds of Mac, on a Mac:
# the window needs Apple's headers, signing and notarizing Apple's tools.
#
# It needs the Xcode command line tools and Go. To be opened without a warning the
# result needs these, all or none:
#   SIGN_IDENTITY    a "Developer ID Application: …" in the keychain
#   NOTARY_PROFILE   made once by: xcrun notarytool store-credentials
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(uname -s)" = Darwin ] || {
	echo "macos.sh runs on a Mac; on Linux make release packs roomkeyctl for macOS." >&2
	exit 1
}
version=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
ldflags="-s -w -X main.version=$version -X main.commit=$(git rev-parse --short=12 HEAD)"
work=dist/macos
rm -rf "$work"
mkdir -p "$work/stage"

both() { # PACKAGE NAME TAGS
	for arch in amd64 arm64; do
		CGO_ENABLED=1 GOOS=darwin GOARCH=$arch CC="clang -arch ${arch/amd64/x86_64}" \
			go build -tags "$3" -trimpath -ldflags "$ldflags" -o "$work/$2-$arch" "$1"
	done
	lipo -create -output "$work/$2" "$work/$2-amd64" "$work/$2-arm64"
}
both ./cmd/roomkey roomkey migrated_fynedo
both ./cmd/roomkeyctl roomkeyctl ""

# fyne package wants the program and the FyneApp.toml in one folder.
cp FyneApp.toml "$work/stage"
cp -R resources "$work/stage"
(cd "$work/stage" && go run fyne.io/tools/cmd/fyne@v1.7.2 package --os darwin --executable ../roomkey --name Roomkey --app-id app.roomkey.desktop --app-version "$version")
app=$work/Roomkey.app
mv "$work/stage/Roomkey.app" "$app"
cp "$work/roomkeyctl" "$app/Contents/MacOS/roomkeyctl"

if [ -n "${SIGN_IDENTITY:-}" ]; then
	for file in "$app/Contents/MacOS/roomkeyctl" "$app" "$work/roomkeyctl"; do
		codesign --force --options runtime --timestamp --sign "$SIGN_IDENTITY" "$file"
	done
else
	# Without the hardened runtime: macOS ends a program that has it and no identity.
	codesign --force --sign - "$app/Contents/MacOS/roomkeyctl"
	codesign --force --sign - "$app"
	echo "No SIGN_IDENTITY: the result runs on this Mac only."
fi

mkdir "$work/dmg"
cp -R "$app" "$work/dmg"
ln -s /Applications "$work/dmg/Applications"
dmg=$work/roomkey-$version-macos.dmg
hdiutil create -volname Roomkey -srcfolder "$work/dmg" -format UDZO -ov "$dmg"
if [ -n "${SIGN_IDENTITY:-}" ]; then
	codesign --timestamp --sign "$SIGN_IDENTITY" "$dmg"
	xcrun notarytool submit "$dmg" --keychain-profile "${NOTARY_PROFILE:?}" --wait
	xcrun stapler staple "$dmg"
	spctl --assess --type open --context context:primary-signature "$dmg"
fi
tar -C "$work" -czf "$work/roomkeyctl-$version-macos-universal.tar.gz" roomkeyctl
shasum -a 256 "$dmg" "$work"/*.tar.gz
