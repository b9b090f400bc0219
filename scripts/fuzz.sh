#!/usr/bin/env bash
# Runs every fuzz target for a while (FUZZTIME, 20s unless told): Go fuzzes one at
# a time. What fails is kept in the package's testdata/fuzz and is a test from then on.
set -euo pipefail
cd "$(dirname "$0")/.."
time=${FUZZTIME:-20s}
count=0
while IFS= read -r package; do
	for target in $(go test -tags migrated_fynedo -list '^Fuzz' "$package" | grep '^Fuzz' || true); do
		echo "$package $target"
		go test -tags migrated_fynedo -run '^$' -fuzz "^$target\$" -fuzztime "$time" "$package"
		count=$((count + 1))
	done
done < <(grep -rl --include='*_test.go' '^func Fuzz' core cmd ui internal | xargs -n1 dirname | sort -u | sed 's|^|./|')
[ "$count" -gt 0 ] || { echo "no fuzz target found" >&2; exit 1; }
echo "$count fuzz targets, $time each"
