// Holds in the corners: files that say less or more than their rows, what several holds share, and what a receipt
// tells.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "base/aead.h"
#include "storage/calls/numbers.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/holds/hold_file.h"
#include "storage/holds/hold_rows.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

const Instant kStart = at("2026-03-02T10:00:00Z");
const Interval kMinute{kStart, kStart + minutes(1)};

class HoldsFound : public testing::Test {
 protected:
  Holds& holds() { return practice.parts->holds; }
  HoldId add(std::vector<HoldSpan> spans) {
    return holds().add(practice.request(std::move(spans)), practice.manager).hold.id;
  }
  Path file_of(const HoldId& id) const { return hold_file_path(practice.folder.path / "holds", id); }
  // Sealed as the daemon does, with whatever is in it.
  Hold read(const std::string& text) {
    const auto file = practice.folder.path / "some.hold";
    const auto key = hold_keys(practice.parts->keys.root()).file;
    write_durably(file, seal_message(key, "tenure hold file", as_view(text)));
    return read_hold_file(file, key);
  }
  static boost::json::object hold_text(const HoldId& id) {
    return {{"schema", "tenure-hold-1"},
            {"id", id.text()},
            {"reason", "r"},
            {"authority", "a"},
            {"review", micros_of(kStart)},
            {"placed_at", micros_of(kStart)},
            {"placed_by", "manager"},
            {"spans", boost::json::array()},
            {"numbers", boost::json::array()},
            {"calls", boost::json::array()},
            {"missed", boost::json::array()}};
  }
  Practice practice{kStart + minutes(5)};
};

TEST_F(HoldsFound, I7_AFileThatDoesNotSpeakOfAReleaseIsOfAHoldInForce) {
  const auto id = HoldId::make(kStart);
  const auto hold = read(boost::json::serialize(hold_text(id)));
  EXPECT_EQ(hold.id, id);
  EXPECT_EQ(hold.state, "active");
  EXPECT_FALSE(hold.counts_until.has_value());
}

TEST_F(HoldsFound, I7_AFileWithAnIdThatIsNoneIsNoHoldAndNotAnEmptyOne) {
  auto text = hold_text(HoldId::make(kStart));
  text["calls"] = boost::json::array{"none"};
  EXPECT_THAT(error_of([&] { read(boost::json::serialize(text)); }),
              AllOf(StartsWith("corrupt"), HasSubstr("is no hold")));
  text["calls"] = boost::json::array();
  text["id"] = "none";
  EXPECT_THAT(error_of([&] { read(boost::json::serialize(text)); }), StartsWith("corrupt"));
}

TEST_F(HoldsFound, I7_NumbersThatAnotherKeySealedAreToldAndNotTakenForNone) {
  const auto key = hold_keys(practice.parts->keys.root()).file;
  const auto sealed = seal_numbers(key, {"07700 900123"});
  EXPECT_EQ(open_numbers(key, sealed), std::vector<std::string>{"07700 900123"});
  EXPECT_THAT(error_of([&] { open_numbers(Key{9}, sealed); }),
              AllOf(StartsWith("corrupt"), HasSubstr("not sealed with this")));
}

TEST_F(HoldsFound, I7_AHoldFileIsKnownByTheNameItIsWrittenUnder) {
  const auto file = file_of(add({{"front", kMinute}}));
  ASSERT_TRUE(fs::exists(file));
  EXPECT_TRUE(is_hold_file(file));
  EXPECT_TRUE(is_hold_file(Path("elsewhere") / file.filename())) << "a copy of it";
  auto begun = file;
  begun += ".new";
  EXPECT_FALSE(is_hold_file(begun));
  EXPECT_FALSE(is_hold_file(practice.folder.path / "holds" / "policy"));
}

TEST_F(HoldsFound, I9_OnlyTheFilesOfHoldsThatEndedGo) {
  const auto ends = add({{"front", kMinute}}), stays = add({{"front", kMinute}});
  const auto folder = practice.folder.path / "holds";
  const auto unknown = file_of(HoldId::make(kStart));
  fs::copy_file(file_of(stays), unknown);  // of a hold that only a restore knows
  write_durably(folder / (ends.text() + ".note"), as_view("somebody's"));
  write_durably(folder / "notes.hold", as_view("no hold's name"));
  holds().release(ends, "settled", practice.manager);
  practice.clock.advance(hours(23));
  holds().drop_ended_files();
  EXPECT_TRUE(fs::exists(file_of(ends))) << "it counts still";
  practice.clock.advance(hours(1));
  holds().drop_ended_files();
  EXPECT_FALSE(fs::exists(file_of(ends)));
  EXPECT_TRUE(fs::exists(file_of(stays)) && fs::exists(unknown));
  EXPECT_TRUE(fs::exists(folder / (ends.text() + ".note")) && fs::exists(folder / "notes.hold"));
}

