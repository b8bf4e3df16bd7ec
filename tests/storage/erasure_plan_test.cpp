// What an order to erase is told when not all may go, and what its certificate says of copies elsewhere.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/erasure_certificate.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
namespace json = boost::json;

class ErasurePlans : public ::testing::Test, protected Practice {
 protected:
  ErasurePlans()
      : Practice(at("2026-03-02T14:00:00Z")),
        ledger(parts->catalogue, clock, folder.path, parts->keys.root(), {}),
        erasures(parts->catalogue, clock, parts->vaults, parts->eraser, ledger, parts->keys.root(), {}, folder.path) {}
  Interval seconds(int from, int to) const { return {start + Seconds(from), start + Seconds(to)}; }
  Interval minute(int number) const { return seconds(60 * number, 60 * number + 60); }
  static ErasureRequest of_span(const Interval& span, const std::string& source = "front") {
    return {{{source, span}}, {}, {}};
  }
  ErasurePlan plan(const ErasureRequest& request) const { return erasures.preview(request); }
  std::string refusal(const ErasureRequest& request) const {
    return error_of([&] { must_be_allowed(plan(request)); });
  }
  void hold(std::vector<HoldSpan> spans) { parts->holds.add(request(std::move(spans)), manager); }
  void exported(const std::string& subject) {
    parts->catalogue.append_ledger({0, clock.now(), "partner", "export", subject, ""});
  }

  const Instant start = at("2026-03-02T12:00:00Z");
  Ledger ledger;
  Erasures erasures;
};

TEST_F(ErasurePlans, WhatCannotBeAnOrderIsRefusedByTheNameOfItsField) {
  EXPECT_THAT(refusal(of_span(seconds(60, 60))), StartsWith("usage: from, to:"));
  EXPECT_THAT(refusal({{}, {"anonymous"}, {}}), StartsWith("usage: number:"));
  EXPECT_THAT(refusal({{}, std::vector<std::string>(1001, "07700 900123"), {}}), HasSubstr("at most 1,000"));
}

TEST_F(ErasurePlans, AnIdOfFootageGivenAsACallErasesNothing) {
  const auto footage = record("front", minute(0));
  EXPECT_THAT(refusal({{}, {}, {footage.id}}), AllOf(StartsWith("usage: call: " + footage.id.text()), HasSubstr("--source front")));
}

TEST_F(ErasurePlans, OfNothingIsStillASubjectThatASecondPersonCanBeShown) {
  const auto subject = json::parse(plan(of_span(minute(0))).subject()).as_object();
  EXPECT_EQ(subject.at("recordings").as_string(), "0");
  EXPECT_EQ(subject.at("sources").as_string(), "");
}

TEST_F(ErasurePlans, NamesEverySourceToTheSecondPerson) {
  record("front", minute(1));
  record("waiting-room", minute(0));
  const auto subject =
      json::parse(plan({{{"front", minute(1)}, {"waiting-room", minute(0)}}, {}, {}}).subject()).as_object();
  EXPECT_EQ(subject.at("sources").as_string(), "front, waiting-room");
  EXPECT_EQ(subject.at("from").as_string(), "2026-03-02T12:00:00Z");
  EXPECT_EQ(subject.at("to").as_string(), "2026-03-02T12:02:00Z");
}

TEST_F(ErasurePlans, I8_EveryHoldOnARecordingIsNamed) {
  record("front", minute(0));
  hold({{"front", minute(0)}});
  hold({{"front", minute(0)}});
  const auto found = plan(of_span(minute(0)));
  ASSERT_EQ(found.holds.size(), 2u);
  ASSERT_EQ(found.obstacles.size(), 1u);
  EXPECT_THAT(found.obstacles[0].why,
              AllOf(HasSubstr(found.holds[0].id.text()), HasSubstr(found.holds[1].id.text()), HasSubstr(", ")));
}

TEST_F(ErasurePlans, TheRestIsClearOfWhatStaysHoweverShort) {
  record("front", seconds(0, 60));
  record("front", seconds(60, 61));
  record("front", seconds(61, 120));
  record("front", seconds(121, 180));  // goes on: less than two seconds are missing
  record("front", seconds(190, 240));  // another run
  record("waiting-room", seconds(61, 120));
  hold({{"front", seconds(60, 61)}});
  const ErasureRequest all{{{"front", seconds(10, 230)}, {"waiting-room", seconds(0, 100)}}, {}, {}};
  const auto found = plan(all);
  std::vector<std::string> runs;
  for (const auto& span : found.rest.spans)
    runs.push_back(span.source + " " + to_rfc3339(span.span.from).substr(14, 5) + " " +
                   to_rfc3339(span.span.to).substr(14, 5));
  EXPECT_THAT(runs,
              ElementsAre("front 00:10 01:00", "front 01:01 03:00", "front 03:10 03:50", "waiting-room 01:01 01:40"));
  EXPECT_TRUE(plan(found.rest).is_allowed());
  EXPECT_EQ(plan(found.rest).free.size(), 5u);
}

