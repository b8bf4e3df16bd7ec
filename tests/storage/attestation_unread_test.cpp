// The promise report and files that cannot be read and have no row: their keys are no deleted recordings' keys, and no
// more keys are explained by them than there are such files.
#include <gmock/gmock.h>

#include "storage/attestation/file_look.h"
#include "tests/storage/another_user.h"
#include "tests/storage/attested.h"
#include "tests/storage/rebuild_practice.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using std::chrono::minutes;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class UnreadFiles : public testing::Test {
 protected:
  std::string found() { return found_in(practice.attest()); }
  void forget(const SegmentRow& row) { practice.sql("DELETE FROM segment WHERE id = " + hex(row.id)); }
  void forget_and_cut(const SegmentRow& row) {
    forget(row);
    fs::resize_file(practice.file_of(row), 100);
  }
  // Nothing of it is left but its key.
  void leave_a_key(int minute) {
    const auto begin = at("2026-03-28T09:00:00Z") + minutes(minute);
    const auto row = practice.record("front", {begin, begin + minutes(1)});
    forget(row);
    fs::remove(practice.file_of(row));
  }
  AttestedPractice practice;
};

TEST_F(UnreadFiles, AnswerForAsManyKeysAsThereAreOfThem) {
  forget_and_cut(practice.fresh);
  auto report = practice.attest();
  EXPECT_EQ(found_in(report), "key-of-unread-file 1");
  EXPECT_EQ(verdict_of(report), "unsure");
  EXPECT_THAT(verdict_in_words(report).front(), HasSubstr("cannot be read, and keys live that may be theirs"));
  EXPECT_THAT(report.findings[0].first.at(0).place, HasSubstr(practice.fresh.id.text()));
  EXPECT_EQ(report.findings[0].first[0].source, "front");
  leave_a_key(0);
  leave_a_key(1);
  report = practice.attest();
  EXPECT_EQ(found_in(report), "key-without-recording 2, key-of-unread-file 1");
  EXPECT_EQ(verdict_of(report), "broken");
  EXPECT_THAT(report.findings[0].first.at(0).place, AllOf(HasSubstr("2 of: key slot "), HasSubstr(", key slot ")))
      << "which of them is the file's nobody can tell";
}

TEST_F(UnreadFiles, AreNoMoreThanUnreadableWhenNoKeyIsLeft) {
  forget_and_cut(practice.fresh);
  practice.erase_key(practice.fresh);
  EXPECT_EQ(found(), "unreadable 1");
}

TEST_F(UnreadFiles, OfDeletedRecordingsExplainNoKey) {
  const auto key = practice.key_of(practice.fresh);
  practice.sweep_after(std::chrono::days(27));
  practice.put_key(practice.fresh, key);
  write_file(practice.vault() / "quarantine" / (practice.fresh.id.text() + ".seg"), "no header");
  EXPECT_EQ(found(), "key-without-recording 1, unreadable 1");
}

TEST_F(UnreadFiles, InQuarantineAreJudgedByTheirIdAndTheLongestPromise) {
  const auto quarantined = practice.vault() / "quarantine" / (practice.fresh.id.text() + ".seg");
  fs::create_directories(quarantined.parent_path());
  fs::rename(practice.file_of(practice.fresh), quarantined);
  fs::resize_file(quarantined, 100);
  forget(practice.fresh);
  auto order = practice.order();
  order.time = {at("2029-03-28T07:00:00Z"), at("2029-03-28T07:00:00Z")};
  EXPECT_THAT(found_in(attest(order)), HasSubstr("key-of-unread-file 1")) << "it may be a call";
  order.time = {at("2029-03-28T09:00:00Z"), at("2029-03-28T09:00:00Z")};
  EXPECT_THAT(found_in(attest(order)), HasSubstr("key-of-unread-file 1")) << "the hold may mean it";
  practice.sql("UPDATE hold SET released_at = 1, counts_until = 1");
  EXPECT_THAT(found_in(attest(order)), HasSubstr("unread-past-date 1"));
}

