// Every verb against a real storage in a temporary folder, without a socket.
#include <boost/filesystem/operations.hpp>
#include <boost/json/array.hpp>

#include "config/reader.h"
#include "tests/daemon/rooms_fixture.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
namespace fs = boost::filesystem;

const Instant kStart = *parse_rfc3339("2026-03-02T14:00:00Z");

class Verbs : public RoomsTest {
 protected:
  Verbs() { storage_->catalogue().ensure_source("door", "cctv", storage::Kind::camera); }
  json::value ask(const std::string& verb, json::object args = {}) {
    return RoomsTest::ask(Asker{{"uid 0 (root)"}}, verb, std::move(args), nullptr);
  }
  Error refusal(const std::string& verb, json::object args = {}) {
    return refusal_of([&] { return ask(verb, std::move(args)); });
  }
  // A row without a file: what the verbs show is what the catalogue says.
  SegmentId record(Interval span) {
    storage::SegmentRow row;
    row.id = SegmentId::make(span.from);
    row.source = "door";
    row.cls = "cctv";
    row.span = span;
    row.expires_at = storage_->catalogue().expiry("cctv", span);
    row.bytes = 1000;
    row.vault = storage_->vaults().names().front();
    storage_->catalogue().commit_segment(row);
    return row.id;
  }
};

json::object hold_of_door() {
  return {{"spans", json::array{json::object{{"source", "door"}, {"from", "2026-03-02T14:00:00Z"}, {"to", "2026-03-02T14:01:00Z"}}, }},
          {"reason", "incident"}, {"authority", "practice manager"}, {"review", "2026-12-01"}};
}

TEST_F(Verbs, ThatAreUnknownAreRefusedWithTheKnownOnes) {
  const auto error = refusal("frobnicate");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(wire::field_of(error), "verb");
  EXPECT_THAT(error.message(), testing::HasSubstr("hold add"));
}

TEST_F(Verbs, TakeNoArgumentTheyDoNotKnow) {
  for (const auto* verb : {"status", "sources", "hold list", "policy show", "doctor", "version"})
    EXPECT_THAT(refusal(verb, {{"colour", "red"}}).message(), testing::HasSubstr("colour")) << verb;
}

TEST_F(Verbs, StatusHasEveryPartThatOthersBuildOn) {
  const auto status = ask("status").as_object();
  for (const auto* part : {"version", "time", "trial", "cameras", "calls", "space", "next_expiry", "holds", "counts", "recorder", "policy", "proposals"})
    EXPECT_TRUE(status.contains(part)) << part;
  EXPECT_EQ(status.at("time").at("lo").as_string(), "2026-03-02T14:00:00Z");
  EXPECT_EQ(status.at("policy").as_array().size(), 2u);
}

TEST_F(Verbs, SegmentsCarryPlainNames) {
  const auto id = record({kStart, kStart + Seconds(60)});
  const auto rows = ask("segments", {{"source", "door"}}).as_array();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].at("id").as_string(), id.text());
  EXPECT_EQ(rows[0].at("class").as_string(), "cctv");
  EXPECT_EQ(rows[0].at("start").as_string(), "2026-03-02T14:00:00Z");
  EXPECT_EQ(rows[0].at("end").as_string(), "2026-03-02T14:01:00Z");
  EXPECT_EQ(rows[0].at("expires_at").as_string(), "2026-03-30T14:01:00Z");
  EXPECT_EQ(rows[0].at("state").as_string(), "live");
  EXPECT_FALSE(rows[0].at("held").as_bool());
}

TEST_F(Verbs, I4_SegmentsSayWhatHasExpiredAndWaitsForTheSweep) {
  record({kStart, kStart + Seconds(60)});
  record({kStart + Seconds(60), kStart + Seconds(120)});
  const auto ended = [this] {
    std::vector<std::string> all;
    const auto rows = ask("segments");
    for (const auto& row : rows.as_array()) {
      EXPECT_EQ(row.at("state").as_string(), "live");
      all.emplace_back(row.at("ended").as_string());
    }
    return all;
  };
  EXPECT_THAT(ended(), testing::ElementsAre("", ""));
  const auto first_ends = kStart + Seconds(60) + std::chrono::days(28);
  clock_.set({first_ends - Seconds(1), first_ends});
  EXPECT_THAT(ended(), testing::ElementsAre("may have expired", "")) << "nobody reads it, and nothing deletes it yet";
  clock_.set({first_ends, first_ends});
  EXPECT_THAT(ended(), testing::ElementsAre("expired", ""));
}

