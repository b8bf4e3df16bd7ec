// Requests of a second person: never by oneself, used once, in the transaction of the act, and not for ever.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "storage/people/approvals.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using testing::HasSubstr;

const Instant kStart = at("2026-03-02T14:00:00Z");
const Actor kAnna{"anna", "01", {kPracticeManager}};
const Actor kBen{"ben", "02", {"partner"}};

class ApprovalsTest : public testing::Test {
 protected:
  ApprovalsTest() : practice_(kStart), approvals_(practice_.parts->catalogue, practice_.clock) {}
  Approval ask() { return approvals_.ask("erase", kSubject, "ordered", kAnna); }
  std::string use(const ApprovalId& id, const std::string& act = "erase", const std::string& subject = kSubject,
                  const Actor& actor = kAnna, const std::optional<std::string>& reason = {}) {
    return error_of([&] {
      practice_.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
        use_approval(transaction, {id, act, subject, reason}, actor, practice_.clock.trusted());
      });
    });
  }
  std::vector<std::string> acts() const {
    std::vector<std::string> all;
    for (const auto& entry : practice_.parts->catalogue.ledger(0, 100))
      if (entry.act.starts_with("approval-")) all.push_back(entry.act);
    return all;
  }
  static inline const std::string kSubject = approval_subject({{"segment", "00"}, {"class", "cctv"}});
  Practice practice_;
  Approvals approvals_;
};

TEST_F(ApprovalsTest, ARequestIsApprovedByAnotherAndUsedOnce) {
  const auto asked = ask();
  EXPECT_EQ(asked.state, ApprovalState::waiting);
  EXPECT_EQ(asked.expires_at, kStart + days(7));
  EXPECT_THAT(use(asked.id), HasSubstr("tenure approvals approve " + asked.id.text()));
  EXPECT_EQ(approvals_.approve(asked.id, kBen).state, ApprovalState::approved);
  EXPECT_EQ(use(asked.id), "no error");
  EXPECT_EQ(approvals_.show(asked.id).state, ApprovalState::used);
  EXPECT_THAT(use(asked.id), HasSubstr("is used"));
  EXPECT_THAT(acts(), testing::ElementsAre("approval-ask", "approval-approve", "approval-use"));
}

