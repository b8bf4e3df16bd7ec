// Makes the promise report: has storage attested, signs it, notes it in the ledger, and lays it out for people. Also
// the night's: `reports/` in the state folder keeps the last kNightsKept. Blocks for as long as the walk takes.
#pragma once
#include "daemon/rooms.h"
#include "disclosure/export.h"
#include "storage/attestation/attestation.h"

namespace tenure::daemon {

inline constexpr std::size_t kNightsKept = 62;

struct PromiseReport {
  storage::Attestation attestation;
  std::string name;  // "promise-report_20261122T090000Z"
  std::string json, digest, html, checkpoint, key_pem;
  Blob signature, pdf;
  std::uint64_t ledger_number = 0;
  // name and bytes, as they are handed out
  std::vector<std::pair<std::string, Blob>> files() const;
};

// Throws Error{unavailable} when the ledger cannot be signed or written, or when `rooms` is stopping.
PromiseReport make_promise_report(const Rooms& rooms, const storage::Actor& actor,
                                  const std::function<void(double, const std::string&)>& progress);

// Once a night, if there is none of it yet: the report, into `reports/`.
bool night_report_is_due(const Path& state, Instant now);
void make_night_report(const Rooms& rooms);

}  // namespace tenure::daemon
