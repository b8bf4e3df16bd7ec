#include "tests/storage/attested.h"

#include <fstream>

#include "storage/catalogue/sqlite.h"
#include "storage/keys/slot_format.h"

namespace tenure::storage {

AttestedPractice::AttestedPractice() : Practice(at("2026-03-01T09:00:00Z")) {
  const auto minute = [](const std::string& from) { return Interval{at(from), at(from) + Seconds(60)}; };
  old = record("front", minute("2026-03-01T08:00:00Z"));
  held = record("front", minute("2026-03-01T08:30:00Z"));
  hold =
      parts->holds.add(request({{"front", {at("2026-03-01T08:30:10Z"), at("2026-03-01T08:30:20Z")}}}), manager).hold.id;
  call = import(call_at(at("2026-03-01T08:40:00Z"), "07700 900123", "one"), std::string(64, 'a')).id;
  import(call_at(at("2026-03-01T08:45:00Z"), "07700 900456", "two"), std::string(64, 'b'));
  clock.advance(std::chrono::days(27));
  fresh = record("front", minute("2026-03-28T08:00:00Z"));
  record("waiting-room", minute("2026-03-28T08:01:00Z"));
  clock.advance(std::chrono::days(3));
  parts->sweeper.sweep();
}

AttestationOrder AttestedPractice::order() const {
  AttestationOrder order;
  order.state = state();
  order.vaults = {{"main", vault()}};
  order.time = clock.trusted();
  order.time_in_words = "agreed";
  order.machine_clock = std::chrono::floor<Duration>(std::chrono::system_clock::now());
  return order;
}

void AttestedPractice::sql(const std::string& statement) const {
  sqlite::Connection(state() / "catalogue" / "catalogue.db", /*writes=*/true).script(statement);
}

std::string hex(const SegmentId& id) { return "x'" + id.text() + "'"; }

void write_file(const Path& file, std::string_view text) {
  boost::filesystem::create_directories(file.parent_path());
  std::ofstream(file.string(), std::ios::binary) << text;
}

Blob slot_bytes(const Path& copy, std::uint64_t slot) {
  Blob bytes(kSlotSize);
  File(copy, File::Mode::read).read_at(slot * kSlotSize, bytes);
  return bytes;
}

void put_slot(const Path& copy, std::uint64_t slot, const Blob& bytes) {
  File(copy, File::Mode::read_write).write_at(slot * kSlotSize, bytes);
}

std::string found_in(const Attestation& report) {
  std::string all;
  for (const auto& finding : report.findings)
    all += (all.empty() ? "" : ", ") + finding.kind + " " + std::to_string(finding.count);
  return all;
}

}  // namespace tenure::storage
