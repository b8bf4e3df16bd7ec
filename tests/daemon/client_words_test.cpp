// What `tenure` says on the screen of the promise report, the space, and acts that are rare: sentences, no JSON.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "daemon/client/render.h"

namespace tenure::client {
namespace {
namespace json = boost::json;
using testing::HasSubstr;
using testing::Not;

json::value finding(int count, int listed) {
  json::array first;
  for (int i = 1; i <= listed; ++i) first.push_back(json::object{{"place", "main:cam/" + std::to_string(i) + ".seg"}});
  json::object one{{"weight", "broken"}, {"kind", "past-date"}, {"count", count}, {"what", "too old"}};
  one["first"] = std::move(first);
  return json::object{{"findings", json::array{std::move(one)}}};
}

TEST(PromiseOnTheScreen, ShowsFiveOfEachKindAndHowManyMoreThereAre) {
  const auto few = render("attest", finding(2, 2));
  EXPECT_THAT(few, HasSubstr("NO  past-date (2): too old\n      main:cam/1.seg\n      main:cam/2.seg\n    What to do"));
  EXPECT_THAT(few, Not(HasSubstr("more")));
  const auto some = render("attest", finding(8, 8));
  EXPECT_THAT(some, HasSubstr("main:cam/5.seg\n      and 3 more (in the JSON)\n"));
  EXPECT_THAT(some, Not(HasSubstr("main:cam/6.seg")));
  EXPECT_THAT(render("attest", finding(214, 20)),
              HasSubstr("main:cam/5.seg\n      and 209 more (the first 20 of all are in the JSON)\n"));
}

TEST(PromiseOnTheScreen, NamesTheOrdersByWhichRecordingsWereErased) {
  const auto text = render(
      "attest",
      json::parse(
          R"({"erasures_in_31_days": [{"entry": 5120, "ordered_at": "2026-11-03T10:00:00Z", "recordings": 12, "certified": false}]})"));
  EXPECT_THAT(text, testing::ContainsRegex("ERASED BY ORDER.*\n *5120  2026-11-03T10:00:00Z +12  no\n"));
  EXPECT_THAT(render("attest", json::object{}), Not(HasSubstr("ERASED")));
}

TEST(HoldsOnTheScreen, NameTheDayWhenOtherHoldsEndangerThePromiseAlready) {
  const auto said = [](const char* endangers, const char* before, const char* after) {
    json::object forecast{{"endangers", std::string(endangers) == "by it"}, {"endangered_already", true}};
    forecast["before"] = json::array{json::parse(before)};
    forecast["after"] = json::array{json::parse(after)};
    return render("hold preview", json::object{{"state", "preview"}, {"segments", json::array{}}, {"forecast", std::move(forecast)}});
  };
  const auto* before = R"({"vault": "main", "holds_endanger": true, "full_at": "2026-12-01T10:00:00Z"})";
  const auto* after = R"({"vault": "main", "holds_endanger": true, "full_at": "2026-12-01T08:00:00Z"})";
  const auto* sentence = "What was promised is endangered already by holds in force (tenure hold list), and by this one little more:\n";
  EXPECT_THAT(said("before", before, after),
              HasSubstr(std::string(sentence) + "  vault main full at 2026-12-01T10:00:00Z without this one, at 2026-12-01T08:00:00Z with it\n"));
  EXPECT_THAT(said("before", before, before), HasSubstr("full at 2026-12-01T10:00:00Z without this one and with it\n"));
  EXPECT_THAT(said("before", before, after), Not(HasSubstr("WARNING")));
  EXPECT_THAT(said("by it", before, after), testing::AllOf(HasSubstr("WARNING: with this hold"), Not(HasSubstr("already"))));
  const auto* no_day = R"({"vault": "main", "holds_endanger": true, "full_at": null})";
  EXPECT_THAT(said("before", no_day, no_day), HasSubstr("  vault main: they leave too little room for it\n"));
  const auto* now = R"({"vault": "main", "holds_endanger": true, "full_at": null, "full_now": true})";
  EXPECT_THAT(said("before", now, now), HasSubstr("  vault main full now without this one and with it\n"));
}

TEST(HoldsOnTheScreen, SayUntilWhenAHoldGrows) {
  const auto said = [](const char* until) {
    json::object forecast{
        {"recordings", 1}, {"bytes", 2048}, {"bytes_per_day", 1024}, {"grows_until", json::parse(until)}};
    return render("hold preview",
                  json::object{{"state", "preview"}, {"segments", json::array{}}, {"forecast", std::move(forecast)}});
  };
  EXPECT_THAT(said("null"), HasSubstr("2.0 KiB; it has no end and grows by 1.0 KiB a day\n"));
  EXPECT_THAT(said("\"2027-11-23T23:00:00Z\""),
              HasSubstr("2.0 KiB; it grows by 1.0 KiB a day until 2027-11-23T23:00:00Z\n"));
}

TEST(SpaceOnTheScreen, NeverSaysKeptBesideADiskThatWillBeFullBeforeThePromiseIsKept) {
  const auto said = [](const char* vault) {
    return render("status", json::object{{"space", json::array{json::parse(vault)}}});
  };
  EXPECT_THAT(said(R"({"vault": "main", "promise_fits": true, "month_fits": false, "full_at": null})"),
              HasSubstr("vault main has room for what was promised, but not for 31 days"));
  const auto fills =
      said(R"({"vault": "main", "promise_fits": true, "month_fits": false, "full_at": "2026-11-25T10:00:00.000000Z"})");
  EXPECT_THAT(fills, HasSubstr("DISK FILLS UP: vault main keeps what was promised until now; the disk will be full at "
                               "2026-11-25T10:00:00Z"));
  EXPECT_THAT(fills, Not(HasSubstr("has room for")));
  EXPECT_THAT(
      said(R"({"vault": "main", "promise_fits": false, "promise_needs": 2048, "full_at": "2026-11-25T10:00:00Z"})"),
      HasSubstr("TOO SMALL: what was promised needs 2.0 KiB in vault main; the disk will be full at 2026"));
  EXPECT_THAT(said(R"({"vault": "main", "promise_fits": true, "month_fits": true, "full_at": null})"),
              Not(HasSubstr("31 days")));
}

TEST(SpaceOnTheScreen, NamesNoMomentPastWhereTheDiskIsFullNow) {
  const auto said = [](const char* vault) {
    return render("status", json::object{{"space", json::array{json::parse(vault)}}});
  };
  EXPECT_THAT(said(R"({"vault": "main", "promise_fits": true, "month_fits": true, "full_at": null, "full_now": true})"),
              HasSubstr("DISK FILLS UP: vault main keeps what was promised until now; the disk is full now, or within "
                        "the hour, and"));
  EXPECT_THAT(
      said(R"({"vault": "main", "promise_fits": false, "promise_needs": 2048, "full_at": null, "full_now": true})"),
      HasSubstr(
          "TOO SMALL: what was promised needs 2.0 KiB in vault main; the disk is full now, or within the hour\n"));
}

TEST(SpaceOnTheScreen, SaysThatVaultsShareADiskWhereItIsTooSmall) {
  const auto said = [](const char* vault) {
    return render("status", json::object{{"space", json::array{json::parse(vault)}}});
  };
  EXPECT_THAT(
      said(R"({"vault": "main", "shares": ["phones"], "promise_fits": false, "promise_needs": 2048,
                       "others_need": 1024, "full_at": null})"),
      HasSubstr("TOO SMALL: what was promised needs 2.0 KiB in vault main, and 1.0 KiB in phones on the same disk\n"));
  EXPECT_THAT(
      said(R"({"vault": "main", "shares": ["attic", "phones"], "promise_fits": true, "month_fits": false,
                       "full_at": "2026-11-25T10:00:00Z"})"),
      HasSubstr("DISK FILLS UP: vault main (on one disk with attic, phones) keeps what was promised until now; the"));
}