TEST_F(ApprovalsTest, OfManyWhoUseOneAtTheSameTimeOneDoes) {
  const auto asked = ask();
  approvals_.approve(asked.id, kBen);
  std::atomic<int> used{0}, refused{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      const auto said = use(asked.id);
      (said == "no error" ? used : refused) += said == "no error" || said.find("is used") != std::string::npos;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(used, 1);
  EXPECT_EQ(refused, 7);
  EXPECT_THAT(acts(), testing::ElementsAre("approval-ask", "approval-approve", "approval-use"));
}

TEST_F(ApprovalsTest, NobodyApprovesWhatTheyAskedForThemselves) {
  const auto asked = ask();
  EXPECT_THAT(error_of([&] { approvals_.approve(asked.id, kAnna); }), HasSubstr("somebody else"));
  EXPECT_EQ(approvals_.show(asked.id).state, ApprovalState::waiting);
}

TEST_F(ApprovalsTest, OnlyWhoMayDoTheActMayApproveOrRefuseIt) {
  approvals_.set_judge(
      {[](const Actor& actor, const Approval& approval) { return actor.name == "ben" && approval.act == "erase"; },
       {}});
  const auto asked = ask();
  const Actor carol{"carol", "03", {"it-administrator"}};
  EXPECT_THAT(error_of([&] { approvals_.approve(asked.id, carol); }), HasSubstr("your roles"));
  EXPECT_THAT(error_of([&] { approvals_.refuse(asked.id, "no", carol); }), HasSubstr("your roles"));
  EXPECT_EQ(approvals_.approve(asked.id, kBen).state, ApprovalState::approved);
}

TEST_F(ApprovalsTest, AnApprovalIsForOneActOnOneSubjectByWhoAskedForIt) {
  const auto asked = ask();
  approvals_.approve(asked.id, kBen);
  EXPECT_THAT(use(asked.id, "hold release"), HasSubstr("is not for this"));
  EXPECT_THAT(use(asked.id, "erase", approval_subject({{"segment", "01"}})), HasSubstr("is not for this"));
  EXPECT_THAT(use(asked.id, "erase", kSubject, kBen), HasSubstr("only be used by anna"));
  EXPECT_EQ(use(asked.id, "erase", approval_subject({{"class", "cctv"}, {"segment", "00"}})), "no error");
}

TEST_F(ApprovalsTest, WhatItIsNotForIsSaidInWords) {
  const auto subject = [](const char* from, const char* root) {
    return approval_subject({{"from", from}, {"back_seconds", "60"}, {"root", root}});
  };
  const auto asked = approvals_.ask("erase", subject("2026-03-02T13:50:00Z", "ee35"), "ordered", kAnna);
  approvals_.approve(asked.id, kBen);
  const auto start = "refused: Request " + asked.id.text() + " for erase is not for this: ";
  EXPECT_EQ(use(asked.id, "erase", subject("2026-03-02T13:51:00Z", "ab12")),
            start + "from was \"2026-03-02T13:50:00Z\" when it was asked, and is \"2026-03-02T13:51:00Z\" now; the recordings are "
                    "not the same. Do exactly what was asked for, or ask for this anew, without --approval.");
  EXPECT_THAT(use(asked.id, "erase", approval_subject({{"call_id", "a\nb"}})),
              testing::AllOf(HasSubstr("back seconds was \"60\" when it was asked, and is not named now"), HasSubstr("call id was not named when"),
                             testing::Not(HasSubstr("\n")), testing::Not(HasSubstr("{"))));
  EXPECT_EQ(use(asked.id, "hold release", subject("2026-03-02T13:50:00Z", "ee35")),
            start + "this is hold release. Ask for it anew, without --approval.");
}

TEST_F(ApprovalsTest, AnApprovalIsForTheReasonItWasGivenFor) {
  const auto asked = ask();
  approvals_.approve(asked.id, kBen);
  const auto other = use(asked.id, "erase", kSubject, kAnna, "a quarrel");
  EXPECT_THAT(other, HasSubstr("refused"));
  EXPECT_THAT(other, HasSubstr("\"ordered\""));
  EXPECT_THAT(other, HasSubstr("\"a quarrel\""));
  EXPECT_EQ(approvals_.show(asked.id).state, ApprovalState::approved);
  EXPECT_EQ(use(asked.id, "erase", kSubject, kAnna, "ordered"), "no error");
}

TEST_F(ApprovalsTest, AnActThatFailsLeavesItsApprovalUnused) {
  const auto asked = ask();
  approvals_.approve(asked.id, kBen);
  const auto failed = error_of([&] {
    practice_.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      use_approval(transaction, {asked.id, "erase", kSubject}, kAnna, practice_.clock.trusted());
      throw Error(ErrorKind::io, "the act failed");
    });
  });
  EXPECT_THAT(failed, HasSubstr("the act failed"));
  EXPECT_EQ(approvals_.show(asked.id).state, ApprovalState::approved);
  EXPECT_EQ(use(asked.id), "no error");
}

TEST_F(ApprovalsTest, WhatWasRefusedOrWithdrawnCannotBeUsed) {
  const auto refused = ask(), withdrawn = ask(), taken_back = ask();
  EXPECT_THAT(error_of([&] { approvals_.refuse(refused.id, " ", kBen); }), HasSubstr("reason"));
  approvals_.refuse(refused.id, "not ordered", kBen);
  approvals_.refuse(withdrawn.id, "a mistake", kAnna);
  approvals_.approve(taken_back.id, kBen);
  approvals_.refuse(taken_back.id, "second thoughts", kBen);
  for (const auto& id : {refused.id, withdrawn.id, taken_back.id}) {
    EXPECT_THAT(use(id), HasSubstr("is refused"));
    EXPECT_THAT(error_of([&] { approvals_.approve(id, kBen); }), HasSubstr("ask anew"));
  }
}

