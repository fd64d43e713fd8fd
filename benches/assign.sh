#!/usr/bin/env bash
# Handing leads over, beside scoring them: a team of 50, 200 rules, 10,000 newly qualified leads among SIZE.
#
#   benches/assign.sh [SIZE...]       leads per size, 10 events each; default 1000000
#
# SOP_SHARED, BENCH_DIR, PROFILE, PAIRS as in run.sh. Seconds are for orientation; the ratios of one run count.
set -euo pipefail
cd "$(dirname "$0")/.."

bench=$(cd "${SOP_SHARED:-../shared}" && pwd)/bench
dir=${BENCH_DIR:-${TMPDIR:-/tmp}/sop-bench}
profile=${PROFILE:-release}
mkdir -p "$dir"

[ -n "${SOP_BIN:-}" ] || cargo build --locked --profile "$profile" --bin sop
[ -x "$dir/gen" ] || rustc -O "$bench/gen.rs" -o "$dir/gen"
for size in "${@:-1000000}"; do
  [ -s "$dir/$size/events_delta.csv" ] || "$dir/gen" "$size" "$dir/$size"
  python3 benches/assign.py --sop "${SOP_BIN:-${CARGO_TARGET_DIR:-target}/$profile/sop}" --rules "$bench/sops" --data "$dir/$size" --pairs "${PAIRS:-3}"
done
