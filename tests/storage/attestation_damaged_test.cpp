// The promise report and recordings that are there and not what was recorded any more.
#include <gmock/gmock.h>

#include "storage/recovery/damage.h"
#include "tests/storage/attested.h"

namespace tenure::storage {
namespace {

namespace fs = boost::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

class Damaged : public testing::Test {
 protected:
  void note(const SegmentRow& row, const std::string& why = "a byte is not what was recorded") {
    ASSERT_TRUE(note_damage(practice.parts->catalogue, practice.clock, row, why));
  }
  std::string found() { return found_in(practice.attest()); }
  std::string found_after_fresh_expired() {
    auto order = practice.order();
    order.time = {practice.fresh.expires_at + Seconds(1), practice.fresh.expires_at + Seconds(1)};
    return found_in(attest(order));
  }
  AttestedPractice practice;
};

TEST_F(Damaged, RecordingsAreToldOfByTheirClass) {
  EXPECT_THAT(to_json(practice.attest()), HasSubstr("\"lost\":0,\"damaged\":0"));
  note(practice.fresh);
  note(practice.held);
  practice.sql("INSERT INTO damaged(segment, found_at, why) VALUES(" + hex(practice.call) + ", 0, 'torn')");
  const auto report = practice.attest();
  ASSERT_EQ(found_in(report), "damaged 3");
  EXPECT_EQ(verdict_of(report), "kept") << "nothing is older than promised";
  EXPECT_THAT(verdict_in_words(report),
              ElementsAre(StartsWith("Yes."), StartsWith("Three other things want attention"), StartsWith("One hold")));
  EXPECT_EQ(report.findings.at(0).what,
            "recordings are not as they were recorded any more: 1 of class calls, 2 of class cctv");
  EXPECT_EQ(report.findings[0].first.size(), 3u);
  EXPECT_THAT(to_json(report), HasSubstr("\"lost\":0,\"damaged\":2"));
}

TEST_F(Damaged, RecordingsStayAFindingUntilTheyReadWellOrTheirTimeIsOver) {
  note(practice.fresh);
  EXPECT_EQ(found(), "damaged 1");
  EXPECT_EQ(found_after_fresh_expired(), "") << "nothing was promised beyond";
  note(practice.fresh, "");
  EXPECT_EQ(found(), "");
  note(practice.held);
  EXPECT_EQ(found_after_fresh_expired(), "damaged 1") << "the hold keeps it";
}

TEST_F(Damaged, RecordingsThatAreNotThereAreMissing) {
  note(practice.fresh);
  fs::remove(practice.file_of(practice.fresh));
  EXPECT_EQ(found(), "missing-file 1");
}

TEST_F(Damaged, RecordingsStayAFindingWhileTheirVaultIsOffLine) {
  note(practice.fresh);
  fs::rename(practice.vault(), practice.elsewhere.path / "vault");
  EXPECT_EQ(found(), "vault-off-line 1, damaged 1");
}

}  // namespace
}  // namespace tenure::storage
