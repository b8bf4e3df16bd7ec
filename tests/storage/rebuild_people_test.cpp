// What people did and who they were, after the catalogue is lost: orders of erasure with their certificates, and names.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/kept_erasures.h"
#include "storage/people/people.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

using testing::HasSubstr;
namespace fs = boost::filesystem;

class RebuildPeople : public LostCatalogue {
 protected:
  RebuildPeople() { practice.clock.advance(std::chrono::hours(1)); }
  Erasures erasures() {
    auto& parts = *practice.parts;
    if (!ledger)
      ledger =
          std::make_unique<Ledger>(parts.catalogue, practice.clock, state(), parts.keys.root(), std::vector<Path>{});
    return Erasures(parts.catalogue, practice.clock, parts.vaults, parts.eraser, *ledger, parts.keys.root(), {},
                    state());
  }
  Path state() const { return practice.folder.path; }
  RebuildReport lose_all() {
    ledger.reset();
    return lose_and_rebuild();
  }
  std::string refusal(const std::string& name) {
    People people(practice.parts->catalogue, practice.clock, practice.parts->keys.root());
    return error_of([&] { people.add({name, "Somebody", {"practice-manager"}, "encoded", Blob(20, 3), {}}, owner); });
  }
  // All that says what was deleted, and when.
  std::string tombstone(const SegmentId& id) const {
    return practice.parts->catalogue.state().read([&](sqlite::Connection& db) {
      auto query = db.query(
          "SELECT source, class, kind, start_at, end_at, expires_at, cause, digest, deleted_at FROM tombstone"
          " WHERE segment = ?",
          id);
      if (!query.step()) return std::string("none");
      return fmt::format("{} {} {} {}..{} expires {} cause {} {} deleted {}", query.text(0), query.text(1),
                         query.integer(2), query.integer(3), query.integer(4), query.integer(5), query.integer(6),
                         to_hex(query.bytes<32>(7)), to_rfc3339(query.instant(8)));
    });
  }
  void lose_certificates(const ErasureId& id) {
    practice.parts->catalogue.write([](Catalogue::Transaction& transaction) {
      transaction.db.run("UPDATE erasure SET certified_at = NULL, certificate = ''");
    });
    keep_erasure(practice.parts->catalogue, state(), practice.parts->keys.root(), id);
  }
  const Actor owner{"uid 0 (root)"};
  std::unique_ptr<Ledger> ledger;
};

TEST_F(RebuildPeople, I20_OrdersOfErasureAndTheirCertificatesComeBackAsTheyWere) {
  const auto row = practice.record("front", minute), kept = practice.record("waiting-room", minute);
  const auto made = erasures().order({{{"front", minute}}, {}, {}}, "a person's right", practice.manager, {});
  ASSERT_FALSE(made.certificate.empty());
  carry_out();
  const auto report = lose_all();
  EXPECT_EQ(report.erasures, 1u);
  EXPECT_TRUE(report.problems.empty());
  const auto back = erasures().show(made.id);
  EXPECT_EQ(back.certificate, made.certificate);
  EXPECT_EQ(back.reason, "a person's right");
  EXPECT_EQ(back.ordered_by, "manager");
  EXPECT_EQ(back.ordered_at, made.ordered_at);
  EXPECT_EQ(back.certified_at, made.certified_at);
  EXPECT_EQ(back.ledger_number, made.ledger_number);
  EXPECT_EQ(back.recordings, 1u);
  EXPECT_EQ(back.bytes, row.bytes);
  EXPECT_EQ(practice.parts->catalogue.ledger(made.ledger_number, 1).at(0).act, "erasure-order");
  EXPECT_EQ(erasures().certify(), 0u) << "it has its certificate";
  EXPECT_FALSE(practice.exists(row.id));
  EXPECT_TRUE(practice.exists(kept.id));
}

TEST_F(RebuildPeople, I15_AnOrderThatTheLossCutOffIsCarriedOutAndCertified) {
  practice.record("front", minute);
  const auto made = erasures().order({{{"front", minute}}, {}, {}}, "a person's right", practice.manager, {});
  // As a crash leaves it between the order and its effect: file and key are there, no certificate is.
  lose_certificates(made.id);
  practice.restart();
  auto again = practice.reserve("front", minute);
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE erasure_item SET segment = ?", again.id);
  });
  keep_erasure(practice.parts->catalogue, state(), practice.parts->keys.root(), made.id);
  carry_out();
  lose_all();
  EXPECT_FALSE(practice.parts->catalogue.in_state(State::condemned).empty());
  practice.recover();
  EXPECT_FALSE(practice.exists(again.id) || practice.file_exists(again));
  EXPECT_FALSE(practice.parts->keys.read(again.slot, again.id));
  EXPECT_EQ(erasures().certify(), 1u);
  EXPECT_FALSE(erasures().show(made.id).certificate.empty());
}

