// What status and doctor say of a vault whose file system makes too few files, however many bytes are left.
#include "tests/daemon/space_shown.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

const Instant kStart = *parse_rfc3339("2026-03-02T14:00:00Z");

class AVaultOfFewFiles : public SpaceShown {
 protected:
  AVaultOfFewFiles() : SpaceShown({"few"}, "size=2g,nr_inodes=5000") {}
  void SetUp() override {
    if (!mounted) GTEST_SKIP() << "making a small file system needs root";
  }
  // Ten small recordings an hour: 6,720 in 28 days.
  void record_two_hours() {
    for (int i = 0; i < 20; ++i) {
      const auto from = kStart - std::chrono::hours(2) + std::chrono::minutes(6 * i);
      record({from, from + std::chrono::minutes(6)}, 1000, "few");
    }
    storage_->pressure().look_ahead();
  }
  json::value space() {
    const auto status = ask("status");
    for (const auto& row : status.at("space").as_array())
      if (row.at("vault") == "few") return row;
    return {};
  }
};

TEST_F(AVaultOfFewFiles, IsShownAsShortOfFilesAndNotOfBytes) {
  record_two_hours();
  const auto row = space();
  EXPECT_EQ(row.at("promise_fits"), false);
  EXPECT_EQ(row.at("short_of"), "files");
  EXPECT_EQ(row.at("full_of"), "files");
  EXPECT_FALSE(row.at("full_at").is_null());
  EXPECT_EQ(row.at("files").at("promise_needs").to_number<std::uint64_t>(), 6'720u);
  EXPECT_LT(row.at("files").at("there").to_number<std::uint64_t>(), 5'000u);
  EXPECT_LT(row.at("days_that_fit").to_number<double>(), 21);
}

TEST_F(AVaultOfFewFiles, IsBadByTheWordOfTheDoctor) {
  record_two_hours();
  std::string said;
  const auto checks = ask("doctor");
  for (const auto& check : checks.as_array()) {
    if (check.at("check") != "space" || check.at("text").as_string().find("vault few:") == json::string::npos) continue;
    EXPECT_EQ(check.at("verdict"), "bad");
    said = check.at("text").as_string();
  }
  EXPECT_THAT(said, AllOf(HasSubstr("its file system can make no more files from 2026-03-"), HasSubstr("MiB are left"),
                          HasSubstr("what was promised needs 6720 files, of 4")));
}

TEST_F(AVaultOfFewFiles, IsShortOfNothingWhileNothingIsRecorded) {
  storage_->pressure().look_ahead();
  const auto row = space();
  EXPECT_EQ(row.at("short_of"), "");
  EXPECT_EQ(row.at("full_of"), "bytes");
  EXPECT_GT(row.at("files").at("free").to_number<std::uint64_t>(), 4'000u);
}

}  // namespace
}  // namespace tenure::daemon
