#!/usr/bin/env bash
# Leading leads along paths, beside scoring them: a fifth of SIZE leads on paths, for a tenth of whom a step is due.
#
#   benches/nurture.sh [SIZE...]      leads per size, 10 events each; default 1000000
. "$(dirname "$0")/beside.sh"