TEST(SpaceOnTheScreen, SaysWhereFilesEndBeforeTheBytes) {
  const auto said = [](const char* vault) {
    return render("status", json::object{{"space", json::array{json::parse(vault)}}});
  };
  const auto small =
      said(R"({"vault": "main", "shares": ["phones"], "promise_fits": false, "promise_needs": 2048, "short_of": "files",
      "files": {"free": 10, "there": 650000, "promise_needs": 1290240, "others_need": 500},
      "full_at": "2026-11-25T10:00:00Z", "full_of": "files"})");
  EXPECT_THAT(small,
              HasSubstr("TOO SMALL: what was promised needs 1290240 files in vault main, and 500 files in phones on "
                        "the same disk; its disk can make 650000, however much room is left on it; no more files "
                        "can be made on its disk from 2026-11-25T10:00:00Z on\n"));
  EXPECT_THAT(small, Not(HasSubstr("KiB in vault")));
  const auto fills =
      said(R"({"vault": "main", "promise_fits": true, "month_fits": true, "full_at": null, "full_now": true,
      "full_of": "files", "stopped": "all cameras"})");
  EXPECT_THAT(fills, HasSubstr("until now; no more files can be made on its disk now, or within the hour, and"));
  EXPECT_THAT(fills, HasSubstr("give it a disk made for more files"));
  EXPECT_THAT(fills, HasSubstr("NO MORE FILES ON THE DISK: all cameras of vault main are not kept"));
  EXPECT_THAT(said(R"({"vault": "main", "promise_fits": true, "stopped": "all cameras", "full_of": "bytes"})"),
              HasSubstr("DISK FULL: all cameras"));
  EXPECT_THAT(said(R"({"vault": "main", "promise_fits": false, "stopped": "all cameras", "held": 2048})"),
              HasSubstr("all cameras of vault main are not kept; 2.0 KiB there are held: release what is over (tenure hold list)"));
}