TEST_F(HoldsFound, I8_WhatAnotherHoldIsReleasingKeepsStillIsNotMissedByALaterOne) {
  const auto row = practice.record("front", kMinute);
  const auto first = add({{"front", kMinute}});
  practice.clock.advance(days(40));
  holds().release(first, "settled", practice.manager);
  practice.clock.advance(hours(1));
  const auto second = holds().add(practice.request({{"front", kMinute}}), practice.manager);
  EXPECT_TRUE(second.hold.missed.empty());
  EXPECT_EQ(second.segments.size(), 1u);
  practice.clock.advance(days(10));
  practice.parts->sweeper.sweep();
  EXPECT_TRUE(practice.exists(row.id)) << "the first has ended, the second took over in time";
}

TEST_F(HoldsFound, I4_WhatIsLostAndExpiredIsMissedToo) {
  const auto row = practice.record("front", kMinute);
  remove_file(practice.parts->vaults.path_of(row));
  practice.recover();
  practice.clock.advance(days(40));
  const auto receipt = holds().add(practice.request({{"front", kMinute}}), practice.manager);
  EXPECT_EQ(receipt.hold.missed, std::vector<SegmentId>{row.id});
  EXPECT_TRUE(receipt.segments.empty());
}

TEST_F(HoldsFound, AHoldOfACallThatIsGoneSaysSo) {
  const auto id = practice.import(call_at(kStart, "07700 900123", "a"), "sound").id;
  practice.clock.advance(days(4 * 365));
  auto request = practice.request({});
  request.calls = {id};
  const auto receipt = holds().add(request, practice.manager);
  EXPECT_TRUE(receipt.segments.empty());
  ASSERT_EQ(receipt.gone.size(), 1u) << "it is past its expiry";
  EXPECT_EQ(receipt.gone[0].source, "pbx");
  EXPECT_EQ(receipt.gone[0].span.from, kStart);
}

TEST_F(HoldsFound, I9_ANameIsNeededToChangeAHold) {
  const auto id = add({{"front", kMinute}});
  EXPECT_THAT(error_of([&] { holds().release(id, "settled", {""}); }), HasSubstr("nobody is named"));
  EXPECT_THAT(error_of([&] { holds().extend(id, kStart + days(90), "longer", {""}); }), HasSubstr("nobody is named"));
  EXPECT_EQ(holds().show(id).hold.state, "active");
}

TEST_F(HoldsFound, I9_AHoldWithoutAReviewGetsItsFirstByExtending) {
  auto request = practice.request({{"front", kMinute}});
  const auto id = holds().add(request, practice.manager).hold.id;
  const auto review = *request.review + days(1);
  EXPECT_THAT(error_of([&] { holds().extend(id, *request.review, "again", practice.manager); }),
              HasSubstr("is not later than"));
  EXPECT_EQ(holds().extend(id, review, "the claim goes on", practice.manager).what.review, review);
}

// The numbers' index is made anew after a restore, and only of what is a whole number.
TEST_F(HoldsFound, I8_NumbersAreIndexedAnewSoThatLaterCallsAreCovered) {
  auto request = practice.request({});
  request.numbers = {"07700 900123", "07700 900456"};
  holds().add(request, practice.manager);
  practice.parts->catalogue.write(
      [](Catalogue::Transaction& transaction) { transaction.db.run("DELETE FROM hold_number"); });
  EXPECT_EQ(holds().index_numbers(), 2u);
  const auto id = practice.import(call_at(kStart, "+44 7700 900456", "a"), "sound").id;
  EXPECT_TRUE(practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0).held);
}

// An order of erasure never outweighs a hold that came between: neither by mistake nor by a race (I8).
TEST_F(HoldsFound, I8_WhatAnOrderNamesAndAHoldKeepsIsNotCondemned) {
  const auto row = practice.record("front", kMinute), other = practice.record("waiting-room", kMinute);
  add({{"front", kMinute}});
  const auto erase = [&](const SegmentRow& what) {
    return error_of([&] {
      practice.parts->eraser.erase(Cause::erasure, [&](Catalogue::Transaction& transaction, const TrustedTime&) {
        transaction.db.run(
            "INSERT INTO erasure(id, ordered_at, ordered_by, approved_by, reason, entry, certificate) VALUES(?1, 0, "
            "'a', 'b', 'r', 1, '')"
            " ON CONFLICT DO NOTHING",
            row.id);
        if (what.id == row.id)
          transaction.db.run(
              "INSERT INTO erasure_item SELECT ?1, id, source, class, kind, start_at, end_at, bytes, digest FROM "
              "segment WHERE id = ?1",
              what.id);
        return std::vector<SegmentRow>{what};
      });
    });
  };
  EXPECT_THAT(erase(row), HasSubstr("against a hold"));
  EXPECT_THAT(erase(other), HasSubstr("without an order"));
  EXPECT_EQ(practice.parts->catalogue.in_state(State::live).size(), 2u);
  EXPECT_TRUE(practice.file_exists(row) && practice.file_exists(other));
}

}  // namespace
}  // namespace tenure::storage
