#!/bin/bash
# clang-tidy on the .cpp files that differ from the commit before (or from $TIDY_BASE), at most 40 of them.
set -euo pipefail
cd "$(dirname "$0")/../.."
base=${TIDY_BASE:-HEAD~1}
git rev-parse -q --verify "$base" >/dev/null || base=HEAD
mapfile -t files < <(git diff --name-only --diff-filter=d "$base" -- '*.cpp' | grep -v '^tests/' | head -40)
((${#files[@]})) || { echo "no changed source files"; exit 0; }
printf '%s\n' "${files[@]}" | xargs -P2 -n1 clang-tidy-19 -p build/tsan --quiet 2>/dev/null && echo "${#files[@]} files tidy"