TEST(StatusOnTheScreen, TellsOneThingFromSeveral) {
  const auto text = render("status", json::parse(R"({"counts": {"segments": 1, "calls": 2, "bytes": 1024},
      "ledger": {"entries": 1}, "scrub": {"lost": 1, "damaged": 2, "in_quarantine": 1}})"));
  for (const auto* said : {"kept: 1 segment, 2 calls, 1.0 KiB", "ledger: 1 entry,", "LOST: 1 recording without a file",
                           "DAMAGED: 2 recordings not as recorded", "IN QUARANTINE: 1 file nobody knows of"})
    EXPECT_THAT(text, HasSubstr(said));
}

TEST(StatusOnTheScreen, CallsNothingLostThatIsNotYetJudged) {
  const auto text = render("status", json::parse(R"({"scrub": {"lost": 0}, "lost": [], "lost_not_judged": 2})"));
  EXPECT_THAT(text, HasSubstr("NOT YET JUDGED: 2 recordings without a file: the time is not settled"));
  EXPECT_THAT(text, Not(HasSubstr("LOST")));
}

TEST(StatusOnTheScreen, NamesWhatIsLostAndSaysHowManyMoreThereAre) {
  auto status = json::parse(R"({"scrub": {"lost": 3}, "lost": [{"segment": "01a2", "source": "front-door",
      "start": "2026-11-22T19:10:27Z", "end": "2026-11-22T19:11:27Z"}]})");
  EXPECT_THAT(render("status", status),
              HasSubstr("LOST: 3 recordings without a file\n"
                        "  01a2 front-door: 2026-11-22T19:10:27Z to 2026-11-22T19:11:27Z\n"
                        "  and 2 more\n"));
  status.at("scrub").as_object()["lost"] = 1;
  EXPECT_THAT(render("status", status), Not(HasSubstr("more")));
}

