// What a rebuild finds in the vault and does not take: it is named, it stays, and takes nothing else with it.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/another_user.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::hours;
using std::chrono::minutes;
using testing::ElementsAre;
using testing::HasSubstr;

class RebuildLeft : public LostCatalogue {
 protected:
  Path path_of(const SegmentRow& row) const { return practice.parts->vaults.path_of(row); }
  SegmentRow row_of(const SegmentId& id) const {
    return practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
  }
  // The file of a call sealed once more, as an import leaves it that was cut off before it could be dropped.
  void seal_again(const SegmentRow& row, const SegmentId& id, Instant named_after) {
    const auto key = practice.parts->keys.read(row.slot, row.id);
    SealedReader reader(File(path_of(row), File::Mode::read), *key);
    const auto fresh = practice.parts->keys.reserve(id);
    SealedHeader header = reader.header();
    header.id = id;
    header.slot = fresh.slot;
    header.start = named_after;
    SealedWriter writer(practice.parts->vaults.create("main", "calls", "pbx", named_after, id), header, fresh.key);
    Fragment fragment;
    fragment.kind = FragmentKind::data;
    fragment.span = row.span;
    fragment.bytes = reader.read_fragment(0);
    writer.append(fragment);
    writer.finish(row.span, reader.footer().metadata, {}, row.digest);
    writer.file().sync();
    practice.parts->keys.sync();
  }
  std::optional<Instant> line_of(const SegmentId& id) const {
    return practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      auto query = db.query("SELECT line FROM segment WHERE id = ?", id);
      return query.step() ? query.maybe_instant(0) : Instant::max();
    });
  }
};

TEST_F(RebuildLeft, FilesThatLieElsewhereAreNamedUpToABoundAndTheOthersAreTaken) {
  const auto row = practice.record("front", minute);
  const auto later = practice.record("front", {start + hours(1), start + hours(1) + minutes(1)});
  for (int n = 0; n < 520; ++n)
    fs::create_hard_link(path_of(row), path_of(row).parent_path() / fmt::format("copy-{}.seg", n));
  carry_out();
  const auto before = rows();
  lose();
  std::vector<std::uint64_t> told;
  const auto report = rebuild_catalogue(settings, practice.clock, [&](std::uint64_t files) { told.push_back(files); });
  practice.restart();
  EXPECT_EQ(rows(), before);
  EXPECT_EQ(report.left, 520u);
  EXPECT_EQ(report.segments, 2u);
  ASSERT_EQ(report.problems.size(), 50u) << "the log has them all";
  EXPECT_THAT(report.problems, testing::Each(HasSubstr("it does not lie where its header says")));
  ASSERT_EQ(told.size(), 2u) << "500 files at a time";
  EXPECT_EQ(told.back(), 522u);
  EXPECT_TRUE(fs::exists(path_of(row).parent_path() / "copy-519.seg")) << "a person decides on them";
}

TEST_F(RebuildLeft, I6_AFileOfAnotherInstallationTakesNoKeyAway) {
  Practice other(start);
  const auto mine = practice.record("front", minute), foreign = other.record("front", minute);
  ASSERT_EQ(mine.slot, foreign.slot);
  fs::copy_file(other.parts->vaults.path_of(foreign), path_of(foreign));
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr("its key is not in its slot")));
  EXPECT_TRUE(practice.parts->keys.read(mine.slot, mine.id).has_value());
  EXPECT_TRUE(practice.exists(mine.id) && !practice.exists(foreign.id) && practice.file_exists(foreign));
}

TEST_F(RebuildLeft, ACallWithoutItsEndIsLeftForItsSourceStillHasIt) {
  const auto id = practice.import(call_at(start, "07700 900123", "a"), "some sound").id;
  const auto row = row_of(id);
  carry_out();
  fs::resize_file(path_of(row), row.bytes - 10);
  const auto report = lose_and_rebuild();
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr("a call that was not finished")));
  EXPECT_EQ(report.calls, 0u);
  EXPECT_TRUE(practice.file_exists(row));
}