TEST_F(ErasurePlans, TheRestNamesEachSpanThatWasAskedForAndTheCallsByTheirIds) {
  record("front", minute(0));
  record("front", minute(5));
  record("front", minute(6));
  hold({{"front", minute(5)}});
  const auto call = import(call_at(minute(0).from, "07700 900123", "a"), "one").id;
  const ErasureRequest asked{{{"front", minute(0)}, {"front", {minute(5).from, minute(7).from}}}, {"07700 900123"}, {}};
  const auto found = plan(asked);
  EXPECT_EQ(found.rest.spans.size(), 2u);
  EXPECT_EQ(found.rest.calls, std::vector{call});
  EXPECT_THAT(refusal(asked), AllOf(HasSubstr("The other 3 may go"), HasSubstr("--call " + call.text())));
}

TEST_F(ErasurePlans, ALongListOfObstaclesAndRunsIsCutAndSaysHowManyMoreThereAre) {
  for (int i = 0; i < 50; i += 2) {
    record_row("front", minute(i));
    reserve("front", minute(i + 1), /*with_fragment=*/false);
  }
  const auto call = import(call_at(minute(0).from, "07700 900123", "a"), "one").id;
  const auto why = refusal({{{"front", {minute(0).from, minute(50).from}}}, {}, {call}});
  EXPECT_THAT(why, HasSubstr("25 of 51 recordings cannot go"));
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (auto at = why.find(what); at != std::string::npos; at = why.find(what, at + 1)) ++found;
    return found;
  };
  EXPECT_EQ(count("still being recorded"), 20u);
  EXPECT_EQ(count("\n  --source"), 20u);
  EXPECT_THAT(why, HasSubstr("and 6 more: tenure --json erase preview lists all"));
  EXPECT_THAT(why, Not(HasSubstr("--call")));
}

TEST_F(ErasurePlans, OnlyExportsThatHoldSomeOfItStandOnTheCertificate) {
  record("front", minute(0));
  const auto call = import(call_at(minute(0).from, "07700 900123", "a"), "one").id;
  const std::string from = R"("from":"2026-03-02T12:00:00Z")", to = R"("to":"2026-03-02T12:01:00Z")";
  exported(R"({"call":")" + call.text() + R"("})");                    // without a kind
  exported(R"({"kind":5,"source":"front",)" + from + "," + to + "}");  // of a kind that is none
  exported(R"({"kind":"redacted","source":"front",)" + from + "," + to + "}");
  for (const auto& other :
       {std::string("what it was"), std::string("{}"), R"({"call":")" + SegmentId::make(start).text() + R"("})",
        std::string(R"({"call":7})"), R"({"source":"front",)" + from + "}", R"({"source":"front",)" + to + "}",
        "{" + from + "," + to + "}", R"({"source":1,)" + from + "," + to + "}",
        R"({"source":"front","from":1,)" + to + "}", R"({"source":"front","to":1,)" + from + "}",
        R"({"source":"front","from":"then",)" + to + "}", R"({"source":"front","to":"now",)" + from + "}",
        R"({"source":"waiting-room",)" + from + "," + to + "}",
        std::string(R"({"source":"front","from":"2026-03-02T12:01:00Z","to":"2026-03-02T12:02:00Z"})")})
    exported(other);
  Approvals approvals(parts->catalogue, clock);
  ErasureRequest asked = of_span(minute(0));
  asked.calls = {call};
  const auto approval = approvals.ask("erase", plan(asked).subject(), "a person's right", {"partner", "p1"});
  approvals.approve(approval.id, {"manager", "p2"});
  const auto made = erasures.order(asked, "a person's right", {"partner", "p1"}, approval.id);
  const auto facts = parts->catalogue.state().read([&](sqlite::Connection& db) { return certificate_facts(db, made); });
  std::vector<std::string> kinds;
  for (const auto& one : facts.exports) kinds.push_back(one.kind);
  EXPECT_THAT(kinds, ElementsAre("export", "export", "redacted"));
}

