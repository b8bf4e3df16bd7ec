// Two vaults on one file system: what is free there is theirs together, and no forecast counts it for each. And that no
// forecast names a moment past.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/space/hold_forecast.h"
#include "storage/space/space_demand.h"
#include "tests/storage/small_disk.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::ElementsAre;

const Instant kStart = at("2026-03-02T10:00:00Z");
constexpr std::uint64_t kMiB = 1 << 20;

// In each vault a camera of 50 MiB a day for twenty days: 1,000 MiB lie there, and 28 days of it need 1,400.
class SharedDisk : public testing::Test {
 protected:
  SharedDisk() {
    for (int day = 0; day < 20; ++day) {
      const Interval span{kStart - days(20 - day), kStart - days(19 - day)};
      make("front", span, "one");
      make("waiting-room", span, "two");
    }
  }
  void make(const std::string& source, Interval span, const std::string& vault) {
    tests::commit_row(practice.parts->catalogue, source, span, 50 * kMiB, vault);
  }
  Pressure pressure_with_room(std::uint64_t room) {
    Pressure::Options options;
    auto& parts = *practice.parts;
    options.least_free = vaults.free_bytes("one") - room;
    options.cameras.of_class["cctv"] = 1;  // into "one"; what is in "two" came there while "one" was away
    return {options, parts.catalogue, practice.clock, vaults, parts.eraser, practice.folder.path};
  }
  PracticeOnItsDisk practice{kStart};
  Vaults vaults{{{"one", practice.folder.path / "one", {}}, {"two", practice.folder.path / "two", {}}}, false};
};

