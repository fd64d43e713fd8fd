#!/usr/bin/env bash
# Leading leads along paths, beside scoring them: a fifth of SIZE leads on paths, for a tenth of whom a step is due.
#
#   benches/nurture.sh [SIZE...]      leads per size, 10 events each; default 1000000
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
  python3 benches/nurture.py --sop "${SOP_BIN:-${CARGO_TARGET_DIR:-target}/$profile/sop}" --rules "$bench/sops" --data "$dir/$size" --pairs "${PAIRS:-3}"
done
