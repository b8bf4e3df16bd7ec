#!/bin/sh
# The unit is well formed and stays hardened: `systemd-analyze verify`, and an exposure of at most 2.0 of 10.
# Usage: unit_test.sh [folder of the sources]. Needs systemd-analyze (package systemd); without it, says so and is counted as skipped.
set -eu
root=$(cd "${1:-$(dirname "$0")/../..}" && pwd)
if ! command -v systemd-analyze >/dev/null 2>&1; then
  echo "unit_test: systemd-analyze is not installed; nothing was checked"
  exit 77
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# verify wants the programs to exist where the unit says; here they are stood in for by /bin/true.
sed 's#^ExecStart=[^ ]*#ExecStart=/bin/true#' "$root/systemd/tenured.service" > "$work/tenured.service"
problems=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=no "$work/tenured.service" 2>&1 | grep -i tenured || true)
if [ -n "$problems" ]; then
  echo "unit_test: systemd-analyze verify finds: $problems"
  exit 1
fi
systemd-analyze security --no-pager --offline=true --threshold=20 "$work/tenured.service" > "$work/security.txt" || {
  cat "$work/security.txt"
  echo "unit_test: the unit's exposure is over 2.0"
  exit 1
}
tail -1 "$work/security.txt"
