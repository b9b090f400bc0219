#!/usr/bin/env bash
# Packs the programs: package.sh VERSION FOLDER OUT, with FOLDER as release.sh
# makes it. The same programs, SOURCE_DATE_EPOCH and certificate give the same bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
version=$1 folder=$(realpath "$2") out=$(realpath -m "$3")
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)} TZ=UTC
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"

# sign FILE signs for Windows: with the certificate and key (PEM) that SIGN_CERTIFICATE
# and SIGN_KEY name, or the PKCS #12 file SIGN_PKCS12 whose password is in the file
# SIGN_PASSWORD_FILE, stamped by SIGN_TIMESTAMP_URL; without them by a test certificate.
sign() {
	local with=(-time "$SOURCE_DATE_EPOCH") # not in what a time stamp server confirms
	if [ -n "${SIGN_TIMESTAMP_URL:-}" ]; then with=(-ts "$SIGN_TIMESTAMP_URL"); fi
	if [ -n "${SIGN_PKCS12:-}" ]; then
		with+=(-pkcs12 "$SIGN_PKCS12")
		if [ -n "${SIGN_PASSWORD_FILE:-}" ]; then with+=(-readpass "$SIGN_PASSWORD_FILE"); fi
	else
		with+=(-certs "$SIGN_CERTIFICATE" -key "$SIGN_KEY")
	fi
	osslsigncode sign "${with[@]}" -h sha256 -n Roomkey -in "$1" -out "$work/signed" >/dev/null
	mv "$work/signed" "$1"
}
if [ -z "${SIGN_PKCS12:-}${SIGN_CERTIFICATE:-}" ]; then
	echo "No SIGN_PKCS12 and no SIGN_CERTIFICATE: signing with a test certificate, which no Windows trusts."
	export SIGN_CERTIFICATE=packaging/testdata/signing.pem SIGN_KEY=packaging/testdata/signing.pem
fi

# still gives all in a folder the one time.
still() { find "$1" -exec touch -h -d "@$SOURCE_DATE_EPOCH" {} +; }

tarball() { # FOLDER NAME
	tar -C "$1" --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner -cf - "$2" | gzip -n9 >"$out/$2.tar.gz"
}

# zipped packs a folder of $work.
zipped() { # NAME
	still "$work/$1"
	rm -f "$out/$1.zip"
	(cd "$work" && find "$1" | LC_ALL=C sort | zip -qX9 "$out/$1.zip" -@)
}

windows() { # FOLDER ARCHITECTURE
	local portable=$work/roomkey-$version-windows-$2 scope msi
	mkdir "$portable"
	cp "$folder/$1"/{Roomkey,roomkeyctl}.exe packaging/windows/OpenGL.txt "$portable"
	cp LICENSE "$portable/LICENSE.txt"
	sign "$portable/Roomkey.exe"
	sign "$portable/roomkeyctl.exe"
	for scope in machine user; do
		msi=$out/roomkey-$version-$2.msi
		[ $scope = machine ] || msi=${msi%.msi}-user.msi
		scripts/msi.sh "per${scope^}" "$2" "$version" "$portable" "$msi"
		sign "$msi"
		cat >>"$work/installers" <<-YAML
			  - Architecture: $2
			    Scope: $scope
			    InstallerUrl: https://roomkey.example/releases/$version/${msi##*/}
			    InstallerSha256: $(sum "$msi")
			    ProductCode: "$(code "$msi")"
		YAML
	done
	zipped "${portable##*/}"
}

# winget writes the manifests, with the installers that were packed.
winget() {
	local manifest
	mkdir -p "$out/winget"
	for manifest in packaging/winget/*.yaml; do
		sed -e "s/@VERSION@/$version/g" -e "s/@DATE@/$(date -d "@$SOURCE_DATE_EPOCH" +%F)/g" \
			-e "/^Installers:/r $work/installers" "$manifest" >"$out/winget/${manifest##*/}"
	done
}

sum() { sha256sum "$1" | cut -d' ' -f1 | tr a-f A-F; }

# code is the product code of an installer.
code() { msiinfo export "$1" Property | tr -d '\r' | sed -n 's/^ProductCode\t//p'; }

linux() {
	local root=$work/deb tree=$work/roomkey-$version-linux-x64
	mkdir -p "$tree"
	cp "$folder"/linux-amd64/{roomkey,roomkeyctl} LICENSE packaging/linux/{roomkey.desktop,roomkey.xml} "$tree"
	cp resources/icons/roomkey.svg "$tree"
	tarball "$work" "${tree##*/}"

	install -D -m 755 -t "$root/usr/bin" "$tree"/roomkey "$tree"/roomkeyctl
	install -D -m 644 -t "$root/usr/share/applications" packaging/linux/roomkey.desktop
	install -D -m 644 -t "$root/usr/share/mime/packages" packaging/linux/roomkey.xml
	install -D -m 644 -t "$root/usr/share/icons/hicolor/scalable/apps" resources/icons/roomkey.svg
	install -D -m 644 LICENSE "$root/usr/share/doc/roomkey/copyright"
	install -d "$root/DEBIAN"
	sed -e "s/@VERSION@/$version/" -e "s/@SIZE@/$(du -sk --apparent-size "$root" | cut -f1)/" packaging/linux/control >"$root/DEBIAN/control"
	still "$root"
	dpkg-deb --root-owner-group -Zxz --build "$root" "$out/roomkey_${version}_amd64.deb" >/dev/null
}

# terminal packs roomkeyctl alone.
terminal() { # FOLDER NAME
	local tree=$work/roomkeyctl-$version-$2
	mkdir "$tree"
	cp "$folder/$1/roomkeyctl" LICENSE "$tree"
	tarball "$work" "${tree##*/}"
}

windows windows-amd64 x64
if [ -e "$folder/windows-arm64/Roomkey.exe" ]; then # it wants a compiler that not every computer has
	windows windows-arm64 arm64
else
	mkdir "$work/roomkeyctl-$version-windows-arm64"
	cp "$folder/windows-arm64/roomkeyctl.exe" "$work/roomkeyctl-$version-windows-arm64"
	cp LICENSE "$work/roomkeyctl-$version-windows-arm64/LICENSE.txt"
	sign "$work/roomkeyctl-$version-windows-arm64/roomkeyctl.exe"
	zipped "roomkeyctl-$version-windows-arm64"
fi
winget
linux
terminal linux-arm64 linux-arm64
terminal darwin-universal macos-universal
(cd "$out" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs sha256sum >SHA256SUMS)
