# Sourced by assign.sh and nurture.sh: builds sop, makes the data of each SIZE where it is missing, and runs the .py of the same name on it.
#
#   SOP_SHARED, BENCH_DIR, PROFILE, PAIRS as in run.sh; SOP_BIN: a binary that was built before
#
# Seconds are for orientation; the ratios of one run count.
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
  python3 "benches/$(basename "$0" .sh).py" --sop "${SOP_BIN:-${CARGO_TARGET_DIR:-target}/$profile/sop}" --rules "$bench/sops" --data "$dir/$size" --pairs "${PAIRS:-3}"
done