TEST(ARebuildOnTheScreen, IsToldInSentences) {
  const auto text = render("rebuild", json::parse(R"({"segments": 645120, "calls": 1, "bytes": 2048, "holds": 3,
      "ledger_entries": 1, "gaps": 0, "tombstones": 7, "backups": 2, "finished_deletions": 1, "left": 0, "duplicates": 0,
      "old_catalogue": "/srv/old", "problems": ["a hold\u001bfile"], "gone": "people and their passwords"})"));
  EXPECT_THAT(text, Not(HasSubstr("{")));
  for (const auto* said :
       {"645120 segments and 1 call (2.0 KiB)", "0 gaps between them, 3 holds.\n", "With them: 1 entry of the ledger",
        "1 deletion had been begun, and came to an end\n", "look at this: a hold?file\n",
        "The old catalogue lies in /srv/old.\n", "Gone with it: people and their passwords.\nStart tenured now.\n"})
    EXPECT_THAT(text, HasSubstr(said));
  EXPECT_THAT(text, Not(HasSubstr("could not be taken")));
}

TEST(SegmentsOnTheScreen, SayRecordingForTheEndOfOneThatHasNone) {
  const auto text = render("segments", json::parse(R"([
      {"start": "2026-11-22T10:00:00Z", "end": "2026-11-22T10:01:00Z", "source": "door", "state": "live"},
      {"start": "2026-11-22T10:01:00Z", "end": "2026-11-22T10:01:00Z", "source": "door", "state": "recording"}])"));
  EXPECT_THAT(text, HasSubstr("\n2026-11-22T10:00:00Z  2026-11-22T10:01:00Z  door "));
  EXPECT_THAT(text, HasSubstr("\n2026-11-22T10:01:00Z  recording             door "));
}

TEST(SegmentsOnTheScreen, SayOfWhatHasExpiredThatItGoes) {
  const auto text = render("segments", json::parse(R"([{"source": "door", "state": "live", "ended": ""},
      {"source": "door", "state": "live", "ended": "expired"}, {"source": "door", "state": "live", "ended": "may have expired"},
      {"source": "door", "state": "lost", "ended": "expired"}])"));
  for (const auto* state : {" live\n", " expired, to be deleted\n", " may have expired, time is in doubt\n", " lost\n"})
    EXPECT_THAT(text, HasSubstr(state));
}

TEST(HoldsOnTheScreen, SayWhichReviewIsDueAndWhichSoon) {
  const auto text = render("hold list", json::parse(R"([{"id": "a", "review_due": false, "review_soon": true},
      {"id": "b", "review_due": true, "review_soon": false}, {"id": "c", "review_due": false, "review_soon": false}])"));
  EXPECT_THAT(text, testing::ContainsRegex("a .*soon.*\nb .*DUE.*\nc .* no "));
}

TEST(RequestsOnTheScreen, SayInWordsWhatWouldHappenAndUntilWhen) {
  auto request = json::parse(R"x({"id": "01a3", "state": "waiting", "act": "erase", "what": "Erase 12 recordings.", "amount": "12 recordings (3.4 GB)",
      "subject": {"recordings": "12", "root": "ee35"}, "reason": "Article 17", "asked_at": "2026-11-22T10:00:00Z",
      "asked_by": "anna", "asked_by_name": "Anna Smith (anna)", "expires_at": "2026-11-29T10:00:00Z"})x");
  EXPECT_EQ(render("approvals show", request), "request 01a3 (waiting)\nErase 12 recordings.\nreason: Article 17\n"
                                               "asked 2026-11-22T10:00:00Z by Anna Smith (anna), can be answered until 2026-11-29T10:00:00Z\n"
                                               "[these recordings and no others: ee35]\n");
  const auto list = render("approvals list", json::array{request});
  EXPECT_THAT(list, HasSubstr("Anna Smith (anna)  2026-11-29T10:00:00Z  Article 17  12 recordings (3.4 GB)  Erase 12 recordings.\n"));
  EXPECT_THAT(list, Not(HasSubstr("ee35")));
  request.as_object()["state"] = "approved";
  EXPECT_THAT(render("approvals show", request), HasSubstr("to be done by 2026-11-29T10:00:00Z"));
}

