// What cannot be a hold, by the name of its field; and holds that are not there.
#include <gmock/gmock.h>

#include "storage/holds/hold_load.h"
#include "storage/holds/hold_request.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using testing::HasSubstr;
using testing::StartsWith;

class HoldRefusals : public testing::Test {
 protected:
  std::string refusal(const std::function<void(HoldRequest&)>& change) {
    auto request = practice.request({{"front", {practice.clock.now() - Seconds(60), practice.clock.now()}}});
    change(request);
    return error_of([&] { practice.parts->holds.add(request, practice.manager); });
  }
  Practice practice{at("2026-03-02T10:00:00Z")};
};

TEST_F(HoldRefusals, EachFieldIsBoundedAndNamed) {
  const auto now = practice.clock.now();
  EXPECT_EQ(refusal([](HoldRequest&) {}), "no error");
  EXPECT_THAT(refusal([](HoldRequest& request) { request.reason = std::string(2001, 'x'); }),
              HasSubstr("reason: is over 2000"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.authority = std::string(201, 'x'); }),
              HasSubstr("authority: is over 200"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.authority = "\t "; }), HasSubstr("authority: is required"));
  EXPECT_THAT(refusal([&](HoldRequest& request) { request.review = now + days(36'526); }),
              HasSubstr("over a hundred years ahead"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.spans[0].source.clear(); }),
              HasSubstr("source: names no camera"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.numbers = {"1"}; }), HasSubstr("too few digits"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.numbers.assign(1001, "07700 900123"); }),
              HasSubstr("number: at most 1000"));
  EXPECT_THAT(refusal([](HoldRequest& request) { request.spans.assign(1001, request.spans[0]); }),
              HasSubstr("source: at most 1000"));
  EXPECT_EQ(practice.parts->holds.list().size(), 1u);
}

TEST_F(HoldRefusals, ACallIsNamedByTheIdOfACallThatIsThere) {
  const auto now = practice.clock.now();
  const auto footage = practice.record("front", {now - Seconds(120), now - Seconds(60)}).id;
  const auto call = practice.import(call_at(now, "07700 900123", "a"), "one").id;
  const auto nowhere = SegmentId::make(now);
  const auto of = [&](const SegmentId& id) {
    return refusal([&](HoldRequest& request) { request.calls = {id}; });
  };
  EXPECT_EQ(of(call), "no error");
  EXPECT_THAT(of(footage), StartsWith("usage: call: " + footage.text() + " is footage of front and no call"));
  EXPECT_THAT(of(footage), HasSubstr("--source front --from TIME --to TIME"));
  EXPECT_THAT(of(nowhere), StartsWith("not_found: call: " + nowhere.text() + " is no call that is kept here"));
  EXPECT_THAT(of(nowhere), HasSubstr("tenure calls find"));
  EXPECT_EQ(practice.parts->holds.list().size(), 1u);
}

TEST_F(HoldRefusals, ACallThatWasDeletedIsRefusedInAPreviewToo) {
  const auto call = practice.import(call_at(practice.clock.now(), "07700 900123", "a"), "one").id;
  practice.clock.advance(days(4 * 365));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  const auto deleted = StartsWith("not_found: call: " + call.text() + " was deleted at 2030-03-01T10:00:00");
  EXPECT_THAT(refusal([&](HoldRequest& request) { request.calls = {call}; }), deleted);
  auto request = practice.request({});
  request.calls = {call};
  HoldLoad load;
  EXPECT_THAT(error_of([&] { practice.parts->holds.preview(request, practice.manager, load); }), deleted);
}

TEST_F(HoldRefusals, AHoldThatIsNotThereCanNeitherBeKeptNorWeighed) {
  const auto nowhere = HoldId::make(practice.clock.now());
  EXPECT_THAT(error_of([&] { practice.parts->holds.keep(nowhere, "a reason", practice.manager); }),
              StartsWith("not_found"));
  EXPECT_THAT(error_of([&] { practice.parts->holds.keep(nowhere, "a reason", {""}); }), HasSubstr("nobody is named"));
  EXPECT_TRUE(practice.parts->holds.load(nowhere).parts.empty());
}

}  // namespace
}  // namespace tenure::storage
