#!/bin/bash
# Which branches of storage/ its tests take: builds them with coverage, runs them, prints a line a file and the sum. The
# unit tests of the room and of the daemon, and a share of the fault harnesses, for what happens when a disk fails.
#   tests/coverage.sh            the table
#   tests/coverage.sh missing    each line with branches that were never taken, and how many
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake --preset coverage >/dev/null
cmake --build --preset coverage --target test_storage test_daemon tenure tenured faults_practice faults_shim >build/coverage/build.log 2>&1 || { tail -20 build/coverage/build.log; exit 1; }
bin=$PWD/build/coverage/bin raw=$PWD/build/coverage/raw
if [[ ${1:-} != missing || ! -f build/coverage/profile ]]; then
  rm -rf "$raw"
  work=$(mktemp -d -p /dev/shm) && trap 'rm -rf "$work"' EXIT
  # two at a time; a test that fails says so and does not hide the rest
  export LLVM_PROFILE_FILE="$raw/%4m.profraw" GTEST_TOTAL_SHARDS=4
  seq 0 3 | xargs -P2 -I{} env GTEST_SHARD_INDEX={} "$bin/test_storage" --gtest_brief=1 || true
  env -u GTEST_TOTAL_SHARDS "$bin/test_daemon" --gtest_brief=1 || true
  for scenario in $("$bin/faults_practice" scenarios); do
    for fault in eio-once eio-ever enospc-once enospc-ever; do echo "$scenario $fault"; done
  done | xargs -P2 -L1 bash -c 'LD_PRELOAD='"$bin"'/libfaults_shim.so "'"$bin"'/faults_practice" points $0 $1 1 12 "'"$work"'/$0-$1" | tail -1' >/dev/null
  llvm-profdata-19 merge -o build/coverage/profile "$raw"/*.profraw
fi
objects=("$bin/test_storage" -object "$bin/test_daemon" -object "$bin/faults_practice")
if [[ ${1:-} == missing ]]; then
  llvm-cov-19 export "${objects[@]}" -instr-profile=build/coverage/profile -format=lcov "$PWD/storage" |
    awk -F'[:,]' '/^SF:/ { file = $2 } /^BRDA:/ && ($5 == 0 || $5 == "-") { print file ":" $2 }' | sed "s#^$PWD/##" | sort -t: -k1,1 -k2,2n | uniq -c
else
  llvm-cov-19 report "${objects[@]}" -instr-profile=build/coverage/profile --show-branch-summary --show-region-summary=false "$PWD/storage"
fi
