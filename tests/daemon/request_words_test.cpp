// A request for a second person keeps the sentences that were read of it, whatever became of what they speak of.
#include "daemon/control/request_text.h"
#include "people_fixture.h"
#include "storage/catalogue/catalogue_state.h"
#include "storage/people/request_words.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;

using testing::HasSubstr;
using testing::Not;

const Instant kStart = *parse_rfc3339("2026-03-02T13:00:00Z");

class RequestWords : public PeopleTest {
 protected:
  RequestWords() {
    add("anna", {"practice-manager"});
    add("ben", {"partner"});  // sees holds, finds no calls
    add("dora", {"data-protection-officer"});
    storage_->catalogue().ensure_source("pbx", "calls", storage::Kind::calls);
  }
  storage::SegmentRow row_of(const char* source, const char* cls, Instant start) {
    storage::SegmentRow row;
    row.id = SegmentId::make(start);
    row.source = source;
    row.cls = cls;
    row.span = {start, start + Seconds(60)};
    row.bytes = 1000;
    row.vault = storage_->vaults().names().front();
    row.slot = ++slot_;
    return row;
  }
  void record(Instant start) { storage_->catalogue().commit_segment(row_of("door", "cctv", start)); }
  SegmentId take_call(Instant start) {
    storage::CallRecord call;
    call.segment = row_of("pbx", "calls", start);
    call.segment.kind = storage::Kind::calls;
    call.content_token = call.native_token = call.path_token = sha256(call.segment.id.bytes());
    storage_->catalogue().commit_call(call, {0, clock_.now(), "tenured", "call-import", "{}", ""});
    return call.segment.id;
  }
  json::object release_of(json::object what) {
    what["reason"] = "claim";
    what["authority"] = "practice manager";
    what["review"] = "2026-12-01";
    return {{"id", ask(logged_in("anna"), "hold add", what).at("id")}, {"reason", "settled"}};
  }
  json::object release_of_footage() {
    return release_of(
        {{"spans", json::array{json::object{
                       {"source", "door"}, {"from", "2026-03-02T13:00:00Z"}, {"to", "2026-03-02T14:00:00Z"}}}}});
  }
  std::string ask_for(const json::object& release) {
    return std::string(ask(logged_in("anna"), "hold release", release).at("approval").at("id").as_string());
  }
  std::string read(const char* who, const std::string& id) {
    return std::string(ask(logged_in(who), "approvals show", {{"id", id}}).at("what").as_string());
  }
  std::string listed(const char* who) {
    return std::string(ask(logged_in(who), "approvals list").at(0).at("amount").as_string());
  }
  std::string shown(const char* who, const std::string& id) {
    return std::string(ask(logged_in(who), "approvals show", {{"id", id}}).at("amount").as_string());
  }
  std::uint64_t slot_ = 0;
};

TEST_F(RequestWords, StayWhenItWasRefused) {
  record(kStart);
  const auto id = ask_for(release_of_footage());
  record(kStart + Seconds(60));
  const auto was = read("ben", id);
  EXPECT_THAT(was, HasSubstr("It keeps 2 recordings ("));
  const auto refused = ask(logged_in("ben"), "approvals refuse", {{"id", id}, {"reason", "not yet"}});
  EXPECT_EQ(refused.at("what").as_string(), was);
  record(kStart + Seconds(120));
  EXPECT_EQ(read("ben", id), was);
  EXPECT_EQ(ask(logged_in("dora"), "approvals list").at(0).at("what").as_string(), was);
}

TEST_F(RequestWords, StayWhenItWasUsed) {
  record(kStart);
  auto release = release_of_footage();
  const auto id = ask_for(release);
  const auto was = read("ben", id);
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  record(kStart + Seconds(60));
  EXPECT_THAT(read("anna", id), HasSubstr("It keeps 2 recordings (")) << "approved and not done: as things are";
  release["approval"] = id;
  EXPECT_EQ(ask(logged_in("anna"), "hold release", release).at("state").as_string(), "releasing");
  EXPECT_EQ(read("ben", id), was) << "what was approved";
  EXPECT_THAT(was, HasSubstr("It keeps 1 recording ("));
}

TEST_F(RequestWords, OfOneThatNobodyAnsweredStayAsItWasAsked) {
  record(kStart);
  const auto id = ask_for(release_of_footage());
  const auto was = read("anna", id);
  record(kStart + Seconds(60));
  wait(std::chrono::days(8));
  EXPECT_EQ(read("ben", id), was);
  EXPECT_EQ(storage_->approvals().end_expired(), 1u);
  EXPECT_EQ(read("ben", id), was);
}