TEST_F(RebuildPeople, I6_I15_WhatWasErasedByOrderHasItsTombstoneWithItsTimeAgain) {
  const auto row = practice.record("front", minute);
  const auto call = practice.import(call_at(start, "07700 900123", "a"), "sound").id;
  erasures().order({{{"front", minute}}, {}, {call}}, "a right", practice.manager, {});
  carry_out();
  const auto footage_was = tombstone(row.id), call_was = tombstone(call);
  ASSERT_THAT(footage_was, HasSubstr("cause 1"));
  practice.clock.advance(std::chrono::hours(5));
  lose_all();
  EXPECT_EQ(tombstone(row.id), footage_was);
  EXPECT_EQ(tombstone(call), call_was);
}

// Rather too late than too early: what was backed up before it counts as having the key.
TEST_F(RebuildPeople, I6_I15_WithoutACertificateAnErasureIsDatedByTheTombstonesElseByTheRebuild) {
  const auto row = practice.record("front", minute);
  const auto call = practice.import(call_at(start, "07700 900123", "a"), "sound").id;
  const auto made = erasures().order({{{"front", minute}}, {}, {call}}, "a right", practice.manager, {});
  lose_certificates(made.id);
  carry_out();
  const auto call_was = tombstone(call);
  practice.clock.advance(std::chrono::hours(5));
  lose_all();
  EXPECT_EQ(tombstone(call), call_was);
  EXPECT_THAT(tombstone(row.id), testing::EndsWith("deleted " + to_rfc3339(practice.clock.now())));
}

TEST_F(RebuildPeople, I3_WhatMayStillLieInAFileThatWasLeftHasNoTombstone) {
  const auto row = practice.record("front", minute);
  const auto made = erasures().order({{{"front", minute}}, {}, {}}, "a right", practice.manager, {});
  lose_certificates(made.id);
  carry_out();
  const auto file = practice.parts->vaults.path_of(row);
  make_directories(file.parent_path());
  write_durably(file, as_view("torn"));  // cut off before its file went, and damaged since
  EXPECT_EQ(lose_all().left, 1u);
  EXPECT_EQ(tombstone(row.id), "none");
}

TEST_F(RebuildPeople, I20_AnOrderWhoseFileIsDamagedIsToldAndStopsNothing) {
  practice.record("front", minute);
  practice.record("waiting-room", minute);
  const auto first = erasures().order({{{"front", minute}}, {}, {}}, "one", practice.manager, {});
  const auto second = erasures().order({{{"waiting-room", minute}}, {}, {}}, "two", practice.manager, {});
  carry_out();
  write_durably(state() / "holds" / (first.id.text() + ".erasure"), as_view("torn"));
  const auto report = lose_all();
  EXPECT_EQ(report.erasures, 1u);
  ASSERT_EQ(report.problems.size(), 1u);
  EXPECT_THAT(report.problems[0], HasSubstr(first.id.text()));
  EXPECT_THAT(report.problems[0], HasSubstr("*.tenure-keys"))
      << "nothing says any more which backups are from before it";
  ASSERT_EQ(erasures().list().size(), 1u);
  EXPECT_EQ(erasures().list()[0].id, second.id);
}

TEST_F(RebuildPeople, AnOrderWhoseFileCouldNotBeWrittenIsKeptAtTheNextStart) {
  practice.record("front", minute);
  const auto made = erasures().order({{{"front", minute}}, {}, {}}, "a right", practice.manager, {});
  const auto file = state() / "holds" / (made.id.text() + ".erasure");
  const auto was = read_whole(file, 1 << 20);
  EXPECT_EQ(std::string(as_text(was)).find("a right"), std::string::npos) << "sealed";
  fs::remove(file);
  erasures().certify();
  EXPECT_TRUE(fs::exists(file));
}

TEST_F(RebuildPeople, I20_ANameThatTheLedgerHasOfSomebodyBeforeIsNotGivenAnew) {
  ASSERT_EQ(refusal("anna"), "no error");
  ASSERT_EQ(refusal("anna-2"), "no error");
  carry_out();
  lose_all();
  EXPECT_THAT(refusal("anna"),
              testing::AllOf(testing::StartsWith("refused"), HasSubstr("rebuilt"), HasSubstr("\"anna-3\"")));
  EXPECT_EQ(refusal("ben"), "no error");
  carry_out();
  lose_all();
  EXPECT_THAT(refusal("anna"), HasSubstr("rebuilt")) << "nor after the next one";
  EXPECT_THAT(refusal("ben"), HasSubstr("\"ben-2\""));
  EXPECT_EQ(refusal("anna-3"), "no error");
}

}  // namespace
}  // namespace tenure::storage
