#!/bin/bash
# Which branches of storage/ its own tests take: builds them with coverage, runs them, prints a line a file and the sum.
#   tests/coverage.sh            the table
#   tests/coverage.sh missing    each branch that was never taken, with its line
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1
cmake --preset coverage >/dev/null
cmake --build --preset coverage --target test_storage >build/coverage/build.log 2>&1 || { tail -20 build/coverage/build.log; exit 1; }
program=build/coverage/bin/test_storage raw=build/coverage/raw
if [[ ${1:-} != missing || ! -f build/coverage/profile ]]; then
  rm -rf "$raw"
  # four parts, two at a time; a test that fails says so and does not hide the rest
  seq 0 3 | xargs -P2 -I{} env GTEST_TOTAL_SHARDS=4 GTEST_SHARD_INDEX={} LLVM_PROFILE_FILE="$raw/%p.profraw" "$program" --gtest_brief=1 || true
  llvm-profdata-19 merge -o build/coverage/profile "$raw"/*.profraw
fi
if [[ ${1:-} == missing ]]; then
  llvm-cov-19 export "$program" -instr-profile=build/coverage/profile -format=lcov "$PWD/storage" |
    awk -F'[:,]' '/^SF:/ { file = $2 } /^BRDA:/ && ($5 == 0 || $5 == "-") { print file ":" $2 }' | sed "s#^$PWD/##" | sort -t: -k1,1 -k2,2n | uniq -c
else
  llvm-cov-19 report "$program" -instr-profile=build/coverage/profile --show-branch-summary --show-region-summary=false "$PWD/storage"
fi