TEST_F(RebuildLeft, FootageOfWhichNoFragmentIsWholeIsLeftAndTheNextIsTaken) {
  const auto empty = practice.reserve("front", minute, /*with_fragment=*/false);
  const auto torn = practice.record("front", {start + minutes(1), start + minutes(2)});
  const auto row = practice.record("waiting-room", minute);
  File(path_of(torn), File::Mode::read_write).write_at(0, as_view("no header"));
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.left, 2u);
  EXPECT_TRUE(practice.file_exists(torn) && !practice.exists(torn.id));
  EXPECT_EQ(report.segments, 1u);
  EXPECT_FALSE(practice.exists(empty.id));
  EXPECT_TRUE(practice.exists(row.id) && practice.file_exists(empty));
}

TEST_F(RebuildLeft, I20_WhatIsFoundLaterCutsTheGapThatStoodForIt) {
  practice.record("front", minute);
  const auto away = practice.record("front", {start + minutes(1), start + minutes(2)});
  practice.record("front", {start + minutes(4), start + minutes(5)});
  carry_out();
  const auto file = path_of(away), kept = practice.folder.path / "away.seg";
  fs::rename(file, kept);
  lose_and_rebuild();
  const auto gaps = [&] { return practice.parts->catalogue.gaps("front", {start, start + minutes(5)}); };
  ASSERT_EQ(gaps().size(), 1u);
  EXPECT_EQ(gaps()[0].span, (Interval{start + minutes(1), start + minutes(4)}));
  fs::rename(kept, file);
  EXPECT_EQ(practice.recover().adopted, 1u);
  ASSERT_EQ(gaps().size(), 1u);
  EXPECT_EQ(gaps()[0].span, (Interval{start + minutes(2), start + minutes(4)})) << "what is still not known";
}

TEST_F(RebuildLeft, I20_AFileThatCannotBeReadIsNamedAndStaysAndKeepsNoOtherFromItsRow) {
  const auto row = practice.record("front", minute);
  const auto bad = practice.record("front", {start + minutes(1), start + minutes(2)});
  carry_out();
  const auto file = path_of(bad);
  lose();
  RebuildReport report;
  {
    const AnotherUser user(practice.folder.path, file);
    report = rebuild_catalogue(settings, practice.clock);
  }
  EXPECT_EQ(report.left, 1u);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr(file.string())));
  fs::permissions(file, fs::owner_read | fs::owner_write);
  practice.restart();
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_FALSE(practice.exists(bad.id));
  EXPECT_TRUE(fs::exists(file) && practice.parts->keys.read(bad.slot, bad.id));
  EXPECT_EQ(practice.recover().adopted, 1u) << "when it can be read again";
  EXPECT_TRUE(practice.exists(bad.id));
}

TEST_F(RebuildLeft, I20_AFolderThatCannotBeLookedIntoIsNamed) {
  const auto row = practice.record("front", minute);
  const auto bad = practice.record("waiting-room", minute);
  carry_out();
  const auto folder = path_of(bad).parent_path();
  lose();
  RebuildReport report;
  {
    const AnotherUser user(practice.folder.path, folder);
    report = rebuild_catalogue(settings, practice.clock);
  }
  EXPECT_EQ(report.left, 1u);
  EXPECT_EQ(report.segments, 1u);
  EXPECT_THAT(report.problems, ElementsAre(HasSubstr(folder.string())));
  fs::permissions(folder, fs::owner_all);
  practice.restart();
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuildLeft, I12_ASettlementOfWhichTheLedgerDoesNotTellAllMovesNothing) {
  const auto row = practice.record("front", minute);
  for (const auto* subject :
       {"[]", "{}", R"({"doubtful_since":1,"offset_seconds":3})", R"({"doubtful_since":"soon","offset_seconds":3})",
        R"({"doubtful_since":"2026-03-02T10:00:00Z"})",
        R"({"doubtful_since":"2026-03-02T10:00:00Z","offset_seconds":"3"})"})
    practice.parts->catalogue.append_ledger(ledger_entry(start + hours(1), {"tenured"}, "time-settle", subject));
  carry_out();
  const auto before = rows();
  lose_and_rebuild();
  EXPECT_EQ(rows(), before);
  EXPECT_FALSE(line_of(row.id).has_value());
}

