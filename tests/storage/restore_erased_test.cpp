// An erasure by order that a restore did again stands among the orders, with a paper that says no more than is known.
#include <boost/json.hpp>

#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/erasure_certificate.h"
#include "storage/recording/restamp.h"
#include "tests/storage/backup_practice.h"

namespace tenure::storage {
namespace {

namespace json = boost::json;
using std::chrono::hours;
using testing::HasSubstr;
using testing::Not;

class RestoreErased : public BackupTest {
 protected:
  // A restore whose catalogue is from before the erasure. Returns the file of keys that it used.
  Path erase_and_restore() {
    gone = import("07700 900123", "1", "erased later");
    import("07700 900456", "2", "kept");
    data();
    clock.advance(hours(1));
    erase(gone);
    first = storage->erasures().list().at(0).id;
    clock.advance(hours(1));
    const auto file = keys();
    lose_and_restore(file);
    return file;
  }
  Erasure certified() {
    EXPECT_TRUE(storage->ledger().rolled_back());
    storage->ledger().accept_rollback(manager, "restored after a fire");
    EXPECT_EQ(storage->erasures().certify(), 1u);
    return storage->erasures().list().at(0);
  }
  SegmentId gone;
  ErasureId first;
};

TEST_F(RestoreErased, I15_WhatIsErasedAgainIsListedByTheEntryOfTheRestore) {
  erase_and_restore();
  const auto listed = storage->erasures().list();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].ordered_by, "") << "the order is not in what came back";
  EXPECT_EQ(listed[0].recordings, 1u);
  EXPECT_THAT(listed[0].reason, HasSubstr("see the first certificate"));
  EXPECT_EQ(storage->catalogue().ledger(listed[0].ledger_number, 1).at(0).act, "erasure-again");
  EXPECT_THAT(error_of([&] { static_cast<void>(storage->erasures().show(first)); }), HasSubstr("has another id"));
}

TEST_F(RestoreErased, ItsCertificateSaysThatARestoreDidItAgainAndNamesNobody) {
  erase_and_restore();
  const auto erasure = certified();
  const auto paper = json::parse(erasure.certificate).as_object();
  EXPECT_TRUE(paper.at("ordered_at").is_null());
  EXPECT_EQ(paper.at("done_again_at").as_string(), to_rfc3339(erasure.ordered_at));
  ASSERT_EQ(paper.at("items").as_array().size(), 1u);
  EXPECT_EQ(paper.at("items").as_array()[0].at("id").as_string(), gone.text());
  EXPECT_TRUE(paper.at("items").as_array()[0].at("deleted_at").is_string());
  const auto text = certificate_text(erasure.certificate);
  EXPECT_THAT(text, HasSubstr(" by a restore, ledger entry " + std::to_string(erasure.ledger_number) + "\n"));
  EXPECT_THAT(text, HasSubstr("Backups of the keys: not made anew for this"));
  EXPECT_THAT(text, HasSubstr("copies that are not known here: "));
  EXPECT_THAT(text, Not(HasSubstr("Ordered")));
  EXPECT_THAT(text, Not(HasSubstr("Approved by")));
  EXPECT_THAT(certificate_html(erasure.certificate), HasSubstr("<th>Erased again</th>"));
}

TEST_F(RestoreErased, TheKeysThatTheRestoreUsedStayForAnotherAndAreNoAlarm) {
  const auto file = erase_and_restore();
  certified();
  EXPECT_TRUE(boost::filesystem::exists(file));
  EXPECT_THAT(storage->backups().status().alarms, Not(testing::Contains(HasSubstr("from before an erasure"))));
}

// Behind a restore nothing tells the time until somebody confirms it.
TEST_F(RestoreErased, I12_ItsPaperWaitsForTheTimeAndHasTheRightOne) {
  const auto right = clock.now() + hours(1), line = right - std::chrono::days(60);
  gone = import("07700 900123", "1", "erased later");
  data();
  erase(gone);
  clock.advance(hours(1));
  const auto file = keys();
  clock.set({line, line + std::chrono::days(365), line});
  lose_and_restore(file);
  storage->ledger().accept_rollback(manager, "restored after a fire");
  EXPECT_EQ(storage->erasures().certify(), 0u);
  restamp(storage->catalogue(), {{line, right - line, {}, Settlement::By::person}, clock.trusted(), right, manager, "time-confirm", ""});
  clock.set({right, right});
  ASSERT_EQ(storage->erasures().certify(), 1u);
  const auto erasure = storage->erasures().list().at(0);
  EXPECT_GE(erasure.ordered_at, right);
  const auto paper = json::parse(erasure.certificate);
  EXPECT_EQ(std::string(paper.at("items").at(0).at("deleted_at").as_string()).substr(0, 13), to_rfc3339(right).substr(0, 13));
}

// The files of the ledger are the backup's; a checkpoint that came with the keys tells how far it had come.
TEST_F(RestoreErased, WhatIsAcceptedSaysHowManyActsWereLost) {
  data();
  clock.advance(hours(1));
  for (int i = 0; i < 20; ++i)
    storage->catalogue().append_ledger(ledger_entry(clock.now(), manager, "export", "{}", std::to_string(i)));
  lose_and_restore(keys());
  storage->ledger().accept_rollback(manager, "restored after a fire");
  auto acts = storage->catalogue().ledger(1, 10'000);
  std::erase_if(acts, [](const LedgerEntry& entry) { return entry.act != "ledger-rollback-accepted"; });
  ASSERT_EQ(acts.size(), 1u);
  const auto lost = boost::json::parse(acts[0].subject).at("lost_acts").to_number<int>();
  EXPECT_GE(lost, 15) << "at least: what the restore itself recorded may hide some";
  EXPECT_LE(lost, 25);
}

TEST_F(RestoreErased, AnOrderThatCameBackIsNotToldTwice) {
  erase(import("07700 900123", "1", "erased before the backup"));
  data();
  lose_and_restore(keys());
  const auto listed = storage->erasures().list();
  ASSERT_EQ(listed.size(), 1u);
  EXPECT_EQ(listed[0].ordered_by, "manager");
}

}  // namespace
}  // namespace tenure::storage