TEST_F(ApprovalsTest, ARequestExpiresWhenItsEndIsCertain) {
  const auto waiting = ask(), approved = ask();
  approvals_.approve(approved.id, kBen);
  practice_.clock.set({kStart + days(7) - hours(1), kStart + days(7)});
  EXPECT_EQ(approvals_.show(approved.id).state, ApprovalState::approved);
  practice_.clock.set({kStart + days(7), kStart + days(7)});
  EXPECT_THAT(use(approved.id), HasSubstr("is expired"));
  EXPECT_THAT(error_of([&] { approvals_.approve(waiting.id, kBen); }), HasSubstr("is expired"));
  EXPECT_EQ(approvals_.end_expired(), 2u);
  EXPECT_EQ(approvals_.end_expired(), 0u);
  EXPECT_EQ(acts().back(), "approval-expire");
}

TEST_F(ApprovalsTest, WhereNobodyElseCouldApproveADayStandsInForThem) {
  approvals_.set_judge({{}, [](const Approval&) { return false; }});
  const auto asked = ask();
  ASSERT_EQ(asked.earliest, kStart + hours(24));
  EXPECT_THAT(use(asked.id), HasSubstr("stands alone from 2026-03-03T14:00:00Z"));
  practice_.clock.set({kStart + hours(24) - Duration(1), kStart + hours(25)});
  EXPECT_THAT(use(asked.id), HasSubstr("stands alone"));
  practice_.clock.set({kStart + hours(24), kStart + hours(25)});
  EXPECT_EQ(use(asked.id), "no error");
}

TEST_F(ApprovalsTest, WhoComesWithinTheDelayMayStillRefuse) {
  approvals_.set_judge({{}, [](const Approval&) { return false; }});
  const auto asked = ask();
  approvals_.refuse(asked.id, "it is evidence", kBen);
  practice_.clock.advance(hours(30));
  EXPECT_THAT(use(asked.id), HasSubstr("is refused"));
}

TEST_F(ApprovalsTest, RequestsOutliveARestart) {
  const auto asked = ask();
  practice_.restart();
  Approvals again(practice_.parts->catalogue, practice_.clock);
  ASSERT_EQ(again.list().size(), 1u);
  EXPECT_EQ(again.list()[0].subject, kSubject);
  EXPECT_EQ(again.approve(asked.id, kBen).decided_by, "ben");
}

TEST_F(ApprovalsTest, AHoldsReleaseUsesTheApprovalInItsOwnTransaction) {
  auto& holds = practice_.parts->holds;
  const auto hold = holds.add(practice_.request({{"front", {kStart - hours(1), kStart}}}), kAnna).hold.id;
  const auto other = holds.add(practice_.request({{"front", {kStart - hours(2), kStart}}}), kAnna).hold.id;
  const auto asked = approvals_.ask("hold release", approval_subject({{"id", hold.text()}}), "settled", kAnna);
  EXPECT_THAT(error_of([&] { holds.release(hold, "settled", kAnna, asked.id); }),
              HasSubstr("waits for a second person"));
  EXPECT_EQ(holds.show(hold).hold.state, "active");
  approvals_.approve(asked.id, kBen);
  EXPECT_THAT(error_of([&] { holds.release(other, "settled", kAnna, asked.id); }), HasSubstr("is not for this"));
  EXPECT_EQ(holds.show(other).hold.state, "active");
  EXPECT_EQ(holds.release(hold, "settled", kAnna, asked.id).state, "releasing");
}

}  // namespace
}  // namespace tenure::storage
