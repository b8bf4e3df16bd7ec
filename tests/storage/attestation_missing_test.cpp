// The promise report and recordings that are not in their place: what is lost stays a finding, and what may be the only
// file there is never called a copy.
#include <gmock/gmock.h>

#include "storage/catalogue/catalogue_state.h"
#include "storage/recovery/lost.h"
#include "storage/recovery/scrub.h"
#include "tests/storage/another_user.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class Missing : public testing::Test {
 protected:
  std::string found() { return found_in(practice.attest()); }
  std::string found_after_fresh_expired() {
    auto order = practice.order();
    order.time = {practice.fresh.expires_at + Seconds(70), practice.fresh.expires_at + Seconds(70)};
    return found_in(attest(order));
  }
  void lose_file(const SegmentRow& row) {
    fs::remove(practice.file_of(row));
    ASSERT_TRUE(lose(practice.parts->catalogue, practice.clock, row, "its file is missing"));
  }
  AttestedPractice practice;
};

TEST_F(Missing, ALostRecordingStaysAFindingUntilItsTimeIsOver) {
  fs::remove(practice.file_of(practice.fresh));
  EXPECT_EQ(found(), "missing-file 1");
  ASSERT_TRUE(lose(practice.parts->catalogue, practice.clock, practice.fresh, "its file is missing"));
  EXPECT_EQ(found(), "missing-file 1") << "nobody can make the report clean by opening it";
  EXPECT_EQ(found_after_fresh_expired(), "") << "nothing was promised beyond";
}

TEST_F(Missing, ALostRecordingThatAHoldKeepsStaysAFindingAfterItsTime) {
  lose_file(practice.held);
  EXPECT_EQ(found(), "missing-file 1");
}

TEST_F(Missing, ALostRecordingStaysAFindingWhileItsVaultIsOffLine) {
  lose_file(practice.fresh);
  fs::rename(practice.vault(), practice.elsewhere.path / "vault");
  EXPECT_EQ(found(), "vault-off-line 1, missing-file 1");
}

TEST_F(Missing, WhatLiesInAFolderThatMayNotBeReadIsNotCalledMissing) {
  const auto hour = practice.file_of(practice.fresh).parent_path();
  Attestation report;
  {
    const AnotherUser nobody(practice.state(), hour);
    report = practice.attest();
  }
  fs::permissions(hour, fs::owner_all);  // or the temporary folder could not be removed
  EXPECT_EQ(found_in(report), "folder-unread 1");
  EXPECT_EQ(report.not_looked_at, 1u);
  EXPECT_EQ(verdict_of(report), "unsure");
  EXPECT_THAT(verdict_in_words(report).front(), HasSubstr("a folder could not be looked into, where 1 recording belongs."));
  EXPECT_THAT(to_json(report), HasSubstr("\"not_looked_at\":1"));
  EXPECT_EQ(found(), "");
}

TEST_F(Missing, TheReportCarriesThePracticesNameAndWhoPlacedAHold) {
  auto order = practice.order();
  EXPECT_THAT(to_json(attest(order)), HasSubstr("\"practice\":null"));
  EXPECT_EQ(attest(order).holds.at(0).placed_by_name, attest(order).holds.at(0).placed_by) << "no person has that login";
  practice.sql(
      "INSERT INTO person(id, name, display, created_at, created_by, password, password_by, totp_by, recovery_by)"
      " SELECT x'00000000000000000000000000000001', placed_by, 'Anna Smith', 0, '', '', '', '', '' FROM hold LIMIT 1");
  order.practice = "Example Surgery";
  const auto report = attest(order);
  EXPECT_THAT(to_json(report), HasSubstr("\"practice\":\"Example Surgery\""));
  EXPECT_EQ(report.holds.at(0).placed_by_name, "Anna Smith (" + report.holds.at(0).placed_by + ")");
}

