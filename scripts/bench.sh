#!/usr/bin/env bash
# Measures the whole in one run and prints a table of ratios. Arguments:
#   --update-readme   puts the table into README.md, between the bench markers
#   others            go to the benchmarks, such as -test.bench=Check
# It needs no network: the simulated tenant listens on this computer.
set -euo pipefail
cd "$(dirname "$0")/.."
update=
[ "${1:-}" != --update-readme ] || {
	update=yes
	shift
}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

make --no-print-directory bin/roomkeyctl
make --no-print-directory bin/roomkey && go build -tags migrated_fynedo -o bin/empty ./cmd/internal/bench/empty ||
	echo "The window is not measured: it does not build here." >&2
go test -c -tags migrated_fynedo -o "$work/bench" ./cmd/internal/bench

export ROOMKEY_BENCH_BIN="$PWD/bin" ROOMKEY_BENCH_TABLE="$work/table.md"
unset ROOMKEY_HOME ROOMKEY_VAULT
limit=$(command -v timeout || command -v gtimeout || true)
${limit:+$limit 480} "$work/bench" -test.run='^$' -test.bench=. -test.benchtime=3x "$@" >"$work/log" || {
	cat "$work/log" >&2
	exit 1
}
cat "$work/table.md"
if [ "$update" ]; then
	sed -e "/^<!-- bench -->\$/r $work/table.md" -e '/^<!-- bench -->$/,/^<!-- \/bench -->$/{/^<!-- /!d;}' README.md >"$work/README.md"
	cp "$work/README.md" README.md
fi
