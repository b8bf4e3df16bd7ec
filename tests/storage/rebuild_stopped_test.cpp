// When a catalogue is missing, when it is to be left alone, and what of the state directory a rebuild can do without.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/aead.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/catalogue/schema.h"
#include "storage/erasure/kept_erasures.h"
#include "storage/recovery/kept_backups.h"
#include "storage/sweep/tombstone_file.h"
#include "tests/storage/flip_byte.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
namespace json = boost::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class RebuildStopped : public LostCatalogue {
 protected:
  RebuildStopped() : row(practice.record("front", minute)) { carry_out(); }
  // The daemon is gone, and somebody changed its catalogue.
  void change(const std::string& script) {
    practice.parts.reset();
    sqlite::Connection(file, /*writes=*/true).script(script);
  }
  std::string refusal() {
    return error_of([&] { rebuild_catalogue(settings, practice.clock); });
  }
  const Path state = practice.folder.path, file = state / "catalogue" / "catalogue.db";
  const SegmentRow row;
};

TEST_F(RebuildStopped, I20_AnEmptyFileIsNoCatalogue) {
  lose();
  make_directories(file.parent_path());
  write_durably(file, {});
  EXPECT_TRUE(catalogue_is_missing(state));
  rebuild();
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_FALSE(catalogue_is_missing(state));
}

TEST_F(RebuildStopped, I20_WhatLiesInThePlaceOfItsFolderIsMovedAside) {
  lose();
  write_durably(state / "catalogue", as_view("somebody's note"));
  EXPECT_TRUE(catalogue_is_missing(state));
  const auto report = rebuild();
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_EQ(as_text(read_whole(Path(report.aside))), "somebody's note");
}

TEST_F(RebuildStopped, I20_ACatalogueThatCannotBeLookedAtIsNotMissing) {
  lose();
  fs::create_symlink("catalogue", state / "catalogue");  // leads to itself
  EXPECT_THAT(error_of([&] { catalogue_is_missing(state); }), AllOf(StartsWith("io"), HasSubstr("look at its disk")));
  EXPECT_THAT(refusal(), StartsWith("io"));
}

TEST_F(RebuildStopped, I20_ACatalogueOfANewerVersionIsNotMadeAnew) {
  change("PRAGMA user_version = 9999");
  EXPECT_THAT(refusal(), HasSubstr("newer version"));
  change("PRAGMA user_version = " + std::to_string(schema_version()));
  practice.restart();
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuildStopped, I20_ACatalogueWhoseSumsAreNotThoseOfItsRowsIsNotSound) {
  change("UPDATE segment_sum SET bytes = bytes + 1");
  EXPECT_THAT(Catalogue(state / "catalogue").check(), HasSubstr("the sums of the recordings"));
  rebuild();
  EXPECT_EQ(practice.parts->catalogue.check(), "");
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuildStopped, I20_ACatalogueWithARowThatNamesNothingIsNotSound) {
  change(
      "PRAGMA foreign_keys = OFF; INSERT INTO hold_span(hold, source, from_at, to_at) "
      "VALUES(x'00112233445566778899aabbccddeeff', 'front', 1, 2)");
  EXPECT_THAT(Catalogue(state / "catalogue").check(), HasSubstr("a row of hold_span refers to a missing row of hold"));
  rebuild();
  EXPECT_EQ(practice.parts->catalogue.check(), "");
}

// What a rebuild cannot do without, each as a folder in its place: it opens, and no byte of it can be read.
TEST_F(RebuildStopped, I15_I20_WhatItsDiskDoesNotGiveStopsItWithARemedyForItMayComeBack) {
  lose();
  fs::remove(policy_file(state));
  for (const auto& needed : {policy_file(state), kept_backups_file(state), tombstone_file(state),
                           state / "holds" / (HoldId::make(start).text() + ".hold"),
                           state / "holds" / (ErasureId::make(start).text() + ".erasure")}) {
    fs::create_directory(needed);
    EXPECT_THAT(refusal(), AllOf(StartsWith("refused"), HasSubstr(needed.string()), HasSubstr("from a backup"),
                                 HasSubstr("move it away"), testing::Not(HasSubstr("cannot be recorded"))));
    EXPECT_FALSE(fs::exists(state / "catalogue"));
    fs::remove(needed);
  }
  rebuild();
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuildStopped, I15_ADamagedListOfBackupsIsToldForNoBackupIsKnownAnyMore) {
  lose();
  write_durably(kept_backups_file(state), as_view("torn"));
  EXPECT_THAT(rebuild().problems, ElementsAre(HasSubstr("remove every *.tenure-keys file")));
  EXPECT_TRUE(practice.exists(row.id));
}

TEST_F(RebuildStopped, I20_WithoutTheFolderOfHoldsThereAreNone) {
  lose();
  fs::remove_all(state / "holds");
  const auto report = rebuild();
  EXPECT_EQ(report.holds, 0u);
  EXPECT_EQ(report.erasures, 0u);
  EXPECT_TRUE(practice.exists(row.id));
  EXPECT_EQ(practice.parts->catalogue.policy().at(1).period, *parse_period("P28D")) << "by the ledger";
}