TEST_F(Missing, WhatWasLostBeforeStaysMissingThoughItsFolderMayNotBeRead) {
  lose_file(practice.fresh);
  const auto hour = practice.file_of(practice.fresh).parent_path();
  std::string found_unread;
  {
    const AnotherUser nobody(practice.state(), hour);
    found_unread = found();
  }
  fs::permissions(hour, fs::owner_all);
  EXPECT_EQ(found_unread, "folder-unread 1, missing-file 1");
}

TEST_F(Missing, AVaultThatWasMovedAsideHoldsTheOriginalsWhichNobodyIsToldToDelete) {
  fs::rename(practice.vault(), practice.state() / "vault.away");
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "vault-off-line 1, displaced 5");
  for (const auto& finding : report.findings) EXPECT_THAT(finding.remedy, Not(HasSubstr("delete"))) << finding.kind;
  EXPECT_EQ(found_after_fresh_expired(), "past-date 1, vault-off-line 1, displaced 4");
}

TEST_F(Missing, ARecordingThatWasMovedWithinItsVaultIsNoCopy) {
  const auto file = practice.file_of(practice.fresh), moved = practice.vault() / "cctv" / "elsewhere.seg";
  fs::rename(file, moved);
  EXPECT_EQ(found(), "displaced 1, missing-file 1");
  fs::copy_file(moved, file);
  EXPECT_EQ(found(), "copy 1") << "now it is one";
}

TEST_F(Missing, ARecordingWithoutARowIsNoCopyWhenItIsTheOnlyFile) {
  const auto file = practice.file_of(practice.fresh), moved = practice.state() / "saved.seg";
  fs::rename(file, moved);
  practice.sql("DELETE FROM segment WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(found(), "displaced 1");
  fs::copy_file(moved, file);
  EXPECT_EQ(found(), "orphan 1, copy 1");
}

TEST_F(Missing, AFileInQuarantineWhoseRecordingIsKnownIsACopyOrTheOnlyOne) {
  const auto file = practice.file_of(practice.fresh);
  const auto quarantined = practice.vault() / "quarantine" / (practice.fresh.id.text() + ".seg");
  fs::create_directories(quarantined.parent_path());
  fs::copy_file(file, quarantined);
  EXPECT_EQ(found(), "copy 1");
  fs::remove(file);
  EXPECT_EQ(found(), "displaced 1, missing-file 1");
}

TEST_F(Missing, I19_WhatIsLostIsCountedAndNamedAtOnceWhoeverFoundIt) {
  auto& parts = *practice.parts;
  const Scrub scrub({.started = practice.clock.now()},
                    {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls});
  EXPECT_EQ(scrub.status().lost_now, 0u);
  lose_file(practice.held);
  lose_file(practice.fresh);
  EXPECT_EQ(scrub.status().lost_now, 2u);
  const auto lost = lost_recordings(parts.catalogue, practice.clock.trusted(), 10);
  ASSERT_EQ(lost.size(), 2u);
  EXPECT_EQ(lost[0].id, practice.held.id) << "whose time ends first";
  EXPECT_EQ(lost[1].id, practice.fresh.id);
  EXPECT_EQ(lost_recordings(parts.catalogue, practice.clock.trusted(), 1).size(), 1u);
}

TEST_F(Missing, I19_WhatIsPastItsDateIsCountedAsLostNoMoreUnlessAHoldKeepsIt) {
  auto& parts = *practice.parts;
  const Scrub scrub({.started = practice.clock.now()},
                    {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls});
  lose_file(practice.held);
  lose_file(practice.fresh);
  practice.clock.advance(std::chrono::days(26));
  EXPECT_EQ(scrub.status().lost_now, 1u) << "before the sweep too";
  const auto lost = lost_recordings(parts.catalogue, practice.clock.trusted(), 10);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].id, practice.held.id);
}

