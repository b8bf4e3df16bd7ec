#include "storage/attestation/belongs.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tenure::storage::attestation {

namespace {
constexpr std::array<std::string_view, 2> kSlots = {"keys/a/slots", "keys/b/slots"};
constexpr std::array<std::string_view, 2> kDatabase = {"catalogue/catalogue.db", "catalogue/catalogue.db-shm"};
constexpr std::string_view kLog = "catalogue/catalogue.db-wal";
constexpr std::array<std::string_view, 8> kRandom = {"keys/a/root",        "keys/b/root",   "keys/check",
                                                     "secrets/ledger-key", "holds/policy",  "holds/backups",
                                                     "restored.deletions", "tombstones"};
// Folders end with a slash.
constexpr std::array<std::string_view, 13> kOther = {
    "restored", "secrets/",    "holds/",       "ledger/",       "ballast/",            "reports/", "clock-mark", "lock",
    "simulated", "tenure.toml", "tenured.sock", "recorded-only", "catalogue/left-files"};

// The hashes of the ledger: "tile/0/x001/234", also where a ledger was put aside.
bool is_hashes(std::string_view place) {
  const auto at = place.find("/tile/");
  return place.starts_with("ledger/") && at != std::string_view::npos &&
         place.find_first_not_of("0123456789x/", at + 6) == std::string_view::npos;
}

bool is_random(std::string_view place) {
  return std::ranges::find(kRandom, place) != kRandom.end() || is_hashes(place) ||
         (place.starts_with("holds/") && (place.ends_with(".hold") || place.ends_with(".erasure"))) ||
         (place.starts_with("reports/") && place.ends_with(".pdf"));
}
}  // namespace

Own own_at(const std::string& place) {
  if (std::ranges::find(kSlots, place) != kSlots.end()) return Own::slots;
  if (std::ranges::find(kDatabase, place) != kDatabase.end()) return Own::database;
  if (place == kLog) return Own::log;
  if (is_random(place)) return Own::random;
  const bool other = std::ranges::any_of(
      kOther, [&](std::string_view known) { return known.ends_with('/') ? place.starts_with(known) : place == known; });
  return other ? Own::other : Own::none;
}

}  // namespace tenure::storage::attestation