TEST_F(RebuildStopped, I15_DamagedTombstonesAreCountedAndTheOthersStandInTheWay) {
  practice.import(call_at(start, "07700 900123", "a"), "sound");
  practice.clock.advance(std::chrono::days(4 * 365));
  practice.parts->sweeper.sweep();
  carry_out();
  lose();
  flip_byte(tombstone_file(state), 3);  // of a token, which is random
  const auto report = rebuild();
  EXPECT_EQ(report.tombstones, 2u);
  EXPECT_THAT(report.problems, ElementsAre(AllOf(StartsWith("1 records of"), HasSubstr("may be imported again"))));
  EXPECT_EQ(practice.import(call_at(start, "07700 900123", "a"), "sound").what, ImportOutcome::What::erased_before);
}

TEST_F(RebuildStopped, I15_MoreTombstonesThanAreReadAtOnceAreReadToTheLast) {
  std::vector<TombstoneToken> tokens(4096, {Digest{1}, row.id, start, 0});
  tokens.push_back({Digest{2}, row.id, start, 1});
  append_tombstones(tombstone_file(state), tokens);
  const auto read = read_tombstones(tombstone_file(state));
  ASSERT_EQ(read.size(), 4097u);
  EXPECT_EQ(read.back().token, (Digest{2}));
}

// An order of erasure is taken whole or not at all, and what was not taken is told.
class RebuiltOrders : public RebuildStopped {
 protected:
  static constexpr auto kPurpose = "tenure erasure file";
  ErasureId keep(const std::function<void(json::object&)>& change, const std::optional<std::string>& name = {}) {
    const auto id = ErasureId::make(start);
    json::object order{{"schema", "tenure-erasure-order-1"},
                       {"id", id.text()},
                       {"ordered_at", micros_of(start)},
                       {"ordered_by", "manager"},
                       {"approved_by", "partner"},
                       {"reason", "a right"},
                       {"entry", 1},
                       {"certified_at", nullptr},
                       {"certificate", ""}};
    order["items"] = json::array{item(row.id), item(SegmentId::make(start))};
    change(order);
    const auto key = hkdf_sha256(practice.parts->keys.root(), {}, kPurpose);
    const auto text = json::serialize(order);
    write_durably(state / "holds" / (name.value_or(id.text()) + ".erasure"),
                  seal_message(key, kPurpose, as_view(text)));
    return id;
  }
  json::object item(const SegmentId& id) const {
    return {{"segment", id.text()},
            {"source", "front"},
            {"class", "cctv"},
            {"kind", 0},
            {"start", micros_of(minute.from)},
            {"end", micros_of(minute.to)},
            {"bytes", row.bytes},
            {"digest", to_hex(row.digest)}};
  }
  std::uint64_t count(const char* table) const {
    return practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      auto query = db.query(std::string("SELECT count(*) FROM ") + table);
      query.step();
      return query.natural(0);
    });
  }
};

TEST_F(RebuiltOrders, I15_AnOrderThatWasCutOffGoesOnAfterTheLoss) {
  keep([](json::object&) {});
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.erasures, 1u);
  EXPECT_TRUE(report.problems.empty());
  EXPECT_EQ(practice.parts->catalogue.in_state(State::condemned).size(), 1u);
  practice.recover();
  EXPECT_FALSE(practice.exists(row.id) || practice.file_exists(row));
}

TEST_F(RebuiltOrders, I15_ADamagedOrderLeavesNoHalfBehindAndIsTold) {
  const auto second = [](json::object& order) -> json::object& { return order["items"].as_array().at(1).as_object(); };
  keep([&](json::object& order) { second(order)["digest"] = "abc"; });
  keep([&](json::object& order) { second(order)["digest"] = "abcd"; });
  keep([&](json::object& order) { second(order)["segment"] = "none"; });
  keep([](json::object& order) { order["id"] = ErasureId::make(Instant{}).text(); });
  keep([](json::object&) {}, "somebody-s");
  const auto report = lose_and_rebuild();
  EXPECT_EQ(report.erasures, 0u);
  EXPECT_THAT(report.problems,
              testing::UnorderedElementsAre(HasSubstr("a digest in it is none"), HasSubstr("a digest in it is none"),
                                            HasSubstr("an id in it is none"), HasSubstr("the file of another order"),
                                            HasSubstr("its name is no order's")));
  EXPECT_EQ(count("erasure") + count("erasure_item"), 0u);
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 1u) << "nothing is condemned by half an order";
}

TEST_F(RebuiltOrders, OneThatIsNotThereCannotBeKept) {
  EXPECT_THAT(error_of([&] {
                keep_erasure(practice.parts->catalogue, state, practice.parts->keys.root(), ErasureId::make(start));
              }),
              StartsWith("not_found"));
}

}  // namespace
}  // namespace tenure::storage