TEST_F(Missing, I19_WhatMayBePastItsDateIsNotCalledLostUntilTheTimeIsSettled) {
  auto& parts = *practice.parts;
  const Scrub scrub({.started = practice.clock.now()},
                    {parts.catalogue, practice.clock, parts.vaults, parts.keys, &parts.calls});
  lose_file(practice.held);
  lose_file(practice.fresh);
  const auto now = practice.clock.now(), late = practice.fresh.expires_at;
  const auto counted_at = [&](const TrustedTime& time) {
    practice.clock.set(time);
    return std::pair(scrub.status().lost_now, count_not_judged(parts.catalogue, time));
  };
  EXPECT_EQ(counted_at({now, now}), std::pair(2ul, 0ul));
  EXPECT_EQ(counted_at({now, late - Duration(1), now}), std::pair(2ul, 0ul)) << "in doubt, and not by so much";
  EXPECT_EQ(counted_at({now, late, now}), std::pair(1ul, 1ul)) << "a hold keeps the other, whatever the time";
  const auto lost = lost_recordings(parts.catalogue, practice.clock.trusted(), 10);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].id, practice.held.id);
  practice.sql("UPDATE segment SET line = " + std::to_string(micros_of(now)) + " WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(counted_at({now, late, now}), std::pair(2ul, 0ul)) << "recorded since: its age is known";
  practice.sql("UPDATE segment SET line = NULL WHERE id = " + hex(practice.fresh.id));
  EXPECT_EQ(counted_at({now, now}), std::pair(2ul, 0ul)) << "settled: it was too early";
  EXPECT_EQ(counted_at({late, late}), std::pair(1ul, 0ul)) << "settled: its date is over";
}

TEST_F(Missing, AKeyThatWillBeEndedIsSaidToEndByItselfAndNoLongerThanThat) {
  const auto key = practice.key_of(practice.fresh);
  practice.sweep_after(std::chrono::days(27));
  practice.put_key(practice.fresh, key);
  const auto found_at = [&](Instant when) {
    practice.sql("INSERT OR REPLACE INTO stray_key VALUES(" + std::to_string(practice.fresh.slot) + ", " +
                 std::to_string(micros_of(when)) + ")");
  };
  EXPECT_EQ(found(), "key-without-recording 1");
  found_at(practice.clock.now() - std::chrono::hours(23));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "key-ending 1");
  EXPECT_EQ(verdict_of(report), "broken") << "it could open a copy until then";
  EXPECT_THAT(report.findings.at(0).remedy, HasSubstr("nothing: tenured ends them"));
  found_at(practice.clock.now() - std::chrono::days(3));
  EXPECT_EQ(found(), "key-without-recording 1") << "it should have gone";
}

// As a restore leaves it whose keys are older than its data.
TEST_F(Missing, WhatIsLostForWantOfItsKeySharesNoKeyWithWhoHasItsSlotNow) {
  const auto begin = at("2026-03-28T09:00:00Z");
  const auto lost = practice.record("front", {begin, begin + std::chrono::minutes(1)});
  practice.erase_key(lost);
  practice.sql("UPDATE segment SET state = 3, slot = " + std::to_string(practice.fresh.slot) +
               " WHERE id = " + hex(lost.id));
  const auto report = practice.attest();
  EXPECT_EQ(found_in(report), "key-erased-early 1") << "no restart brings it back";
  EXPECT_THAT(report.findings.at(0).first.at(0).place, HasSubstr(lost.id.text()));
  fs::remove(practice.file_of(lost));
  EXPECT_EQ(found(), "missing-file 1") << "though the other's file is there";
}

