#!/usr/bin/env bash
# The same work as DuckDB (and others), side by side: proves equal counts, sums and top 20, then times A B A B.
#
#   benches/run.sh [SIZE...]          leads per size, 10 events each; default 100000; `benches/run.sh 100000 1000000` for the full picture
#
#   SOP_SHARED   folder that holds bench/ (generator, rules, peers)     default ../shared
#   BENCH_DIR    where data and results go                              default $TMPDIR/sop-bench
#   BENCH_VENV   Python environment of the peers, made when missing     default $BENCH_DIR/venv
#   PROFILE      cargo profile: release or dist                         default release
#   PEERS        duckdb polars pandas sqlite pyloop                     default duckdb
#   PAIRS        pairs per peer, at least 3                             default 3
set -euo pipefail
cd "$(dirname "$0")/.."

shared=$(cd "${SOP_SHARED:-../shared}" && pwd)
bench=$shared/bench
dir=${BENCH_DIR:-${TMPDIR:-/tmp}/sop-bench}
venv=${BENCH_VENV:-$dir/venv}
profile=${PROFILE:-release}
mkdir -p "$dir"

cargo build --locked --profile "$profile" --bin sop
sop=${CARGO_TARGET_DIR:-target}/$profile/sop

[ -x "$dir/gen" ] || rustc -O "$bench/gen.rs" -o "$dir/gen"
if [ ! -x "$venv/bin/python" ]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet duckdb polars pandas pyarrow
fi

sizes=("${@:-100000}")
for size in "${sizes[@]}"; do
  [ -s "$dir/$size/events_delta.csv" ] || "$dir/gen" "$size" "$dir/$size"
done
exec "$venv/bin/python" benches/pairs.py --sop "$sop" --bench "$bench" --dir "$dir" --peers "${PEERS:-duckdb}" --pairs "${PAIRS:-3}" "${sizes[@]}"
