#!/usr/bin/env bash
# Makes everything that is published, in dist/release, on Linux: the programs in
# dist/build, then the packages (scripts/package.sh). docs/releasing.md has what
# signs them and what is left for a Mac.
set -euo pipefail
cd "$(dirname "$0")/.."
scripts/setup.sh release
version=$(sed -n 's/^Version = "\(.*\)"/\1/p' FyneApp.toml)
commit=$(git rev-parse --short=12 HEAD)
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export GOFLAGS="-trimpath -buildvcs=false -mod=readonly"
ldflags="-s -w -buildid= -X main.version=$version -X main.commit=$commit"
rm -rf dist/build dist/release

icon() { # the manifest, icon and version that Windows shows
	GOFLAGS='' go run github.com/tc-hib/go-winres@v0.3.3 simply --arch amd64,arm64 --icon resources/icons/roomkey.png --product-name Roomkey \
		--product-version "$version" --file-version "$version" --manifest "$1" --file-description "$2" --original-filename "$3" --out "$4"
}
icon gui Roomkey Roomkey.exe cmd/roomkey/rsrc
icon cli "Roomkey for the terminal" roomkeyctl.exe cmd/roomkeyctl/rsrc

for target in linux/amd64 linux/arm64 windows/amd64 windows/arm64 darwin/amd64 darwin/arm64; do
	out=dist/build/${target/\//-}/
	echo "roomkeyctl for $target"
	CGO_ENABLED=0 GOOS=${target%/*} GOARCH=${target#*/} go build -ldflags "$ldflags" -o "$out" ./cmd/roomkeyctl
done
mkdir -p dist/build/darwin-universal
go run ./packaging/universal dist/build/darwin-universal/roomkeyctl dist/build/darwin-{amd64,arm64}/roomkeyctl
echo "The window for Linux and Windows"
go build -tags migrated_fynedo -ldflags "$ldflags" -o dist/build/linux-amd64/ ./cmd/roomkey
CGO_ENABLED=1 GOOS=windows GOARCH=amd64 CC=x86_64-w64-mingw32-gcc \
	go build -tags migrated_fynedo -ldflags "$ldflags -H=windowsgui" -o dist/build/windows-amd64/Roomkey.exe ./cmd/roomkey
# Debian has no C compiler for Windows on arm64; Zig is one.
if zig=$(command -v "${ZIG:-zig}"); then
	CGO_ENABLED=1 GOOS=windows GOARCH=arm64 CC="$zig cc -target aarch64-windows-gnu" \
		go build -tags migrated_fynedo -ldflags "$ldflags -H=windowsgui" -o dist/build/windows-arm64/Roomkey.exe ./cmd/roomkey
else
	echo "There is no zig here, so the release has only roomkeyctl for Windows on arm64."
fi
# The tool cannot read a worktree of Git, but it can read a clone of one.
clone=$(mktemp -d)
trap 'rm -rf "$clone"' EXIT
git clone -q . "$clone"
mkdir -p dist/release
for program in roomkey roomkeyctl; do
	(cd "$clone" && GOFLAGS='' go run github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0 app -json -noserial -licenses -main "cmd/$program" .) |
		jq 'del(.metadata.timestamp)' >"dist/release/$program-$version.cdx.json"
done
scripts/package.sh "$version" dist/build dist/release