TEST_F(Verbs, I4_SegmentsDoNotSayOfWhatAHoldKeepsThatItHasExpired) {
  record({kStart, kStart + Seconds(60)});
  clock_.advance(std::chrono::minutes(5));
  ask("hold add", hold_of_door());
  clock_.advance(std::chrono::days(29));
  const auto rows = ask("segments").as_array();
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_TRUE(rows[0].at("held").as_bool());
  EXPECT_EQ(rows[0].at("ended").as_string(), "");
}

TEST_F(Verbs, SaySoWhenASourceDoesNotExist) {
  for (const auto* verb : {"segments", "gaps"}) EXPECT_EQ(refusal(verb, {{"source", "dor"}}).kind(), ErrorKind::not_found) << verb;
  auto other = hold_of_door();
  other["spans"].as_array()[0].as_object()["source"] = "dor";
  EXPECT_EQ(refusal("hold add", other).kind(), ErrorKind::not_found);
  EXPECT_EQ(wire::field_of(refusal("segments", {{"source", "dor"}})), "source");
  EXPECT_THAT(refusal("gaps", {{"source", "dor"}}).message(), testing::HasSubstr("door"));
}

TEST_F(Verbs, HoldAddNamesWhatIsMissing) {
  for (const auto* field : {"reason", "authority", "review"}) {
    auto args = hold_of_door();
    args.erase(field);
    const auto error = refusal("hold add", args);
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(wire::field_of(error), field);
  }
  auto nothing = hold_of_door();
  nothing.erase("spans");
  EXPECT_EQ(wire::field_of(refusal("hold add", nothing)), "source");
}

TEST_F(Verbs, HoldAddRefusesANumberOfTooFewDigitsByItsValue) {
  for (const auto* number : {"0", "+1", "(0)"}) {
    auto args = hold_of_door();
    args["numbers"] = json::array{number};
    const auto error = refusal("hold add", args);
    EXPECT_EQ(wire::field_of(error), "number") << error.message();
    EXPECT_THAT(error.message(), testing::HasSubstr(number));
  }
  EXPECT_EQ(ask("hold list").as_array().size(), 0u);
}

TEST_F(Verbs, ThatListTakeNoLimitOfNothing) {
  EXPECT_EQ(wire::field_of(refusal("segments", {{"limit", 0}})), "limit");
  EXPECT_EQ(wire::field_of(refusal("ledger show", {{"limit", 0}})), "limit");
}

TEST_F(Verbs, HoldAddAnswersWithAReceiptAndTheSegmentIsHeld) {
  const auto id = record({kStart, kStart + Seconds(60)});
  clock_.advance(std::chrono::minutes(5));
  const auto receipt = ask("hold add", hold_of_door()).as_object();
  ASSERT_EQ(receipt.at("segments").as_array().size(), 1u);
  EXPECT_EQ(receipt.at("segments").as_array()[0].at("id").as_string(), id.text());
  EXPECT_EQ(receipt.at("placed_by").as_string(), "uid 0 (root)");
  EXPECT_TRUE(ask("segments").as_array()[0].at("held").as_bool());
  const auto hold = std::string(receipt.at("id").as_string());
  EXPECT_EQ(wire::field_of(refusal("hold release", {{"id", hold}})), "reason");
  EXPECT_EQ(ask("hold release", {{"id", hold}, {"reason", "closed"}}).at("state").as_string(), "releasing");
}

TEST_F(Verbs, SweepShowsWhatIsDueAndNeverSweepsByHand) {
  record({kStart, kStart + Seconds(60)});
  EXPECT_EQ(wire::field_of(refusal("sweep")), "dry_run");
  clock_.advance(std::chrono::days(29));
  const auto report = ask("sweep", {{"dry_run", true}}).as_object();
  EXPECT_EQ(report.at("due").as_array().size(), 1u);
  EXPECT_EQ(storage_->catalogue().segments({}).size(), 1u);
}

TEST_F(Verbs, CallsFindWantsToKnowWhich) { EXPECT_EQ(wire::field_of(refusal("calls find")), "number"); }

TEST_F(Verbs, I5NothingOfRecordingsIsToldBeforeTheFirstSweep) {
  sweep_.first_done = false;
  for (const auto* verb : {"segments", "calls find", "export native", "export call", "export redacted"})
    EXPECT_EQ(refusal(verb).kind(), ErrorKind::unavailable) << verb;
  EXPECT_NO_THROW(ask("status"));
  EXPECT_NO_THROW(ask("hold list"));
}