// A restore brings rows of what the sweep deleted on its date.
TEST_F(Missing, WhatIsPastItsDateIsNotMissingFromThatMomentOn) {
  const auto at_end = [&](Duration after) {
    auto order = practice.order();
    order.time = {practice.fresh.expires_at + after, practice.fresh.expires_at + after};
    return attest(order);
  };
  fs::remove(practice.file_of(practice.fresh));
  EXPECT_EQ(found_in(at_end(-Seconds(1))), "missing-file 1");
  EXPECT_EQ(found_in(at_end(Seconds(1))), "");
  EXPECT_EQ(found_in(at_end(Seconds(70))), "deletion-unfinished 1") << "its key lives, which opens a copy";
  ASSERT_TRUE(lose(practice.parts->catalogue, practice.clock, practice.fresh, "its file is missing"));
  const auto lost_then = [&](Duration after) {
    std::uint64_t lost = 0;
    for (const auto& one : at_end(after).classes) lost += one.lost;
    return lost;
  };
  EXPECT_EQ(found_in(at_end(-Seconds(1))), "missing-file 1");
  EXPECT_EQ(lost_then(-Seconds(1)), 1u);
  EXPECT_EQ(found_in(at_end(Seconds(1))), "");
  EXPECT_EQ(lost_then(Seconds(1)), 0u);
}

TEST_F(Missing, OfWhatMayBePastItsDateTheReportSaysSo) {
  lose_file(practice.fresh);
  auto order = practice.order();
  order.time = {practice.fresh.expires_at - std::chrono::hours(1), practice.fresh.expires_at + std::chrono::hours(1)};
  const auto report = attest(order);
  ASSERT_EQ(found_in(report), "time-doubtful 1, missing-file 1");
  EXPECT_THAT(report.findings.at(1).what, HasSubstr("the time is in doubt, and of 1 the date may be over"));
  EXPECT_THAT(practice.attest().findings.at(0).what, Not(HasSubstr("doubt")));
}

// As a restore leaves what was recorded in the last seconds before a crash: it was never deleted.
TEST_F(Missing, AFileWhoseKeyWasLostIsNoDeletedRecordingsUnlessItsDeletionIsOnRecord) {
  practice.erase_key(practice.fresh);
  practice.sql("DELETE FROM segment WHERE id = " + hex(practice.fresh.id));
  const auto report = practice.attest();
  ASSERT_EQ(found_in(report), "file-of-lost-key 1");
  EXPECT_THAT(report.findings.at(0).what,
              AllOf(HasSubstr("no deletion"), HasSubstr("made after the keys")));
  EXPECT_EQ(verdict_of(report), "kept");
  const auto quarantined = practice.vault() / "quarantine" / (practice.fresh.id.text() + ".seg");
  fs::create_directories(quarantined.parent_path());
  fs::rename(practice.file_of(practice.fresh), quarantined);
  EXPECT_EQ(found(), "file-of-lost-key 1") << "where the walk puts it";
  practice.sql(
      "INSERT INTO tombstone(segment, source, class, kind, start_at, end_at, expires_at, deleted_at, cause)"
      " VALUES(" +
      hex(practice.fresh.id) + ", 'front', 'cctv', 0, 0, 1, 2, 2, 0)");
  EXPECT_EQ(found(), "leftover 1");
}

TEST_F(Missing, AKeyInTheSlotOfALostRecordingThatIsAnothersIsSaidToEnd) {
  const auto found_stray = [&] {
    practice.sql("INSERT OR REPLACE INTO stray_key VALUES(" + std::to_string(practice.fresh.slot) + ", " +
                 std::to_string(micros_of(practice.clock.now())) + ")");
  };
  found_stray();
  EXPECT_EQ(found(), "") << "what is there has its own key";
  lose_file(practice.fresh);
  EXPECT_EQ(found(), "key-ending 1, missing-file 1");
  practice.sql("DELETE FROM stray_key");
  EXPECT_EQ(found(), "missing-file 1");
}

