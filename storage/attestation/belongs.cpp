#include "storage/attestation/belongs.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tenure::storage::attestation {

namespace {
// Folders end with a slash.
constexpr std::array<std::string_view, 21> kBelongs = {
    "keys/a/root", "keys/b/root",  "restored",     "restored.deletions", "catalogue/catalogue.db",
    "keys/check",  "keys/a/slots", "keys/b/slots", "secrets/",           "holds/",
    "ledger/",     "ballast/",     "reports/",     "clock-mark",         "lock",
    "simulated",   "tenure.toml",  "tenured.sock", "tombstones",
    "recorded-only", "catalogue/left-files"};
}  // namespace

bool belongs_below_state(const std::string& place) {
  return std::ranges::any_of(kBelongs, [&](std::string_view known) {
    if (known.ends_with('/')) return place.starts_with(known);
    return place == known || (known.ends_with(".db") && (place == std::string(known) + "-wal" || place == std::string(known) + "-shm"));
  });
}

}  // namespace tenure::storage::attestation