TEST_F(Verbs, RedactedExportNamesThePlansMistakes) {
  class NoSink : public disclosure::ExportSink {
    void begin_file(const std::string&) override { ADD_FAILURE(); }
    void write(View) override { ADD_FAILURE(); }
    void end_file() override { ADD_FAILURE(); }
    void progress(double, const std::string&) override {}
  } sink;
  const wire::Request request{"export redacted", {{"source", "door"}, {"from", "-10m"}, {"to", "now"}, {"plan", "{\"mode\": \"blur\"}"}}};
  try {
    run_verb(*rooms_, request, Asker{{"x"}}, &sink);
    FAIL() << "the plan was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.message(), testing::StartsWith("plan: "));
    EXPECT_THAT(error.message(), testing::HasSubstr("\n- mode: must be"));
  }
}

TEST_F(Verbs, DoctorHasAVerdictAndAReasonForEachCheck) {
  const auto checks = ask("doctor").as_array();
  EXPECT_GE(checks.size(), 6u);
  for (const auto& check : checks) {
    EXPECT_THAT(std::string(check.at("verdict").as_string()), testing::AnyOf("good", "warning", "bad"));
    EXPECT_FALSE(check.at("text").as_string().empty());
  }
}

TEST_F(Verbs, I19_WhatIsMissingWhileTheTimeIsNotSettledIsToldApartAndNotAsLost) {
  const auto now = clock_.now();
  storage_->catalogue().mark_lost(record({now - std::chrono::days(20), now - std::chrono::days(20) + Seconds(60)}));
  const auto told = [&] {
    const auto checks = ask("doctor").as_array();
    for (const auto& check : checks)
      if (check.at("check").as_string() == "what lies in the vaults")
        return std::string(check.at("verdict").as_string()) + ": " + std::string(check.at("text").as_string());
    return std::string();
  };
  clock_.set({now, now + std::chrono::days(60), now});
  auto status = ask("status");
  EXPECT_EQ(status.at("lost_not_judged").to_number<int>(), 1);
  EXPECT_EQ(status.at("scrub").at("lost").to_number<int>(), 0);
  EXPECT_THAT(told(), testing::StartsWith("warning: 1 recordings without a file are not yet judged: the time is not settled"));
  clock_.set({now, now});
  status = ask("status");
  EXPECT_EQ(status.at("lost_not_judged").to_number<int>(), 0);
  EXPECT_EQ(status.at("scrub").at("lost").to_number<int>(), 1);
  EXPECT_THAT(told(), testing::StartsWith("bad: 1 recordings lost"));
}

TEST_F(Verbs, I12_DoctorSaysOfATimeInDoubtWhatIsDeletedAllTheSame) {
  const auto now = clock_.now();
  record({now - std::chrono::days(40), now - std::chrono::days(40) + Seconds(60)});
  record({now - std::chrono::days(20), now - std::chrono::days(20) + Seconds(60)});
  clock_.set({now, now + std::chrono::days(20), now});
  const auto clock = ask("doctor").as_array().at(0);
  EXPECT_EQ(clock.at("check").as_string(), "clock");
  EXPECT_EQ(clock.at("verdict").as_string(), "warning");
  EXPECT_THAT(std::string(clock.at("text").as_string()),
              testing::HasSubstr("Until then recording goes on; what has expired by the earliest time it can be is deleted, and what "
                                 "could have expired by the latest is kept, but not shown"));
  // Which is so.
  EXPECT_EQ(ask("sweep", {{"dry_run", true}}).at("due").as_array().size(), 1u);
  const auto rows = ask("segments").as_array();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows.at(0).at("ended").as_string(), "expired");
  EXPECT_EQ(rows.at(1).at("ended").as_string(), "may have expired");
}

TEST_F(Verbs, DoctorSaysThatBothCopiesAreWholeOnlyOfKeysThatAre) {
  const auto keys = [&] {
    const auto checks = ask("doctor").as_array();
    for (const auto& check : checks)
      if (check.at("check").as_string() == "keys")
        return std::string(check.at("verdict").as_string()) + ": " + std::string(check.at("text").as_string());
    return std::string();
  };
  EXPECT_THAT(keys(), testing::AllOf(testing::StartsWith("good: "), testing::HasSubstr("0 looked at, each whole in both copies")));
  record({clock_.now(), clock_.now() + Seconds(60)});  // whose slot has no key in either copy
  EXPECT_THAT(keys(), testing::AllOf(testing::StartsWith("bad: "), testing::HasSubstr("1 of 1 looked at have no valid key in either copy"),
                                     testing::Not(testing::HasSubstr("whole")), testing::Not(testing::HasSubstr("synced"))));
}

}  // namespace
}  // namespace tenure::daemon
