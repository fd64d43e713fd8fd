#!/usr/bin/env bash
# Handing leads over, beside scoring them: a team of 50, 200 rules, 10,000 newly qualified leads among SIZE.
#
#   benches/assign.sh [SIZE...]       leads per size, 10 events each; default 1000000
. "$(dirname "$0")/beside.sh"
