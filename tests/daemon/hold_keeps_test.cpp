// What a hold says of itself where it keeps nothing: it may be a slip, it may wait for what is to come, and it may be
// that whoever asks is not told.
#include "people_fixture.h"
#include "storage/recording/restamp.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

class HoldKeeps : public PeopleTest {
 protected:
  HoldKeeps() {
    add("anna", {"practice-manager"});
    add("ben", {"partner"});  // sees holds, finds no calls
    storage_->catalogue().ensure_source("pbx", "calls", storage::Kind::calls);
  }
  static json::object hold(json::object what) {
    what["reason"] = "incident";
    what["authority"] = "practice manager";
    what["review"] = "2026-12-01";
    return what;
  }
  static json::object span(const char* from, const char* to, const char* source = "door") {
    json::object one{{"source", source}, {"from", from}};
    if (to) one["to"] = to;
    return hold({{"spans", json::array{std::move(one)}}});
  }
  SegmentId call_of(Instant start, std::uint64_t slot) {
    storage::CallRecord call;
    call.segment.id = SegmentId::make(start);
    call.segment.source = "pbx";
    call.segment.cls = "calls";
    call.segment.kind = storage::Kind::calls;
    call.segment.span = {start, start + Seconds(30)};
    call.segment.vault = storage_->vaults().names().front();
    call.segment.slot = slot;
    const auto token = sha256(call.segment.id.bytes());
    call.content_token = call.native_token = call.path_token = token;
    storage_->catalogue().commit_call(call, {0, clock_.now(), "tenured", "call-import", "{}", ""});
    return call.segment.id;
  }
  // A minute of the camera, stamped on the line of a time in doubt.
  void record_in_doubt(Instant line, std::uint64_t slot) {
    storage::SegmentRow row;
    row.id = SegmentId::make(line);
    row.source = "door";
    row.cls = "cctv";
    row.span = {line, line + Seconds(60)};
    row.expires_at = storage_->catalogue().expiry("cctv", row.span);
    row.bytes = 1000;
    row.vault = storage_->vaults().names().front();
    row.slot = slot;
    row.line = line;
    row.time_doubtful = true;
    storage_->catalogue().commit_segment(row);
  }
};

TEST_F(HoldKeeps, NothingIsSaidOnlyWhereNothingIsHereAndNothingIsToCome) {
  const auto anna = logged_in("anna");
  struct Case {
    json::object hold;
    bool nothing, to_come;
  };
  const std::vector<Case> cases{{span("2026-03-02T13:00:00Z", "now"), true, false},
                                {span("2026-03-02T13:00:00Z", "2026-03-02T14:00:01Z"), false, true},
                                {span("2026-03-03T13:00:00Z", "2026-03-03T14:00:00Z"), false, true},
                                {span("2026-03-02T13:00:00Z", nullptr), false, true},
                                {span("2026-03-02T13:00:00Z", "now", "pbx"), false, true},  // files may come late
                                {hold({{"numbers", json::array{"07700 900123"}}}), false, true}};
  std::vector<json::value> ids;
  for (const auto& one : cases) {
    for (const auto* verb : {"hold preview", "hold add"}) {
      const auto said = ask(anna, verb, one.hold);
      EXPECT_EQ(said.at("recordings").to_number<int>(), 0);
      EXPECT_EQ(said.at("keeps_nothing").as_bool(), one.nothing) << verb << json::serialize(one.hold);
      EXPECT_EQ(said.at("keeps_to_come").as_bool(), one.to_come) << verb << json::serialize(one.hold);
      if (said.as_object().contains("id")) ids.push_back(said.at("id"));
    }
  }
  ASSERT_EQ(ids.size(), cases.size());
  EXPECT_TRUE(ask(anna, "hold show", {{"id", ids[0]}}).at("keeps_nothing").as_bool());
  EXPECT_FALSE(ask(anna, "hold show", {{"id", ids[2]}}).at("keeps_nothing").as_bool());
  wait(std::chrono::hours(48));
  const auto later = ask(logged_in("anna"), "hold show", {{"id", ids[2]}});
  EXPECT_TRUE(later.at("keeps_nothing").as_bool()) << "its day came and went without a recording";
}

// It is kept by its id from then on, as a call is.
TEST_F(HoldKeeps, FootageWhoseTimeWasSettledIsNoCallThatTheHoldNames) {
  const auto line = clock_.now() - std::chrono::hours(1);
  record_in_doubt(line, 1);
  const auto call = call_of(line, 2);
  const auto anna = logged_in("anna");
  const auto footage = ask(anna, "hold add", span(to_rfc3339(line).c_str(), "now")).at("id");
  auto both = span(to_rfc3339(line).c_str(), "now");
  both["calls"] = json::array{call.text()};
  const auto with_call = ask(anna, "hold add", both).at("id");
  const auto time = clock_.trusted();
  storage::restamp(
      storage_->catalogue(),
      {{line, -std::chrono::hours(2), {}, Settlement::By::witness}, time, time.lo, {"tenured"}, "time-settle", ""});
  const auto shown = ask(anna, "hold show", {{"id", footage}});
  EXPECT_EQ(shown.at("recordings").to_number<int>(), 1) << "it is kept where it lies now";
  EXPECT_TRUE(shown.at("calls").as_array().empty());
  EXPECT_EQ(ask(anna, "hold show", {{"id", with_call}}).at("calls"), (json::array{call.text()}));
  const auto listed = ask(anna, "hold list");
  for (const auto& one : listed.as_array())
    EXPECT_EQ(one.at("calls").as_array().size(), one.at("id") == with_call ? 1u : 0u);
  EXPECT_FALSE(ask(logged_in("ben"), "hold show", {{"id", footage}}).as_object().contains("calls_not_shown"))
      << "it has none that could be hidden";
}

TEST_F(HoldKeeps, WhoMayNotFindCallsIsNotToldByThisWhetherOneIsKept) {
  const auto id = call_of(clock_.now() - std::chrono::hours(1), 1);
  const auto args = hold({{"calls", json::array{id.text()}}});
  const auto kept = ask(logged_in("anna"), "hold add", args);
  EXPECT_EQ(kept.at("recordings").to_number<int>(), 1);
  EXPECT_FALSE(kept.at("keeps_nothing").as_bool());
  const auto hidden = ask(logged_in("ben"), "hold add", args);
  EXPECT_TRUE(hidden.at("calls_not_shown").as_bool());
  EXPECT_FALSE(hidden.at("keeps_to_come").as_bool());
  wait(std::chrono::days(4 * 365));
  const auto late = call_of(clock_.now() - std::chrono::days(4 * 365), 2);  // past its time, and not swept yet
  auto again = hold({{"calls", json::array{late.text()}}});
  again["review"] = "2031-01-01";
  EXPECT_TRUE(ask(logged_in("anna"), "hold add", again).at("keeps_nothing").as_bool());
  EXPECT_EQ(ask(logged_in("ben"), "hold add", again).at("keeps_nothing"), hidden.at("keeps_nothing"));
}

}  // namespace
}  // namespace tenure::daemon
