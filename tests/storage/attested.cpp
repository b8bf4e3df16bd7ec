#include "tests/storage/attested.h"

#include <fstream>

#include "storage/backup/recovery_key.h"
#include "storage/catalogue/sqlite.h"
#include "storage/keys/slot_format.h"

namespace tenure::storage {

namespace {
const Instant kMade = at("2026-03-01T09:00:00Z"), kPrepared = kMade + std::chrono::days(30);

struct Prepared : Practice, PreparedPractice {
  Prepared() : Practice(kMade) {
    const auto minute = [](const std::string& from) { return Interval{at(from), at(from) + Seconds(60)}; };
    old = record("front", minute("2026-03-01T08:00:00Z"));
    held = record("front", minute("2026-03-01T08:30:00Z"));
    hold = parts->holds.add(request({{"front", {at("2026-03-01T08:30:10Z"), at("2026-03-01T08:30:20Z")}}}), manager)
               .hold.id;
    call = import(call_at(at("2026-03-01T08:40:00Z"), "07700 900123", "one"), std::string(64, 'a')).id;
    import(call_at(at("2026-03-01T08:45:00Z"), "07700 900456", "two"), std::string(64, 'b'));
    clock.advance(std::chrono::days(27));
    fresh = record("front", minute("2026-03-28T08:00:00Z"));
    record("waiting-room", minute("2026-03-28T08:01:00Z"));
    clock.advance(std::chrono::days(3));
    parts->sweeper.sweep();
    parts.reset();
  }
};

const Prepared& prepared() {
  static const Prepared practice;
  return practice;
}
}  // namespace

AttestedPractice::AttestedPractice() : Practice(kPrepared), PreparedPractice(prepared()) {
  parts.reset();
  boost::filesystem::remove_all(folder.path);
  boost::filesystem::copy(prepared().folder.path, folder.path, boost::filesystem::copy_options::recursive);
  parts = std::make_unique<Parts>(folder.path, clock);
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

void AttestedPractice::sweep_after(std::chrono::days time) {
  clock.advance(time);
  parts->sweeper.sweep();
}

void AttestedPractice::put_key(const SegmentRow& row, const Blob& bytes) const {
  for (const auto* copy : {"keys/a/slots", "keys/b/slots"}) put_slot(state() / copy, row.slot, bytes);
}

void AttestedPractice::erase_key(const SegmentRow& row) const {
  const auto erased = erased_slot();
  put_key(row, Blob(erased.begin(), erased.end()));
}

Blob AttestedPractice::key_of(const SegmentRow& row) const { return slot_bytes(state() / "keys/a/slots", row.slot); }

PracticeBackups::PracticeBackups(AttestedPractice& given)
    : practice(given),
      disk(given.elsewhere.path / "disk"),
      ledger(given.parts->catalogue, given.clock, given.state(), kPracticeKek, {}),
      rotation(given.parts->catalogue, given.clock, given.parts->keys, given.state(), {{kPracticeKek, KeyPlace::file}}),
      backups({given.parts->catalogue, given.clock, given.parts->vaults, given.parts->keys, rotation, ledger,
               given.state()}) {
  make_directories(disk);
  backups.set_recovery_key(recovery_public(make_recovery_secret()), given.manager);
}

Path PracticeBackups::keys() {
  const auto made = backups.back_up_keys(disk, practice.manager);
  return Path(made.folder) / made.name;
}

void PracticeBackups::data() {
  backups.back_up_data(disk, practice.manager, [](double) {}, [] { return false; });
}

std::string hex(const SegmentId& id) { return "x'" + id.text() + "'"; }

void change_last_byte(File& file) {
  Blob last(1);
  file.read_at(file.size() - 1, last);
  last[0] ^= 1;
  file.write_at(file.size() - 1, last);
}

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