TEST_F(SharedDisk, R05_RoomForOneVaultIsNotRoomForTwo) {
  auto pressure = pressure_with_room(600 * kMiB);  // 2,600 in all, 2,800 needed; each alone would find 1,600
  pressure.look_ahead();
  const auto spaces = pressure.spaces();
  ASSERT_EQ(spaces.size(), 2u);
  for (const auto& space : spaces) {
    EXPECT_NEAR(static_cast<double>(space.plan.need_for_promise) / kMiB, 1'400, 10) << space.vault;
    EXPECT_NEAR(static_cast<double>(space.plan.promise_beside) / kMiB, 1'400, 10) << space.vault;
    EXPECT_FALSE(space.plan.promise_fits()) << space.vault;
    EXPECT_NEAR(space.plan.days_that_fit, 26, 2) << space.vault;
  }
  EXPECT_THAT(spaces[0].shares, ElementsAre("two"));
  EXPECT_THAT(spaces[1].shares, ElementsAre("one"));
}

TEST_F(SharedDisk, R05_TheForecastCountsWhatBothVaultsAddADay) {
  auto pressure = pressure_with_room(600 * kMiB);  // for six days; alone, each would last until footage goes
  pressure.look_ahead();
  const auto spaces = pressure.spaces();
  ASSERT_EQ(spaces.size(), 2u);
  ASSERT_TRUE(spaces[0].full_at);
  EXPECT_EQ(spaces[0].full_at, spaces[1].full_at);
  EXPECT_LT(*spaces[0].full_at, kStart + days(9));
}

TEST_F(SharedDisk, I9_AHoldInOneVaultThatCrowdsOutThePromiseOfTheOtherIsToldWhereItKeeps) {
  const auto pressure = pressure_with_room(1'100 * kMiB);  // 3,100: room for both, and not with 600 held
  HoldPart part;
  part.source = "front";
  part.recordings = 1;
  part.recorded = days(12);
  part.rows = {{"one", kStart + days(10), 600 * kMiB}};
  const auto forecast = forecast_hold(pressure, {{part}});
  ASSERT_EQ(forecast.after.size(), 2u);
  EXPECT_TRUE(forecast.before[0].plan.promise_fits() && forecast.before[1].plan.promise_fits());
  EXPECT_EQ(forecast.after[0].vault, "one");
  EXPECT_TRUE(forecast.after[0].holds_endanger);
  EXPECT_FALSE(forecast.after[1].holds_endanger) << "nothing is held there";
  EXPECT_TRUE(forecast.endangers);
}

TEST_F(SharedDisk, I9_AHoldIsNotBlamedForWhatOneInTheOtherVaultEndangersAlready) {
  const auto pressure = pressure_with_room(1'100 * kMiB);
  practice.parts->holds.add(practice.request({{"front", {kStart - days(20), kOpenEnd}}}), practice.manager);
  HoldPart part;
  part.source = "waiting-room";
  part.recordings = 1;
  part.rows = {{"two", kStart + days(10), 10 * kMiB}};
  const auto forecast = forecast_hold(pressure, {{part}});
  ASSERT_EQ(forecast.after.size(), 2u);
  EXPECT_TRUE(forecast.before[0].holds_endanger);
  EXPECT_FALSE(forecast.before[1].holds_endanger);
  EXPECT_TRUE(forecast.after[1].holds_endanger);
  EXPECT_FALSE(forecast.endangers);
  EXPECT_TRUE(forecast.endangered_already);
}

TEST_F(SharedDisk, I19_AVaultThatIsOffLineTakesNoPart) {
  EXPECT_THAT(by_file_system(vaults), ElementsAre(ElementsAre("one", "two")));
  auto pressure = pressure_with_room(600 * kMiB);
  boost::filesystem::rename(practice.folder.path / "two", practice.folder.path / "away");
  EXPECT_THAT(by_file_system(vaults), ElementsAre(ElementsAre("one")));
  pressure.look_ahead();
  EXPECT_TRUE(pressure.spaces().at(0).plan.promise_fits()) << "what is on the disk that is away needs nothing here";
  EXPECT_THAT(pressure.spaces().at(0).shares, testing::IsEmpty());
}

TEST_F(SharedDisk, AForecastThatHasComeTrueSaysFullAndNoMomentPast) {
  auto pressure = pressure_with_room(600 * kMiB);
  pressure.look_ahead();
  const auto foretold = pressure.spaces().at(0);
  ASSERT_TRUE(foretold.full_at);
  EXPECT_NE(foretold.alarm, SpaceAlarm::full);
  practice.clock.advance(*foretold.full_at - kStart + std::chrono::minutes(30));  // before it is looked at again
  const auto space = pressure.spaces().at(0);
  EXPECT_EQ(space.full_at, practice.clock.now());
  EXPECT_EQ(space.alarm, SpaceAlarm::full);
}

// Five days of a camera in each vault, each file a tenth of what is free, of which as much again and a third is wanted:
// four must go. Those of "two" are the older, each by half a day.
class SharedDiskThatIsFull : public SharedDisk {
 protected:
  SharedDiskThatIsFull() {
    const auto free = vaults.free_bytes("one");
    for (int day = 0; day < 5; ++day) {
      older.push_back(file("waiting-room", kStart - days(26 - day), "two", free / 10));
      newer.push_back(file("front", kStart - days(26 - day) + hours(12), "one", free / 10));
    }
    options.least_free = free / 100 * 108;  // and a quarter more is made
    options.ballast = 1 << 16;
    options.cameras.low_priority = {"front"};
  }
  SegmentRow file(const std::string& source, Instant from, const std::string& vault, std::uint64_t bytes) {
    auto row = practice.record_row(source, {from, from + hours(1)});
    practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE segment SET vault = ?, bytes = ? WHERE id = ?", vault, bytes, row.id);
    });
    return row;
  }
  void relieve() {
    pressure.emplace(options, practice.parts->catalogue, practice.clock, vaults, eraser, practice.folder.path)
        .relieve();
  }
  std::vector<bool> kept(const std::vector<SegmentRow>& rows) {
    std::vector<bool> all;
    for (const auto& row : rows) all.push_back(practice.exists(row.id));
    return all;
  }
  Eraser eraser{practice.parts->catalogue, practice.clock, vaults, practice.parts->keys};
  Pressure::Options options;
  std::optional<Pressure> pressure;
  std::vector<SegmentRow> older, newer;
};

TEST_F(SharedDiskThatIsFull, I16_TheOldestGoFirstWhicheverVaultTheyLieIn) {
  relieve();
  EXPECT_THAT(kept(older), ElementsAre(false, false, true, true, true));
  EXPECT_THAT(kept(newer), ElementsAre(false, false, true, true, true)) << "no vault loses more for its name";
}

TEST_F(SharedDiskThatIsFull, I16_WhatIsHeldAndCallsStayAndTheNextOldestGoInsteadInEitherVault) {
  const auto call = practice.import(call_at(kStart - days(200), "07700 900123", "first"), std::string(8000, 'a'));
  practice.parts->holds.add(practice.request({{"waiting-room", {kStart - days(27), kStart - days(23)}}}),
                            practice.manager);
  relieve();
  EXPECT_THAT(kept(older), ElementsAre(true, true, true, false, true));
  EXPECT_THAT(kept(newer), ElementsAre(false, false, false, true, true));
  EXPECT_TRUE(practice.parts->calls.get(call.id, practice.manager));
}

TEST_F(SharedDiskThatIsFull, I16_NoCameraStopsWhileTheOtherVaultHasSomethingThatMayGo) {
  practice.parts->holds.add(practice.request({{"front", {kStart - days(365), kStart}}}), practice.manager);
  relieve();
  EXPECT_EQ(pressure->refusal("one", "front"), "");
  EXPECT_THAT(kept(newer), ElementsAre(true, true, true, true, true));
  EXPECT_THAT(kept(older), ElementsAre(false, false, false, false, true));
}

TEST_F(SharedDiskThatIsFull, I16_WhenNothingMayGoInEitherCamerasOfLowPriorityStopInBoth) {
  practice.parts->holds.add(
      practice.request({{"front", {kStart - days(365), kStart}}, {"waiting-room", {kStart - days(365), kStart}}}),
      practice.manager);
  relieve();
  for (const auto* vault : {"one", "two"})
    EXPECT_THAT(pressure->refusal(vault, "front"), testing::HasSubstr("low priority")) << vault;
}

TEST_F(SharedDiskThatIsFull, I19_WhatLiesInAVaultOffLineIsNotChosen) {
  boost::filesystem::rename(practice.folder.path / "two", practice.folder.path / "away");
  relieve();
  EXPECT_THAT(kept(older), ElementsAre(true, true, true, true, true));
  EXPECT_THAT(kept(newer), ElementsAre(false, false, false, false, true));
}

}  // namespace
}  // namespace tenure::storage