TEST_F(ErasurePlans, TheCertificateTellsWhatWasHandedOutFromWhatWasBegunAndNotFinished) {
  record("front", minute(0));
  std::uint64_t number = 0;
  const auto ended = [&](const std::string& act, const std::string& counts) {
    const auto subject = R"({"export":)" + std::to_string(number) + "," + counts + "}";
    parts->catalogue.append_ledger({0, clock.now(), "partner", act, subject, "the receiver has gone"});
  };
  const auto begun = [&] {
    exported(R"({"kind":"native","source":"front","from":"2026-03-02T12:00:00Z","to":"2026-03-02T12:01:00Z"})");
    number = parts->catalogue.ledger(0, 1000).back().number;
    return ", ledger entry " + std::to_string(number);
  };
  const auto done = begun();
  const auto cut_off = begun();  // and while it was under way the one before it was done
  number -= 1;
  ended("export-done", R"("files":3,"bytes":5000)");
  const auto failed = begun();
  ended("export-failed", R"("files":1,"bytes":5000)");
  const auto at_once = begun();
  ended("export-failed", R"("files":0,"bytes":0)");
  for (const auto* odd : {"what it was", "[]", "{}", R"({"export":"1"})", R"({"export":-1})", R"({"export":999999})"})
    parts->catalogue.append_ledger({0, clock.now(), "partner", "export-done", odd, ""});
  const auto made = erasures.order(of_span(minute(0)), "a person's right", {"partner", "p1"}, {});
  std::map<std::string, std::string> told;
  const auto paper = json::parse(erasures.show(made.id).certificate).as_object();
  for (const auto& copy : paper.at("out_of_reach").as_array())
    told.emplace(copy.at("what").as_string(), copy.at("why").as_string());
  const auto why = [&](const std::string& name) {
    const auto found = told.find("export (native) of 2026-03-02T14:00:00Z" + name);
    return found == told.end() ? "no copy is named so" : found->second;
  };
  EXPECT_THAT(why(done), StartsWith("it was handed to partner"));
  EXPECT_THAT(why(cut_off + ", end not recorded"),
              HasSubstr("whether all of it left, a part or nothing is not recorded"));
  EXPECT_THAT(why(failed + ", not finished"), HasSubstr("failed after 5000 bytes, 1 whole file among them, had left"));
  EXPECT_THAT(why(at_once + ", not finished"), HasSubstr("failed before anything of it is known to have left"));
  for (const auto& unfinished : {cut_off + ", end not recorded", failed + ", not finished", at_once + ", not finished"})
    EXPECT_THAT(why(unfinished), Not(HasSubstr("handed")));
}

Erasure ordered() {
  Erasure erasure;
  erasure.ordered_by = "manager";
  return erasure;
}

TEST_F(ErasurePlans, TheCertificateSaysOfTheKeysBackupsWhatBecameOfThem) {
  const auto text = [](const std::optional<KeyBackupsRenewed>& renewed) {
    ErasureFacts facts;
    facts.key_backups = renewed;
    return std::string(json::parse(make_certificate(ordered(), facts, {})).at("key_backups").at("text").as_string());
  };
  EXPECT_EQ(text(std::nullopt), "no backup of the keys is kept");
  EXPECT_EQ(text(KeyBackupsRenewed{}), "no backup of the keys is kept");
  EXPECT_EQ(text(KeyBackupsRenewed{{"new"}, {}, 1}), "all older generations were removed");
  EXPECT_EQ(text(KeyBackupsRenewed{{"new"}, {"old"}, 1}), "older generations exist that could not be reached");
  EXPECT_EQ(text(KeyBackupsRenewed{{}, {"old"}, 0}), "older generations exist that could not be reached");
}

TEST_F(ErasurePlans, TheCertificateStandsThoughANameWasErasedOrADeletionIsNotSeenYet) {
  ErasureFacts facts;
  facts.items.push_back({SegmentId::make(start), "front", "cctv", Kind::camera, minute(0), std::nullopt, 5, {}});
  ErasureFacts::Export handed;
  handed.ledger_number = 12;
  handed.at = start;
  handed.kind = "native";
  handed.end = ErasureFacts::Export::End::done;
  facts.exports.push_back(handed);
  const auto paper = json::parse(make_certificate(ordered(), facts, start)).as_object();
  EXPECT_TRUE(paper.at("items").at(0).at("deleted_at").is_null());
  EXPECT_THAT(std::string(paper.at("out_of_reach").at(0).at("why").as_string()),
              StartsWith("it was handed to somebody whose name was erased"));
}

}  // namespace
}  // namespace tenure::storage
