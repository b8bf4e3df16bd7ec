#!/bin/bash
# Fuzzes every parser for SECONDS each (default 60): tests/fuzz/run.sh [SECONDS] [NAME...]. Targets lie here and in
# tests/ROOM/fuzz, where a parser belongs to a room that this folder cannot link. New inputs stay in
# build/fuzz/corpus; one that breaks a parser is left in build/fuzz and belongs into tests/fuzz/corpus when mended.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-60}
shift || true
cmake --preset fuzz >/dev/null
names=("$@")
((${#names[@]})) || mapfile -t names < <(ls tests/fuzz/fuzz_*.cpp tests/*/fuzz/fuzz_*.cpp | sed 's/.*fuzz_\(.*\)\.cpp/\1/')
cmake --build --preset fuzz --target "${names[@]/#/fuzz_}" >build/fuzz.log 2>&1 || { tail -20 build/fuzz.log; exit 1; }
status=0
for name in "${names[@]}"; do
  mkdir -p "build/fuzz/corpus/$name"
  if build/fuzz/bin/fuzz_"$name" -max_total_time="$seconds" -rss_limit_mb=1024 -timeout=5 -artifact_prefix="build/fuzz/$name-" \
      -max_len=65536 -print_final_stats=1 "build/fuzz/corpus/$name" "tests/fuzz/corpus/$name" >"build/fuzz/$name.log" 2>&1; then
    echo "$name: $(grep -o 'stat::number_of_executed_units: [0-9]*' "build/fuzz/$name.log" | grep -o '[0-9]*$') inputs, none broke it"
  else
    tail -30 "build/fuzz/$name.log"; status=1
  fi
done
exit $status