TEST_F(RequestWords, TellNobodyOfCallsWhoMayNotFindThem) {
  const auto call = take_call(kStart);
  const auto id = ask_for(release_of({{"calls", json::array{call.text()}}}));
  const auto anna = read("anna", id), ben = read("ben", id);
  EXPECT_THAT(anna, HasSubstr("It keeps 1 recording (all calls;"));
  EXPECT_THAT(ben, Not(HasSubstr("1 recording")));
  ask(logged_in("dora"), "approvals refuse", {{"id", id}, {"reason", "not yet"}});
  EXPECT_EQ(read("anna", id), anna);
  EXPECT_EQ(read("ben", id), ben);
}

TEST_F(RequestWords, TellInTheListHowMuchItWasWhenThatWasReadLast) {
  record(kStart);
  auto release = release_of_footage();
  const auto id = ask_for(release);
  record(kStart + Seconds(60));
  EXPECT_EQ(listed("ben"), "1 recording (1.0 KB), when asked") << "a list counts nothing anew";
  EXPECT_EQ(shown("ben", id), "2 recordings (2.0 KB)");
  ask(logged_in("ben"), "approvals approve", {{"id", id}});
  record(kStart + Seconds(120));
  EXPECT_EQ(listed("ben"), "2 recordings (2.0 KB), when approved");
  release["approval"] = id;
  ask(logged_in("anna"), "hold release", release);
  EXPECT_EQ(listed("ben"), "2 recordings (2.0 KB)");
}

TEST_F(RequestWords, TellOfAnExportHowMuchItWasWhenAsked) {
  record(kStart);
  record(kStart + Seconds(60));
  const json::object span{
      {"source", "door"}, {"from", "2026-03-02T13:00:00Z"}, {"to", "2026-03-02T13:02:00Z"}, {"reason", "a fall"}};
  const auto asked = ask(logged_in("ben"), "export native", span).at("approval");
  EXPECT_EQ(asked.at("amount").as_string(), "2 recordings (2.0 KB)");
  record(kStart + Seconds(30));
  EXPECT_EQ(listed("anna"), "2 recordings (2.0 KB), when asked");
}

TEST_F(RequestWords, TellHowManyCallsToNobodyWhoMayNotFindThem) {
  const auto call = take_call(kStart);
  const auto id = ask_for(release_of({{"calls", json::array{call.text()}}}));
  EXPECT_EQ(listed("anna"), "1 recording (all calls; 1.0 KB), when asked");
  EXPECT_EQ(listed("ben"), "calls, not counted, when asked");
  EXPECT_EQ(shown("ben", id), "calls, not counted");
}

TEST_F(RequestWords, TellNoAmountWhereNoneWasKeptAndNoneIsBound) {
  record(kStart);
  const auto id = *storage::ApprovalId::parse(ask_for(release_of_footage()));
  storage::keep_request_words(storage_->catalogue(), id,
                              R"([{"holds": false, "calls": false, "footage": false, "what": "Release it."}])");
  EXPECT_EQ(listed("ben"), "");
  EXPECT_EQ(request_text::bound_amount("user disable", {{"name", "ben"}}), "");
  EXPECT_EQ(request_text::bound_amount("export call", {{"call", "01a2"}}), "1 call");
}

TEST_F(RequestWords, CountAllThatAnExportHandsOutHoweverLongItIs) {
  constexpr int kMinutes = 10'001;  // a week
  storage_->catalogue().write([&](storage::Catalogue::Transaction& transaction) {
    for (int minute = 1; minute <= kMinutes; ++minute)
      storage::insert_segment(transaction.db, row_of("door", "cctv", kStart - std::chrono::minutes(minute)),
                              storage::State::live, kStart + std::chrono::days(20));
    storage::insert_segment(transaction.db, row_of("door", "cctv", kStart - std::chrono::minutes(kMinutes + 1)),
                            storage::State::lost, kStart + std::chrono::days(20));
  });
  const auto asked = ask(logged_in("ben"), "export native",
                         {{"source", "door"},
                          {"from", "2026-02-20T13:00:00Z"},
                          {"to", "2026-03-02T13:00:00Z"},
                          {"reason", "a fall"}});
  EXPECT_THAT(std::string(asked.at("approval").at("what").as_string()), HasSubstr(": 10,001 recordings ("));
}

TEST_F(RequestWords, AreTheShortOnesWhereNoneWereKept) {
  const auto release = release_of_footage();
  const auto id = ask_for(release);
  ask(logged_in("ben"), "approvals refuse", {{"id", id}, {"reason", "not yet"}});
  storage_->catalogue().write(
      [](storage::Catalogue::Transaction& transaction) { transaction.db.script("DELETE FROM approval_words"); });
  EXPECT_EQ(read("ben", id), "Release hold " + std::string(release.at("id").as_string()) + ".");
}

}  // namespace
}  // namespace tenure::daemon