TEST_F(Missing, AnErasureIsToldThoughLaterEntriesAreDatedBeforeIt) {
  const auto append = [&](Instant when, const std::string& act, const std::string& subject) {
    practice.parts->catalogue.append_ledger(ledger_entry(when, practice.manager, act, subject));
  };
  const auto now = practice.clock.now(), before = now - std::chrono::days(300);
  append(before, "heartbeat", "{}");
  append(before, "erasure-order", R"({"erasure":"old","recordings":9})");
  append(before, "erasure-certificate", R"({"erasure":"old"})");
  append(now - std::chrono::days(2), "heartbeat", "{}");
  append(now - std::chrono::days(1), "erasure-order", R"({"erasure":"one","recordings":2})");
  append(before, "heartbeat", "{}");  // restored: the time is not known yet
  append(before, "erasure-certificate", R"({"erasure":"one"})");
  append(before, "erasure-order", R"({"erasure":"two","recordings":3})");
  append(before, "erasure-again", R"({"erasure":"three","recordings":4})");
  append(now, "heartbeat", "{}");
  const auto report = practice.attest();
  ASSERT_EQ(report.erasures.size(), 3u);
  EXPECT_EQ(report.erasures[0].recordings, 2u);
  EXPECT_TRUE(report.erasures[0].certified);
  EXPECT_EQ(report.erasures[1].recordings, 3u);
  EXPECT_FALSE(report.erasures[1].certified);
  EXPECT_EQ(report.erasures[2].recordings, 4u) << "done again by the restore";
  const auto json = to_json(report);
  EXPECT_THAT(json, HasSubstr(R"("ordered_at":")" + to_rfc3339(now - std::chrono::days(1)) + R"(","done_again_at":null,"recordings":2)"));
  EXPECT_THAT(json, HasSubstr(R"("ordered_at":null,"done_again_at":")" + to_rfc3339(before) + R"(","recordings":4)"));
  EXPECT_EQ(report.acts.at("heartbeat"), 2u);
  EXPECT_EQ(report.acts.at("erasure-order"), 1u);
}

TEST_F(Missing, TheReportTellsOfActsThatWereLostAndWhenThatWasAccepted) {
  const auto append = [&](Instant when, const std::string& act, const std::string& subject) {
    practice.parts->catalogue.append_ledger(ledger_entry(when, practice.manager, act, subject));
  };
  const auto now = practice.clock.now(), before = now - std::chrono::days(300);
  EXPECT_THAT(to_json(practice.attest()), HasSubstr("\"rollbacks_in_31_days\":[]"));
  append(before, "heartbeat", "{}");
  append(before, "ledger-rollback-accepted", R"({"lost_acts":9})");
  append(now - std::chrono::days(2), "heartbeat", "{}");
  append(before + Seconds(5), "ledger-rollback-accepted", R"({"lost_acts":7})");  // restored: the time is not known yet
  auto order = practice.order();
  order.time.line = before;
  auto told = attest(order).rollbacks;
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].lost_acts, 7u);
  EXPECT_FALSE(told[0].accepted_at) << "nobody knows the date";
  practice.sql("INSERT INTO time_line(line, offset, settled_at) VALUES(" + std::to_string(micros_of(before)) + ", " +
               std::to_string(Duration(std::chrono::days(299)).count()) + ", " + std::to_string(micros_of(now)) + ")");
  append(now, "time-confirm", "{}");
  append(now, "ledger-rollback-accepted", "{}");  // as they were recorded before
  const auto report = practice.attest();
  ASSERT_EQ(report.rollbacks.size(), 2u);
  EXPECT_EQ(report.rollbacks[0].accepted_at, now - std::chrono::days(1) + Seconds(5));
  EXPECT_EQ(report.rollbacks[1].accepted_at, now);
  EXPECT_EQ(report.rollbacks[1].lost_acts, 0u);
  EXPECT_THAT(to_json(report), HasSubstr("\"lost_acts\":7}"));
  EXPECT_THAT(to_json(report), HasSubstr("\"lost_acts\":null}"));
}

}  // namespace
}  // namespace tenure::storage
