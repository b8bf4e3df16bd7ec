#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/catalogue/schema.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const Instant kStart = at("2026-03-02T10:00:00Z");

TEST(Catalogue_, StoresTheExpiryWithTheCommit) {
  Practice practice(kStart);
  const auto row = practice.record_row("front", {kStart, kStart + minutes(1)});
  const auto found = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = row.id});
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].expires_at, kStart + minutes(1) + days(28));
  EXPECT_EQ(found[0].state, State::live);
  EXPECT_THAT(error_of([&] { practice.parts->catalogue.commit_segment(row); }), testing::HasSubstr("no longer reserved"));
}

TEST(Catalogue_, FindsWhatOverlapsASpanAndNothingElse) {
  Practice practice(kStart);
  practice.record_row("front", {kStart - hours(3), kStart - hours(1)});  // the longest bounds the search
  for (int i = 0; i < 10; ++i) practice.record_row("front", {kStart + minutes(i), kStart + minutes(i + 1)});
  practice.record_row("waiting-room", {kStart, kStart + minutes(1)});
  const auto& catalogue = practice.parts->catalogue;
  const Interval span{kStart + minutes(3), kStart + minutes(5)};
  EXPECT_EQ(catalogue.segments({.source = "front", .cls = {}, .span = span, .id = {}}).size(), 2u);
  EXPECT_EQ(catalogue.segments({.source = {}, .cls = {}, .span = Interval{kStart, kStart + minutes(1)}, .id = {}}).size(), 2u);
  EXPECT_EQ(catalogue.segments({.source = "front", .cls = {}, .span = Interval{kStart - hours(2), kStart - hours(2) + Seconds(1)}, .id = {}}).size(), 1u);
  EXPECT_EQ(catalogue.segments({.source = {}, .cls = "calls", .span = {}, .id = {}}).size(), 0u);
  EXPECT_EQ(catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = {}, .limit = 4}).size(), 4u);
}

TEST(Catalogue_, CountsWhatLiesThereWithoutReadingItAndNoticesAWrongCount) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  practice.record_row("front", {kStart - hours(5), kStart + minutes(30)});  // ends last, and began first
  for (int i = 0; i < 5; ++i) practice.record_row("front", {kStart + minutes(i), kStart + minutes(i + 1)});
  const auto reserved = practice.reserve("front", {kStart + hours(1), kStart + hours(2)});
  const auto lost = practice.record_row("front", {kStart + minutes(5), kStart + minutes(6)});
  catalogue.mark_lost(lost.id);
  practice.record_row("waiting-room", {kStart, kStart + minutes(1)});
  const auto counted = [&](const std::string& name) {
    for (const auto& source : catalogue.sources())
      if (source.name == name) return source;
    return SourceRow{};
  };
  EXPECT_EQ(counted("front").segments, 6u);
  EXPECT_EQ(counted("front").oldest, kStart - hours(5));
  EXPECT_EQ(counted("front").newest, kStart + minutes(30));
  EXPECT_EQ(counted("waiting-room").segments, 1u);
  EXPECT_EQ(catalogue.check(), "");
  catalogue.drop_reservation(reserved.id);
  practice.clock.advance(days(29));
  practice.parts->sweeper.sweep();
  EXPECT_EQ(counted("front").segments, 0u);
  EXPECT_EQ(counted("front").newest, std::nullopt);
  EXPECT_EQ(catalogue.check(), "");
  practice.record_row("front", {practice.clock.now(), practice.clock.now() + minutes(1)});
  catalogue.write([](Catalogue::Transaction& t) { t.db.run("UPDATE segment_sum SET bytes = bytes + 1"); });
  EXPECT_THAT(catalogue.check(), testing::HasSubstr("not those of their rows"));
}

TEST(Catalogue_, RefusesToChangeOrRemoveALedgerEntry) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  const auto number = catalogue.append_ledger({0, kStart, "manager", "export", "{}", "police"});
  for (const auto* sql : {"DELETE FROM ledger", "UPDATE ledger SET subject = '[]'",
                          "INSERT OR REPLACE INTO ledger SELECT number, at, act, '[]', actor, reason FROM ledger"})
    EXPECT_THAT(error_of([&] { catalogue.write([&](Catalogue::Transaction& t) { t.db.script(sql); }); }),
                testing::HasSubstr("append-only")) << sql;
  EXPECT_EQ(catalogue.ledger(number, 1).at(0).reason, "police");
}

