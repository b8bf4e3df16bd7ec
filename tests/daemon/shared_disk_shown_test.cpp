// What status and doctor say of two vaults on one disk.
#include <boost/json/array.hpp>

#include "tests/daemon/space_shown.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
using testing::AllOf;
using testing::HasSubstr;

const Instant kStart = *parse_rfc3339("2026-03-02T14:00:00Z");

class TwoVaultsOnOneDisk : public SpaceShown {
 protected:
  TwoVaultsOnOneDisk() : SpaceShown({"one", "two"}) {}
  // More in two hours than any disk of tests holds in 28 days.
  void record_too_much() {
    record({kStart - std::chrono::hours(2), kStart - std::chrono::hours(1)}, std::uint64_t{1} << 44, "one");
  }
  std::vector<std::string> said_of_space() {
    std::vector<std::string> all;
    const auto checks = ask("doctor");
    for (const auto& check : checks.as_array())
      if (check.at("check") == "space") all.emplace_back(check.at("text").as_string());
    return all;
  }
};

TEST_F(TwoVaultsOnOneDisk, AreToldByDoctorToShareWhatIsLeft) {
  storage_->pressure().look_ahead();
  const auto said = said_of_space();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_THAT(said[0], AllOf(HasSubstr("vault one: "), HasSubstr("on one disk with two, for all of them together")));
  EXPECT_THAT(said[1], AllOf(HasSubstr("vault two: "), HasSubstr("on one disk with one, for all of them together")));
}

TEST_F(TwoVaultsOnOneDisk, AreTooSmallTogetherAndFullNowWithoutAMomentPast) {
  record_too_much();
  storage_->pressure().look_ahead();
  const auto said = said_of_space();
  ASSERT_EQ(said.size(), 2u);
  EXPECT_THAT(said[0], HasSubstr("MiB and 0 more in two on the same disk, there are "));
  EXPECT_THAT(said[1], AllOf(HasSubstr("needs 0 MiB and "), HasSubstr(" more in one on the same disk, there are ")));
  clock_.advance(std::chrono::minutes(30));
  const auto status = ask("status");
  const auto& rows = status.at("space").as_array();
  ASSERT_EQ(rows.size(), 2u);
  for (const auto& row : rows) {
    EXPECT_EQ(row.at("promise_fits"), false);
    EXPECT_TRUE(row.at("full_at").is_null());
    EXPECT_EQ(row.at("full_now"), true);
  }
  EXPECT_EQ(rows[0].at("others_need").to_number<std::uint64_t>(), 0u);
  EXPECT_GT(rows[1].at("others_need").to_number<std::uint64_t>(), std::uint64_t{1} << 44);
  EXPECT_EQ(rows[0].at("shares"), json::value(json::array{"two"}));
  EXPECT_EQ(rows[1].at("shares"), json::value(json::array{"one"}));
}

}  // namespace
}  // namespace tenure::daemon
