#!/usr/bin/env bash
# What came back of what was spent, beside DuckDB over the same files; and the other reports over the same base.
#
#   benches/roi.sh [SIZE...]          leads per size, 10 events each; default 100000 1000000
#
# SOP_SHARED, BENCH_DIR, BENCH_VENV, PROFILE, PAIRS as in run.sh. SOP_BIN: a program built elsewhere. ROI_DIR: where the bases are made
# and kept (the million takes 1 GB); without it they are made anew and removed. Seconds are for orientation; the ratios of one run count.
set -euo pipefail
cd "$(dirname "$0")/.."

bench=$(cd "${SOP_SHARED:-../shared}" && pwd)/bench
dir=${BENCH_DIR:-${TMPDIR:-/tmp}/sop-bench}
venv=${BENCH_VENV:-$dir/venv}
profile=${PROFILE:-release}
mkdir -p "$dir"

[ -n "${SOP_BIN:-}" ] || cargo build --locked --profile "$profile" --bin sop
[ -x "$dir/gen" ] || rustc -O "$bench/gen.rs" -o "$dir/gen"
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet duckdb polars pandas pyarrow
fi
sizes=("$@")
[ $# -gt 0 ] || sizes=(100000 1000000)
for size in "${sizes[@]}"; do
  [ -s "$dir/$size/events_delta.csv" ] || "$dir/gen" "$size" "$dir/$size"
done
exec "$venv/bin/python" benches/roi.py --sop "${SOP_BIN:-${CARGO_TARGET_DIR:-target}/$profile/sop}" --rules "$bench/sops" --dir "$dir" \
  --keep "${ROI_DIR:-}" --pairs "${PAIRS:-3}" "${sizes[@]}"