TEST_F(UnreadFiles, AreNotSoughtInTheFolderOfAFileSystemsRepairs) {
  for (const auto& top : {practice.vault(), practice.state()}) {
    const auto repairs = top / "lost+found";
    fs::create_directories(repairs);
    std::string found_unread;
    {
      const AnotherUser nobody(practice.state(), repairs);
      found_unread = found();
    }
    fs::permissions(repairs, fs::owner_all);
    EXPECT_EQ(found_unread, "") << top;
  }
  EXPECT_THAT(unseen(), Contains(HasSubstr("lost+found")));
}

TEST_F(UnreadFiles, MayLieInAFolderThatMayNotBeLookedInto) {
  forget(practice.fresh);
  const auto hour = practice.file_of(practice.fresh).parent_path();
  Attestation report;
  {
    const AnotherUser nobody(practice.state(), hour);
    report = practice.attest();
  }
  fs::permissions(hour, fs::owner_all);  // or the temporary folder could not be removed
  EXPECT_EQ(found_in(report), "folder-unread 1");
  EXPECT_EQ(verdict_of(report), "unsure");
  EXPECT_THAT(report.findings.at(0).what,
              HasSubstr("; 1 key that no recording known here has may be of what lies there"));
  EXPECT_EQ(found(), "orphan 1") << "now that it can be read";
}

TEST_F(UnreadFiles, OfRecordingsPastTheirDateAreKeptTooLongAllTheSame) {
  fs::resize_file(practice.file_of(practice.fresh), 100);
  EXPECT_EQ(found(), "unreadable 1");
  auto order = practice.order();
  order.time = {practice.fresh.expires_at + Seconds(70), practice.fresh.expires_at + Seconds(70)};
  EXPECT_EQ(found_in(attest(order)), "past-date 1") << "its key lives, and the disk may give it again";
  practice.erase_key(practice.fresh);
  EXPECT_EQ(found_in(attest(order)), "unreadable 1");
}

TEST_F(UnreadFiles, ThatAHoldKeepsArePastTheirDateOnPurpose) {
  fs::resize_file(practice.file_of(practice.held), 100);
  EXPECT_EQ(found(), "unreadable 1");
}

TEST(NameLook, SaysWhatTheFoldersSayElseWhatTheIdSays) {
  const auto made = at("2026-03-28T08:01:02Z");
  const auto name = SegmentId::make(made).text() + ".seg";
  const auto placed = attestation::look_at_name(Path("cctv/front/2026/03/28/07") / name);
  ASSERT_TRUE(placed);
  EXPECT_EQ(placed->cls, "cctv");
  EXPECT_EQ(placed->source, "front");
  EXPECT_EQ(placed->begun, at("2026-03-28T07:59:59Z"));
  for (const auto* folder : {"quarantine", "a/b/2026/13/28/07", "a/b/c/d/e/f"}) {
    const auto look = attestation::look_at_name(Path(folder) / name);
    ASSERT_TRUE(look) << folder;
    EXPECT_EQ(look->cls, "") << folder;
    EXPECT_EQ(look->begun, made) << folder;
  }
  EXPECT_FALSE(attestation::look_at_name("quarantine/notes.seg"));
  EXPECT_FALSE(attestation::look_at_name(Path("quarantine") / (SegmentId::make(made).text() + ".tmp")));
}

class UnreadAfterRebuild : public LostCatalogue {
 protected:
  Attestation attest() const {
    AttestationOrder order;
    order.state = practice.folder.path;
    order.vaults = {{"main", practice.folder.path / "vault"}};
    order.time = practice.clock.trusted();
    order.machine_clock = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    return storage::attest(order);
  }
};

TEST_F(UnreadAfterRebuild, ARecordingThatItsDiskDidNotGiveIsNoDeletedOne) {
  practice.record("front", minute);
  const auto bad = practice.record("front", {start + minutes(1), start + minutes(2)});
  carry_out();
  const auto file = practice.parts->vaults.path_of(bad);
  lose();
  Attestation report;
  {
    const AnotherUser user(practice.folder.path, file);
    ASSERT_EQ(rebuild_catalogue(settings, practice.clock).left, 1u);
    report = attest();
  }
  fs::permissions(file, fs::owner_read | fs::owner_write);
  EXPECT_THAT(found_in(report), AllOf(HasSubstr("key-of-unread-file 1"), Not(HasSubstr("key-without-recording"))));
  EXPECT_EQ(verdict_of(report), "unsure");
}

}  // namespace
}  // namespace tenure::storage