TEST(LedgerOnTheScreen, SaysOfErasedDetailThatTheActItselfKeepsItsOwn) {
  const auto text = render("ledger erase-detail", json::object{{"entry", 22}, {"ledger_number", 31}});
  EXPECT_THAT(text, HasSubstr("who and why of ledger entry 22 are erased from the ledger; that is entry 31\n"));
  EXPECT_THAT(text, HasSubstr("an order of erasure"));
}

TEST(ErasuresOnTheScreen, SayThatARestoreDidOneAgainAndNameNobody) {
  auto erasure = json::parse(R"({"id": "01a3", "ledger_number": 7, "ordered_at": null, "done_again_at": "2026-11-22T10:00:00Z", "ordered_by": "",
      "approved_by": "", "recordings": 1, "bytes": 0, "certified_at": null, "reason": "a restore brought this back"})");
  EXPECT_THAT(render("erase show", erasure), HasSubstr("erasure 01a3\nerased again 2026-11-22T10:00:00Z by a restore\nreason: "));
  EXPECT_THAT(render("erase list", json::array{erasure}), HasSubstr("again 2026-11-22T10:00:00Z"));
  EXPECT_THAT(render("attest", json::object{{"erasures_in_31_days", json::array{erasure}}}), HasSubstr("again 2026-11-22T10:00:00Z"));
  erasure.as_object()["ordered_at"] = erasure.at("done_again_at");
  erasure.as_object()["done_again_at"] = nullptr;
  erasure.as_object()["ordered_by"] = "anna";
  EXPECT_THAT(render("erase show", erasure), HasSubstr("\nordered 2026-11-22T10:00:00Z by anna\n"));
}

TEST(ARestoreOnTheScreen, SaysWhichHoldsAreBackAndWhatIsLeft) {
  const auto text = render("restore", json::parse(R"({"files": 3, "bytes": 0, "data_made_at": "d", "keys_made_at": "k",
      "holds": {"in_backup": 2, "text": "Holds in force: 2."}, "notes": ["one hold file was left"]})"));
  EXPECT_THAT(text, HasSubstr("note: one hold file was left\nHolds in force: 2.\nStart tenured"));
}

TEST(StatusOnTheScreen, SaysWhoDeletedSinceTheStart) {
  EXPECT_THAT(render("status", json::parse(R"({"sweep": {"deleted": 3}})")), HasSubstr("deleted by the sweep since the start: 3\n"));
}

TEST(ARollbackAcceptedOnTheScreen, SaysWhatTheLedgerGoesOnFromAndWhatIsStillWrong) {
  const auto text =
      render("ledger accept-rollback", json::parse(R"({"entries": 812, "rolled_back": "", "problem": ""})"));
  EXPECT_THAT(text, HasSubstr("goes on from the catalogue: 812 entries."));
  EXPECT_THAT(text, Not(HasSubstr("{")));
  EXPECT_THAT(text, HasSubstr("ask who places holds, and look at tenure hold list.\n"));
  EXPECT_THAT(render("ledger accept-rollback", json::parse(R"({"entries": 812, "holds": {"text": "Holds in force: 2."}})")),
              testing::AllOf(HasSubstr("\nHolds in force: 2.\n"), Not(HasSubstr("hold list"))));
  EXPECT_THAT(render("ledger accept-rollback", json::parse(R"({"entries": 812, "problem": "the disk is full"})")),
              HasSubstr("LEDGER NOT WRITTEN: the disk is full"));
  EXPECT_THAT(render("ledger accept-rollback", json::parse(R"({"entries": 812, "rolled_back": "a copy has more"})")),
              testing::AllOf(HasSubstr("STILL ROLLED BACK: a copy has more"), Not(HasSubstr("goes on"))));
}

}  // namespace
}  // namespace tenure::client
