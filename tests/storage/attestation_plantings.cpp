#include "tests/storage/attestation_plantings.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "storage/erasure/erasures.h"
#include "storage/keys/slot_format.h"
#include "storage/ledger/batches.h"

namespace tenure::storage {

namespace fs = boost::filesystem;
using std::chrono::days;
using Practice_ = AttestedPractice;
using Order = AttestationOrder;

namespace {
void set_time(Order& order, Instant lo, Instant hi) { order.time = {lo, hi}; }

// Its keys come back from a copy, once the sweep has destroyed them.
void put_key_back(Practice_& p) {
  const auto key = p.key_of(p.fresh);
  p.sweep_after(days(27));
  p.put_key(p.fresh, key);
}

void copy_to_staging(Practice_& p) {
  fs::create_directories(p.state() / "staging");
  fs::copy_file(p.file_of(p.fresh), p.state() / "staging" / "copy");
}

// A second file under the key of the first.
void record_with_key_of(Practice_& p, const SegmentRow& other) {
  const auto key = p.parts->keys.read(other.slot, other.id);
  auto row = other;
  row.id = SegmentId::make(other.span.from + Seconds(60));
  row.span = {other.span.from + Seconds(60), other.span.to + Seconds(60)};
  SealedHeader header;
  header.id = row.id;
  header.slot = row.slot;
  header.source = row.source;
  header.cls = row.cls;
  header.start = row.span.from;
  SealedWriter writer(p.parts->vaults.create("main", row.cls, row.source, row.span.from, row.id), header, *key);
  Fragment fragment;
  fragment.span = row.span;
  fragment.bytes = Blob(4, 7);
  fragment.leaves = {{0, 4, 0, true, 0, 1}};
  writer.append(fragment);
  row.bytes = writer.file().size();
  p.parts->catalogue.commit_segment(row);
}

// Deeper than any path that can be opened.
void make_unreadable_folder(const Path& below) {
  const std::string name(250, 'd');
  int folder = ::open(below.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);  // NOLINT
  for (int depth = 0; depth < 20; ++depth) {
    ASSERT_EQ(::mkdirat(folder, name.c_str(), 0700), 0);
    const int next = ::openat(folder, name.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC);  // NOLINT
    ::close(folder);
    folder = next;
  }
  ::close(folder);
}

void forget(Practice_& p) { p.sql("DELETE FROM segment WHERE source = 'waiting-room'"); }

// As a rebuild leaves a recording whose header it could not read.
void lose_row_and_header(Practice_& p, const Path& folder) {
  const auto file = folder / (p.fresh.id.text() + ".seg");
  p.sql("DELETE FROM segment WHERE id = " + hex(p.fresh.id));
  fs::create_directories(folder);
  fs::rename(p.file_of(p.fresh), file);
  fs::resize_file(file, 100);
}

// The first generation has had its week, a second one has replaced it.
Path outlived_backup(Practice_& p, bool keep_a_copy) {
  PracticeBackups made(p);
  const auto first = made.keys();
  auto copy = made.disk / "copy";
  if (keep_a_copy) fs::copy_file(first, copy);
  p.clock.advance(days(8));
  made.keys();
  return first;
}

void erase_fresh(Practice_& p) {
  PracticeBackups made(p);
  made.keys();
  p.clock.advance(Seconds(60));
  Erasures erasures(p.parts->catalogue, p.clock, p.parts->vaults, p.parts->eraser, made.ledger, p.parts->keys.root(),
                    {}, p.state());
  erasures.order({{{p.fresh.source, p.fresh.span}}, {}, {}}, "a right", p.manager, {});
}

void tamper_with_ledger(Practice_& p, Order& order) {
  Ledger ledger(p.parts->catalogue, p.clock, p.state(), kPracticeKek, {});
  while (ledger.tick()) {
  }
  p.sql("DROP TRIGGER ledger_is_append_only_1; UPDATE ledger SET act = 'nothing' WHERE number = 1");
  const auto report = ledger.verify();
  order.ledger.sound = report.sound();
  if (!report.sound()) order.ledger.problem = report.problems.front().what;
}

std::vector<Planting> broken() {
  return {
      {"past-date",
       [](Practice_& p, Order& o) { set_time(o, p.fresh.expires_at + Seconds(70), p.fresh.expires_at + Seconds(70)); }},
      {"deletion-unfinished",
       [](Practice_& p, Order&) { p.sql("UPDATE segment SET state = 2 WHERE id = " + hex(p.held.id)); }},
      {"stretched",
       [](Practice_& p, Order&) {
         p.sql("UPDATE segment SET expires_at = expires_at + 86400000000 WHERE id = " + hex(p.fresh.id));
       }},
      {"no-promise", [](Practice_& p, Order&) { p.sql("DELETE FROM policy WHERE class = 'calls'"); }, 2},
      {"copy-past-date",
       [](Practice_& p, Order&) {
         copy_to_staging(p);
         put_key_back(p);
       }},
      {"orphan-past-date",
       [](Practice_& p, Order&) {
         forget(p);
         p.sweep_after(days(27));
       }},
      {"unread-past-date",
       [](Practice_& p, Order&) { lose_row_and_header(p, p.vault() / "cctv/front/2026/02/01/08"); }},
      {"key-without-recording", [](Practice_& p, Order&) { put_key_back(p); }},
      {"key-ending",
       [](Practice_& p, Order&) {
         put_key_back(p);
         p.sql("INSERT INTO stray_key VALUES(" + std::to_string(p.fresh.slot) + ", " +
               std::to_string(micros_of(p.clock.now() - days(1))) + ")");
       }},
      {"key-copy-elsewhere",
       [](Practice_& p, Order&) { fs::copy_file(p.state() / "keys/a/slots", p.state() / "keys/slots.old"); }},
      {"plain-recording",
       [](Practice_& p, Order&) { write_file(p.vault() / "cctv" / "call.tmp", "RIFF1234WAVEfmt "); }},
      {"old-working-file",
       [](Practice_& p, Order&) {
         write_file(p.state() / "staging" / "spool-1", "sealed under a key that is gone");
         fs::last_write_time(p.state() / "staging" / "spool-1", std::time(nullptr) - 2 * 86'400);
       }},
      {"old-key-backup",
       [](Practice_& p, Order&) {
         const auto file = outlived_backup(p, /*keep_a_copy=*/true);
         fs::rename(file.parent_path() / "copy", file);  // as if it could not be removed
         p.sql("UPDATE backup SET gone_at = NULL");
       }},
      {"past-date-in-backup",
       [](Practice_& p, Order&) {
         p.clock.advance(days(24));
         PracticeBackups(p).keys();
         p.sweep_after(days(3));
         p.clock.advance(days(8));
       }},
      {"erased-in-backup", [](Practice_& p, Order&) { erase_fresh(p); }},
      {"key-backup-elsewhere", [](Practice_& p, Order&) { outlived_backup(p, /*keep_a_copy=*/true); }},
  };
}

std::vector<Planting> unsure() {
  return {
      {"key-of-unread-file", [](Practice_& p, Order&) { lose_row_and_header(p, p.file_of(p.fresh).parent_path()); }},
      {"backup-out-of-reach",
       [](Practice_& p, Order&) {
         outlived_backup(p, /*keep_a_copy=*/false);
         p.sql("UPDATE backup SET gone_at = NULL");
       }},
      {"vault-off-line",
       [](Practice_& p, Order&) {
         fs::remove(p.vault() / "tenure-vault");
         write_file(p.vault() / "tenure-vault", "vault main\nid 01a200e7be4b7ddaa2b350634e71c73e\ntrial no\n");
       }},
      {"folder-unread", [](Practice_& p, Order&) { make_unreadable_folder(p.vault()); }},
      {"clock-behind",
       [](Practice_&, Order& o) { set_time(o, at("2026-03-02T00:00:00Z"), at("2026-03-02T00:00:00Z")); }},
      {"time-doubtful",
       [](Practice_& p, Order& o) { set_time(o, p.clock.now(), p.clock.now() + std::chrono::hours(3)); }},
      {"ledger-unsound", tamper_with_ledger},
  };
}

std::vector<Planting> recordings() {
  return {
      {"orphan", [](Practice_& p, Order&) { forget(p); }},
      {"in-quarantine",
       [](Practice_& p, Order&) {
         const auto file = p.file_of(p.fresh);
         p.sql("DELETE FROM segment WHERE id = " + hex(p.fresh.id));
         fs::create_directories(p.vault() / "quarantine");
         fs::rename(file, p.vault() / "quarantine" / (p.fresh.id.text() + ".seg"));
       }},
      {"leftover",
       [](Practice_& p, Order&) {
         copy_to_staging(p);
         p.sweep_after(days(27));
       }},
      {"file-of-lost-key",
       [](Practice_& p, Order&) {
         p.erase_key(p.fresh);
         p.sql("DELETE FROM segment WHERE id = " + hex(p.fresh.id));
       }},
      {"copy", [](Practice_& p, Order&) { copy_to_staging(p); }},
      {"displaced",
       [](Practice_& p, Order&) {
         const auto file = p.file_of(p.fresh);
         p.sql("DELETE FROM segment WHERE id = " + hex(p.fresh.id));
         fs::rename(file, p.state() / "saved.seg");
       }},
      {"misfiled", [](Practice_& p, Order&) { p.sql("UPDATE segment SET kind = 1 WHERE id = " + hex(p.fresh.id)); }},
      {"unreadable", [](Practice_& p, Order&) { fs::resize_file(p.file_of(p.fresh), 100); }},
      {"working-file", [](Practice_& p, Order&) { write_file(p.state() / "staging" / "spool-1", "sealed"); }},
      {"stuck-recording",
       [](Practice_& p, Order&) {
         p.reserve("front", {p.clock.now(), p.clock.now() + Seconds(60)});
         p.clock.advance(std::chrono::hours(2));
       }},
      {"missing-file", [](Practice_& p, Order&) { fs::remove(p.file_of(p.fresh)); }},
      {"damaged",
       [](Practice_& p, Order&) {
         p.sql("INSERT INTO damaged(segment, found_at, why) VALUES(" + hex(p.fresh.id) + ", 0, 'a changed byte')");
       }},
      {"lost-file-is-back",
       [](Practice_& p, Order&) { p.sql("UPDATE segment SET state = 3 WHERE id = " + hex(p.fresh.id)); }},
      {"other-size",
       [](Practice_& p, Order&) { fs::resize_file(p.file_of(p.fresh), fs::file_size(p.file_of(p.fresh)) - 1); }},
      {"key-erased-early", [](Practice_& p, Order&) { p.erase_key(p.fresh); }},
      {"key-in-one-copy",
       [](Practice_& p, Order&) { put_slot(p.state() / "keys/a/slots", p.fresh.slot, Blob(kSlotSize, 0xE5)); }},
      {"shared-key", [](Practice_& p, Order&) { record_with_key_of(p, p.fresh); }, 2},
      {"file-without-key",
       [](Practice_& p, Order&) {
         p.sql("UPDATE segment SET state = 2 WHERE id = " + hex(p.held.id));
         p.erase_key(p.held);
       }},
      {"unaccounted",
       [](Practice_& p, Order&) {
         p.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
           insert_capture_batch(transaction.db, p.clock.now(), 1'000);
           transaction.db.run("DELETE FROM segment WHERE id = ?", p.fresh.id);
         });
         fs::remove(p.file_of(p.fresh));
         p.erase_key(p.fresh);
       }},
  };
}

std::vector<Planting> the_rest() {
  return {
      {"hold-without-file", [](Practice_& p, Order&) { fs::remove(p.state() / "holds" / (p.hold.text() + ".hold")); }},
      {"hold-file-without-row",
       [](Practice_& p, Order&) {
         const auto holds = p.state() / "holds";
         fs::copy_file(holds / (p.hold.text() + ".hold"), holds / "01a200e7be4b7ddaa2b350634e71c73e.hold");
       }},
      {"stale-key-backup",
       [](Practice_& p, Order&) {
         PracticeBackups(p).keys();
         p.clock.advance(days(8));
       }},
      {"key-backup-copy",
       [](Practice_& p, Order&) { fs::copy_file(PracticeBackups(p).keys(), p.state() / "to-be-safe"); }},
      {"backup-changed",
       [](Practice_& p, Order&) {
         File file(PracticeBackups(p).keys(), File::Mode::read_write);
         change_last_byte(file);
       }},
      {"backup-with-index",
       [](Practice_& p, Order&) {
         PracticeBackups made(p);
         made.data();
         const auto copy = made.disk / "catalogue.db";
         sqlite::Connection(copy, /*writes=*/true)
             .script("PRAGMA journal_mode = DELETE; INSERT INTO call_token SELECT randomblob(32), segment FROM call");
         p.sql("UPDATE backup SET sha256 = x'" + to_hex(sha256(read_whole(copy, 16 << 20))) + "'");
       }},
      {"time-unconfirmed", [](Practice_& p, Order& o) { o.time = {p.clock.now(), p.clock.now(), p.clock.now()}; }},
      {"catalogue-copy",
       [](Practice_& p, Order&) {
         fs::copy_file(p.state() / "catalogue/catalogue.db", p.state() / "catalogue/before-the-upgrade.db");
       }},
      {"deletion-waits",
       [](Practice_& p, Order&) {
         p.sql("INSERT INTO sweep_question VALUES('main', 'cctv', 1, 1, 700, 1000, 'too many', NULL)");
       },
       700},
  };
}
}  // namespace

const std::vector<Planting>& plantings() {
  static const auto all = [] {
    std::vector<Planting> made;
    for (auto part : {broken(), unsure(), recordings(), the_rest()}) made.insert(made.end(), part.begin(), part.end());
    return made;
  }();
  return all;
}

}  // namespace tenure::storage
