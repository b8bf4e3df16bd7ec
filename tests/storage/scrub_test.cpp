#include "storage/recovery/scrub.h"

#include <gmock/gmock.h>

#include <boost/filesystem/operations.hpp>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/quarantine.h"
#include "storage/vault/vault_walk.h"
#include "tests/storage/another_user.h"
#include "tests/storage/flip_byte.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::HasSubstr;

class ScrubTest : public testing::Test {
 protected:
  Scrub& scrub() {
    if (!scrub_) scrub_ = std::make_unique<Scrub>(Scrub::Options{.started = practice.clock.now()}, orphan_parts());
    return *scrub_;
  }
  OrphanParts orphan_parts() {
    auto& parts = *practice.parts;
    return {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls};
  }
  void restart() {
    scrub_.reset();
    practice.restart();
  }
  void walk() {
    while (!scrub().status().walked_at) scrub().step();
  }
  // Until the cycle that is under way is done; on the time that the scrub itself asks for.
  void read_all() {
    practice.clock.advance(Seconds(1));  // a cycle takes what was there when it began
    walk();
    const auto before = scrub().status().last_done_at;
    while (scrub().status().last_done_at == before) practice.clock.advance(scrub().step());
  }
  // As if nothing had been written to it for a while.
  static void age(const Path& file) { boost::filesystem::last_write_time(file, std::time(nullptr) - 3600); }
  void flip(const SegmentRow& row, std::uint64_t at) { flip_byte(practice.parts->vaults.path_of(row), at); }
  Path slots(const char* copy) const { return practice.folder.path / "keys" / copy / "slots"; }
  State state_of(const SegmentId& id) {
    return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0).state;
  }
  std::string last_act() { return practice.parts->catalogue.ledger(1, 10'000).back().act; }
  Interval minute_at(int n) const { return {start + minutes(n), start + minutes(n + 1)}; }

  const Instant start = at("2026-03-02T10:00:00Z");
  Practice practice{start + hours(3)};  // what is recorded from `start` on lies behind

 private:
  std::unique_ptr<Scrub> scrub_;
};

TEST_F(ScrubTest, I19_TheWalkFindsAMissingFileHoweverOldAndDeletesNothing) {
  const auto row = practice.record("front", minute_at(0));
  practice.clock.advance(days(20));
  const auto fresh = practice.record("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  remove_file(practice.parts->vaults.path_of(row));
  walk();
  EXPECT_EQ(scrub().status().lost, 1u);
  EXPECT_EQ(scrub().status().lost_now, 1u);
  EXPECT_EQ(state_of(row.id), State::lost);
  EXPECT_EQ(state_of(fresh.id), State::live);
  EXPECT_EQ(last_act(), "lost");
}

TEST_F(ScrubTest, I19_ALostFileThatComesBackWholeIsLiveAgain) {
  const auto row = practice.record("front", minute_at(0));
  const auto path = practice.parts->vaults.path_of(row), elsewhere = practice.folder.path / "elsewhere";
  boost::filesystem::rename(path, elsewhere);
  walk();
  ASSERT_EQ(state_of(row.id), State::lost);
  boost::filesystem::rename(elsewhere, path);
  restart();
  walk();
  EXPECT_EQ(state_of(row.id), State::live);
  EXPECT_EQ(scrub().status().found, 1u);
  EXPECT_EQ(scrub().status().lost_now, 0u);
}

TEST_F(ScrubTest, I19_AVaultOffLineIsSkippedAndSaid) {
  const auto row = practice.record("front", minute_at(0));
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "elsewhere");
  read_all();
  EXPECT_EQ(state_of(row.id), State::live);
  EXPECT_EQ(scrub().status().skipped, 1u);
  EXPECT_THAT(scrub().status().off_line, testing::ElementsAre(HasSubstr("main")));
  boost::filesystem::rename(practice.folder.path / "elsewhere", practice.folder.path / "vault");
  remove_file(practice.parts->vaults.path_of(row));
  scrub().step();
  walk();
  EXPECT_EQ(state_of(row.id), State::lost) << "it is walked when it is back";
}

TEST_F(ScrubTest, I2_AnOldFileWithoutARowIsAdopted) {
  const auto row = practice.reserve("front", minute_at(0));
  practice.parts->catalogue.drop_reservation(row.id);
  age(practice.parts->vaults.path_of(row));
  practice.clock.advance(days(10));
  for (int n = 0; n < 3; ++n)
    practice.record("front", {practice.clock.now() + days(n), practice.clock.now() + days(n) + minutes(1)});
  EXPECT_EQ(practice.recover().adopted, 0u) << "recovery looks at the newest two days only";
  walk();
  EXPECT_EQ(scrub().status().adopted, 1u);
  EXPECT_EQ(state_of(row.id), State::live);
  EXPECT_EQ(last_act(), "adopt");
}

TEST_F(ScrubTest, I2_AFileThatCannotBeReadStaysAndKeepsNoOtherFromItsTurn) {
  const auto bad = practice.reserve("front", minute_at(0)), good = practice.reserve("front", minute_at(1));
  for (const auto& row : {bad, good}) {
    practice.parts->catalogue.drop_reservation(row.id);
    age(practice.parts->vaults.path_of(row));
  }
  const AnotherUser user(practice.parts->vaults.root("main").parent_path(), practice.parts->vaults.path_of(bad));
  EXPECT_EQ(practice.recover().adopted, 1u);
  walk();
  EXPECT_EQ(scrub().status().unreadable, 1u);
  EXPECT_EQ(scrub().status().problem, "");
  EXPECT_EQ(scrub().status().quarantined, 0u);
  EXPECT_EQ(state_of(good.id), State::live);
  EXPECT_TRUE(practice.file_exists(bad));
}

TEST_F(ScrubTest, I2_AFileThatMayStillBeRecordedIntoIsLeftAlone) {
  const auto written = practice.reserve("front", minute_at(0));
  practice.clock.advance(hours(1));
  scrub();
  practice.clock.advance(minutes(5));
  const auto ours = practice.reserve("waiting-room", {practice.clock.now(), practice.clock.now() + minutes(1)});
  age(practice.parts->vaults.path_of(ours));  // a clock that was set says nothing
  for (const auto& row : {written, ours}) practice.parts->catalogue.drop_reservation(row.id);  // the catalogue was away
  walk();
  EXPECT_EQ(scrub().status().adopted + scrub().status().quarantined, 0u);
  EXPECT_TRUE(practice.file_exists(written) && practice.file_exists(ours));
}

TEST_F(ScrubTest, I2_ACallWithoutARowIsAdoptedAndASecondCopyOfItDropped) {
  const auto call = call_at(start, "07700 900123", "a");
  const auto id = practice.import(call, "sound").id;
  const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  const auto path = practice.parts->vaults.path_of(row);
  practice.parts->catalogue.write(
      [&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", id); });
  age(path);
  practice.clock.advance(hours(1));
  walk();
  EXPECT_EQ(scrub().status().adopted, 1u);
  CallQuery query;
  query.number = "07700900123";
  EXPECT_EQ(practice.parts->calls.find(query, practice.manager).size(), 1u);
  // Once more, but the same sound was imported again in between.
  practice.parts->catalogue.write(
      [&](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM segment WHERE id = ?", id); });
  const auto again = practice.import(call, "sound").id;
  restart();
  age(path);
  practice.clock.advance(hours(1));
  walk();
  EXPECT_FALSE(practice.exists(id) || boost::filesystem::exists(path));
  EXPECT_FALSE(practice.parts->keys.read(row.slot, id));
  EXPECT_TRUE(practice.exists(again));
}

TEST_F(ScrubTest, EverySegmentIsReadWithinTheCycle) {
  for (int n = 0; n < 40; ++n) practice.record("front", minute_at(n), 5000);
  practice.import(call_at(start, "07700 900123", "a"), "sound");
  const auto began = practice.clock.now();
  read_all();
  const auto status = scrub().status();
  EXPECT_EQ(status.segments_read, 41u);
  EXPECT_EQ(status.bytes_read, status.bytes);
  EXPECT_LE(*status.last_done_at - began, days(28));
  EXPECT_EQ(status.damaged_now, 0u);
}

TEST_F(ScrubTest, TheDailyBudgetFollowsFromWhatLiesThere) {
  // 1.3 TB in rows whose files are off line: the pace is what is asked for, not what this disk can do.
  for (int n = 0; n < 100; ++n) practice.record_row("front", minute_at(n));
  practice.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.run("UPDATE segment SET bytes = 13000000000"); });
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "elsewhere");
  walk();
  scrub().step();
  EXPECT_NEAR(static_cast<double>(scrub().status().daily_bytes), 1.3e12 * 84 / 100 / 25.2, 1e10);
}

TEST_F(ScrubTest, EveryDamageIsFoundNotedOnceAndNeverDeleted) {
  std::vector<SegmentRow> rows;
  for (int n = 0; n < 6; ++n) rows.push_back(practice.record("front", minute_at(n), 40'000));
  flip(rows[1], 300);                 // a chunk
  flip(rows[2], rows[2].bytes - 40);  // the footer
  flip(rows[3], 20);                  // the header
  File(practice.parts->vaults.path_of(rows[4]), File::Mode::read_write).truncate(rows[4].bytes - 1);
  for (const auto* copy : {"a", "b"}) flip_byte(slots(copy), rows[5].slot * 64 + 30);
  restart();
  read_all();
  EXPECT_EQ(scrub().status().damaged_now, 5u);
  const auto acts = practice.parts->catalogue.ledger(1, 1000).size();
  std::set<SegmentId> found;
  for (const auto& damage : scrub().damaged()) found.insert(damage.segment);
  for (int n = 1; n < 6; ++n) EXPECT_TRUE(found.contains(rows[static_cast<std::size_t>(n)].id)) << n;
  for (const auto& row : rows) EXPECT_EQ(state_of(row.id), State::live);
  practice.clock.advance(days(7));
  read_all();
  EXPECT_EQ(practice.parts->catalogue.ledger(1, 1000).size(), acts) << "told once";
}

TEST_F(ScrubTest, DamageThatIsMendedIsForgotten) {
  const auto row = practice.record("front", minute_at(0), 40'000);
  flip(row, 300);
  read_all();
  ASSERT_EQ(scrub().status().damaged_now, 1u);
  flip(row, 300);  // restored from a backup
  practice.clock.advance(days(7));
  read_all();
  EXPECT_EQ(scrub().status().damaged_now, 0u);
  EXPECT_EQ(last_act(), "damage-gone");
}

TEST_F(ScrubTest, OneBadCopyOfAKeyIsRepaired) {
  const auto row = practice.record("front", minute_at(0));
  Blob good(64), now(64);
  File(slots("a"), File::Mode::read).read_at(row.slot * 64, good);
  flip_byte(slots("b"), row.slot * 64 + 30);
  restart();
  read_all();
  EXPECT_EQ(scrub().status().damaged_now, 0u);
  File(slots("b"), File::Mode::read).read_at(row.slot * 64, now);
  EXPECT_EQ(now, good);
}

TEST_F(ScrubTest, ARestartGoesOnAtItsMark) {
  for (int n = 0; n < 40; ++n) practice.record("front", minute_at(n), 2000);
  walk();
  practice.clock.advance(scrub().step());
  const auto before = scrub().status();
  ASSERT_GT(before.segments_read, 0u);
  ASSERT_LT(before.segments_read, 40u);
  restart();
  read_all();
  EXPECT_EQ(scrub().status().segments_read, 40u) << "none twice, none left out";
  EXPECT_EQ(scrub().status().began_at, before.began_at);
}

TEST_F(ScrubTest, I14_ACatalogueThatRefusesStopsItOnlyForAWhile) {
  practice.record("front", minute_at(0));
  walk();
  practice.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.script("ALTER TABLE scrub RENAME TO away"); });
  EXPECT_GE(scrub().step(), Seconds(30));
  EXPECT_FALSE(scrub().status().problem.empty());
  practice.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.script("ALTER TABLE away RENAME TO scrub"); });
  read_all();
  EXPECT_TRUE(scrub().status().problem.empty());
  EXPECT_EQ(scrub().status().segments_read, 1u);
}

TEST_F(ScrubTest, QuarantineEndsWithThePromiseOfItsClassAndNeverWhatAHoldMayMean) {
  const auto orphan = practice.reserve("front", minute_at(0)), held = practice.reserve("waiting-room", minute_at(0));
  for (const auto& row : {orphan, held}) {
    practice.parts->catalogue.drop_reservation(row.id);
    quarantine(orphan_parts(), "main", practice.parts->vaults.path_of(row), "as if nobody knew it");
  }
  const auto folder = practice.folder.path / "vault" / "quarantine";
  const auto nameless = folder / "holiday.seg";
  write_durably(nameless, as_view("not one of ours"));
  boost::filesystem::last_write_time(nameless, std::chrono::duration_cast<std::chrono::seconds>(start.time_since_epoch()).count());
  practice.parts->holds.add(practice.request({{"waiting-room", minute_at(0)}}), practice.manager);
  practice.clock.advance(days(27));
  walk();
  EXPECT_EQ(scrub().status().quarantine_now, 3u);
  practice.clock.advance(days(2));
  scrub().step();
  EXPECT_EQ(scrub().status().quarantine_now, 2u) << "its 28 days are over";
  EXPECT_FALSE(practice.parts->keys.read(orphan.slot, orphan.id));
  EXPECT_FALSE(boost::filesystem::exists(folder / (orphan.id.text() + ".seg")));
  EXPECT_EQ(last_act(), "quarantine-end");
  practice.clock.advance(days(4 * 365));
  scrub().step();
  EXPECT_EQ(scrub().status().quarantine_now, 2u) << "held, and of an unknown class while there is a hold";
  const auto hold = practice.parts->holds.list().at(0).id;
  practice.parts->holds.release(hold, "over", practice.manager);
  practice.clock.advance(days(2));
  scrub().step();
  EXPECT_EQ(scrub().status().quarantine_now, 0u);
}

TEST_F(ScrubTest, I6_TheEndOfACopyInQuarantineLeavesTheKeyToItsRecording) {
  const auto row = practice.record("front", minute_at(0));
  const auto file = practice.parts->vaults.path_of(row);
  const auto copy = file.parent_path() / ("copy of " + file.filename().string());
  boost::filesystem::copy_file(file, copy);
  age(copy);
  walk();
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE segment SET expires_at = ? WHERE id = ?", start + days(90), row.id);  // promised longer
  });
  practice.clock.advance(days(30));
  scrub().step();
  EXPECT_EQ(last_act(), "quarantine-end");
  EXPECT_TRUE(practice.parts->keys.read(row.slot, row.id));
  EXPECT_TRUE(practice.file_exists(row));
}

TEST_F(ScrubTest, TheNewestHoursAreWalkedFirst) {
  practice.record("front", minute_at(0));
  practice.record("waiting-room", {start + hours(5), start + hours(5) + minutes(1)});
  practice.record("front", {start + days(2), start + days(2) + minutes(1)});
  const auto hours_found = hour_folders(practice.folder.path / "vault");
  ASSERT_EQ(hours_found.size(), 3u);
  EXPECT_THAT(hours_found[0].string(), HasSubstr("2026/03/04/10"));
  EXPECT_THAT(hours_found[1].string(), HasSubstr("2026/03/02/15"));
}

}  // namespace
}  // namespace tenure::storage