TEST_F(RebuildLeft, I12_EachRecordingIsMovedByTheLineItWasStampedOn) {
  const auto line = [&](int after, int offset) {  // each was settled when it stood at an hour
    practice.parts->catalogue.append_ledger(
        ledger_entry(start + hours(1 + offset), {"tenured"}, "time-settle",
                     fmt::format(R"({{"doubtful_since":"{}","offset_seconds":{}}})", to_rfc3339(start + minutes(after)),
                                 offset * 3600)));
  };
  line(30, 200);
  line(0, 100);
  line(50, 300);
  const auto record = [&](int after) {
    return practice.record("front", {start + minutes(after), start + minutes(after + 1)}).id;
  };
  const auto before = record(-10), first = record(10), second = record(40), third = record(55), after = record(120),
             now = record(240);
  auto call = call_at(start + minutes(40), "07700 900123", "a");
  call.time_quality = "import";
  const auto imported = practice.import(call, "stamped when it came").id;
  const auto told = practice.import(call_at(start + minutes(41), "07700 900123", "b"), "stamped by its system").id;
  carry_out();
  practice.clock.set({start + hours(5), start + hours(9), start + hours(3)});
  lose_and_rebuild();
  const auto moved = [&](const SegmentId& id, int by) { return row_of(id).span.from - (start + minutes(by)); };
  EXPECT_EQ(moved(before, -10), hours(0));
  EXPECT_EQ(moved(first, 10), hours(100));
  EXPECT_EQ(moved(second, 40), hours(200)) << "of two lines the later one: it was the one in force";
  EXPECT_EQ(moved(third, 55), hours(300));
  EXPECT_EQ(moved(after, 120), hours(0));
  EXPECT_EQ(moved(imported, 40), hours(200));
  EXPECT_EQ(moved(told, 41), hours(0)) << "its system knew the time";
  EXPECT_EQ(line_of(now), start + hours(3)) << "which is doubtful still";
  EXPECT_FALSE(line_of(first) || line_of(after));
}

TEST_F(RebuildLeft, I20_OfTwoCopiesOfACallTheFirstImportIsKeptAlsoWhenTheOtherIsReadFirst) {
  const auto kept = practice.import(call_at(start, "07700 900123", "a"), "sound").id;
  carry_out();
  const auto before = rows();
  const auto second = SegmentId::make(start + hours(1));
  seal_again(row_of(kept), second, start + hours(2));
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.calls, 1u);
  EXPECT_EQ(report.duplicates, 1u);
  EXPECT_EQ(rows(), before);
  EXPECT_TRUE(practice.file_exists(row_of(kept)));
  EXPECT_TRUE(fs::exists(quarantined(second)));
  ASSERT_EQ(practice.parts->calls
                .find({.number = "07700900123", .last_digits = {}, .extension = {}, .span = {}}, practice.manager)
                .size(),
            1u);
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

TEST_F(RebuildLeft, I15_ADeletionCutOffBehindItsTombstoneIsFinished) {
  const auto row = row_of(practice.import(call_at(start, "07700 900123", "a"), "sound").id);
  const auto copy_all = [](const Path& from, const Path& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  };
  const auto& state = practice.folder.path;
  TemporaryFolder aside;
  copy_all(state / "keys", aside.path / "keys");
  fs::copy_file(path_of(row), aside.path / "call.seg");
  practice.clock.advance(std::chrono::days(4 * 365));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  carry_out();
  lose();
  copy_all(aside.path / "keys", state / "keys");  // the power went before its key was erased
  practice.restart();
  const auto path = path_of(row);
  practice.parts.reset();
  fs::remove_all(state / "catalogue");
  make_directories(path.parent_path());
  fs::copy_file(aside.path / "call.seg", path);
  const auto report = rebuild();
  EXPECT_EQ(report.finished_deletions, 1u);
  EXPECT_EQ(report.calls, 0u);
  EXPECT_FALSE(practice.exists(row.id) || fs::exists(path) || fs::exists(quarantined(row.id)));
  EXPECT_FALSE(practice.parts->keys.read(row.slot, row.id).has_value());
}

TEST_F(RebuildLeft, I15_ACopyOfACallThatWasDeletedIsPutAside) {
  const auto row = row_of(practice.import(call_at(start, "07700 900123", "a"), "sound").id);
  const auto second = SegmentId::make(start + hours(1));
  seal_again(row, second, start);
  practice.clock.advance(std::chrono::days(4 * 365));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  carry_out();
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.duplicates, 1u);
  EXPECT_EQ(report.calls, 0u);
  EXPECT_FALSE(practice.exists(second));
  EXPECT_TRUE(fs::exists(quarantined(second)));
}

}  // namespace
}  // namespace tenure::storage
