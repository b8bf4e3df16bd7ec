// Room on a disk that is large enough: what is said of it, and when nothing can be said.
#include <gmock/gmock.h>

#include "storage/space/pressure.h"
#include "storage/space/space_demand.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

const Instant kStart = at("2026-03-02T10:00:00Z");

TEST(Space, I19_AFolderThatIsGoneIsOffLineAndNoFullDisk) {
  Practice practice(kStart);
  auto& parts = *practice.parts;
  Pressure::Options options;
  options.least_free = options.ballast = 1 << 20;
  Pressure pressure(options, parts.catalogue, practice.clock, parts.vaults, parts.eraser, practice.folder.path);
  const Path vault = practice.folder.path / "vault", elsewhere = practice.folder.path / "elsewhere";
  boost::filesystem::rename(vault, elsewhere);
  EXPECT_THAT(pressure.refusal("main", "front"), testing::HasSubstr("off line"));
  EXPECT_EQ(pressure.spaces().at(0).stopped, "");
  boost::filesystem::rename(elsewhere, vault);
  EXPECT_EQ(pressure.refusal("main", "front"), "");
}

TEST(Space, I16_WhatHoldsKeepHidesNothingThatMayGoHoweverMuchItIs) {
  Practice practice(kStart);
  auto& parts = *practice.parts;
  practice.record_many("waiting-room", kStart, 4'100);  // more than two transactions look at
  parts.holds.add(practice.request({{"waiting-room", {kStart, kStart + std::chrono::days(30)}}}), practice.manager);
  const auto later = kStart + std::chrono::days(7);
  const auto free = practice.record("front", {later, later + std::chrono::minutes(1)});
  practice.clock.advance(std::chrono::days(8));
  Pressure::Options options;
  options.least_free = 1ull << 60;
  options.ballast = 1 << 20;
  Pressure pressure(options, parts.catalogue, practice.clock, parts.vaults, parts.eraser, practice.folder.path);
  pressure.relieve();
  EXPECT_FALSE(practice.exists(free.id));
  EXPECT_EQ(parts.catalogue.in_state(State::live).size(), 4'100u);
}

TEST(Space, OfAClassWhoseLastCameraLeftTheSettingsIsStillPlannedAsCctv) {
  Practice practice(kStart);
  const auto demand = practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
    return read_demand(db, "main", practice.parts->catalogue.policy(), kStart, {});
  });
  ASSERT_EQ(demand.bytes.classes.size(), 2u);
  for (const auto& one : demand.bytes.classes)
    EXPECT_EQ(one.kind, one.cls == "cctv" ? Kind::camera : Kind::calls) << one.cls;
}

TEST(Space, APeriodOfMinutesDoesNotFillADiskThatHoldsThem) {
  Practice practice(kStart);
  auto policy = practice.parts->catalogue.policy();
  for (auto& row : policy)
    if (row.cls == "cctv") row.period = *parse_period("PT5M");
  const auto demand = practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
    return read_demand(db, "main", policy, kStart, {{"cctv", 2}});
  });
  // Two usual cameras: 3.6 GB an hour, of which 300 MB lie there at a time.
  constexpr std::uint64_t kReserve = 100'000'000;
  EXPECT_EQ(hours_until_full(kReserve + 400'000'000, kReserve, {demand.bytes.flow}), std::nullopt);
  EXPECT_EQ(hours_until_full(kReserve + 200'000'000, kReserve, {demand.bytes.flow}), 0u);
}

}  // namespace
}  // namespace tenure::storage