TEST(Catalogue_, RollsBackWhenTheBodyThrows) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  const auto row = practice.record_row("front", {kStart, kStart + minutes(1)});
  EXPECT_THROW(catalogue.write([&](Catalogue::Transaction& t) {
    t.db.run("DELETE FROM segment WHERE id = ?", row.id);
    throw std::runtime_error("stop");
  }), std::runtime_error);
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_EQ(catalogue.check(), "");
}

TEST(Catalogue_, IsWrittenInWalModeWithFullSync) {
  Practice practice(kStart);
  practice.parts->catalogue.write([](Catalogue::Transaction& t) {
    auto mode = t.db.query("PRAGMA journal_mode");
    mode.step();
    EXPECT_EQ(mode.text(0), "wal");
    auto sync = t.db.query("PRAGMA synchronous");
    sync.step();
    EXPECT_EQ(sync.integer(0), 2);
    auto strict = t.db.query("SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
                             " AND name NOT LIKE 'sqlite_%' AND strict = 0");
    strict.step();
    EXPECT_EQ(strict.integer(0), 0);
  });
}

TEST(Catalogue_, OfANewerVersionIsRefused) {
  Practice practice(kStart);
  practice.parts->catalogue.write([](Catalogue::Transaction& t) { t.db.script("PRAGMA user_version = 999"); });
  EXPECT_THAT(error_of([&] { practice.restart(); }), testing::HasSubstr("newer version"));
}

TEST(Catalogue_, AGapToldAgainIsOneGap) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  catalogue.add_gap({"front", {kStart, kStart + minutes(1)}, "camera unreachable"});
  catalogue.add_gap({"front", {kStart, kStart + minutes(5)}, "camera unreachable"});
  const auto gaps = catalogue.gaps("front", {kStart, kStart + hours(1)});
  ASSERT_EQ(gaps.size(), 1u);
  EXPECT_EQ(gaps[0].span.to, kStart + minutes(5));
}

TEST(Catalogue_, AGapThatContinuesAnotherOfItsCauseIsOneGap) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  const auto add = [&](int from, int to, const char* cause) {
    catalogue.add_gap({"front", {kStart + minutes(from), kStart + minutes(to)}, cause});
  };
  for (int minute = 0; minute < 5; ++minute) add(minute, minute + 1, "storage is full");
  add(4, 6, "storage is full");     // told again, longer
  add(2, 3, "storage is full");     // told again, late
  add(6, 7, "camera unreachable");  // another cause
  add(8, 9, "camera unreachable");  // not without a break
  const auto gaps = catalogue.gaps("front", {kStart, kStart + hours(1)});
  ASSERT_EQ(gaps.size(), 3u);
  EXPECT_EQ(gaps[0].span.from, kStart);
  EXPECT_EQ(gaps[0].span.to, kStart + minutes(6));
  EXPECT_EQ(gaps[1].cause, "camera unreachable");
  EXPECT_EQ(gaps[2].span.from, kStart + minutes(8));
}

TEST(I10, OnlyTheFirstSettingsMakeAPolicyAndLaterOnesAreToldNotApplied) {
  Practice practice(kStart);
  auto& catalogue = practice.parts->catalogue;
  const auto differences = catalogue.adopt_policy({{"cctv", *parse_period("P1D"), config::Anchor::capture_end},
                                                   {"calls", *parse_period("P3Y"), config::Anchor::capture_start}}, kStart);
  ASSERT_EQ(differences.size(), 1u);
  EXPECT_THAT(differences[0], testing::AllOf(testing::HasSubstr("P28D"), testing::HasSubstr("P1D")));
  EXPECT_EQ(catalogue.expiry("cctv", {kStart, kStart}), kStart + days(28));
  EXPECT_EQ(catalogue.adopt_policy({{"cctv", *parse_period("P28D"), config::Anchor::capture_end}}).size(), 1u);
  EXPECT_THAT(error_of([&] { catalogue.adopt_policy({{"new", Period{}, config::Anchor::capture_end}}); }), testing::HasSubstr("zero"));
  EXPECT_EQ(catalogue.ledger(1, 10).size(), 2u);
}

}  // namespace
}  // namespace tenure::storage
