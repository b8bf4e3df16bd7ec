// Erasure by people: what a second person approves is these recordings and no others, and nobody sees more than they may.
#include "storage/catalogue/catalogue_state.h"
#include "tests/daemon/people_fixture.h"

namespace tenure::daemon {
namespace {
namespace json = boost::json;
using ::testing::HasSubstr;
using ::testing::Not;

class Erase : public PeopleTest {
 protected:
  Erase() {
    storage_->catalogue().ensure_source("door", "cctv", storage::Kind::camera);
    sweep_.first_done = true;
    add("manager", {"practice-manager"});
    add("partner", {"partner"}, "manager");
    add("desk", {"front-desk"}, "manager");
  }
  SegmentId record(Instant from) { return record(from, SegmentId::make(from)); }
  SegmentId record(Instant from, const SegmentId& id) {
    storage::SegmentRow row;
    row.id = id;
    row.source = "door";
    row.cls = "cctv";
    row.span = {from, from + Seconds(60)};
    row.bytes = 1000;
    row.vault = storage_->vaults().names().front();
    storage_->catalogue().commit_segment(row);
    return row.id;
  }
  json::object of_door(Instant from, Instant to) const {
    return {{"spans", json::array{json::object{{"source", "door"}, {"from", to_rfc3339(from)}, {"to", to_rfc3339(to)}}}}};
  }
  json::object order(Instant from, Instant to, const std::string& approval = {}) const {
    auto args = of_door(from, to);
    args["reason"] = "Article 17";
    if (!approval.empty()) args["approval"] = approval;
    return args;
  }
  bool exists(const SegmentId& id) const { return !storage_->catalogue().segments({.source = {}, .cls = {}, .span = {}, .id = id}).empty(); }
  const Instant early_ = clock_.now() - std::chrono::hours(2);
};

TEST_F(Erase, I6_NeedsASecondPersonWhoApprovesTheseRecordingsAndNoOthers) {
  const auto first = record(early_);
  const auto manager = logged_in("manager"), partner = logged_in("partner");
  const auto asked = ask(manager, "erase", order(early_, early_ + Seconds(60))).as_object();
  EXPECT_EQ(asked.at("state").as_string(), "waiting");
  EXPECT_TRUE(exists(first));
  const auto id = std::string(asked.at("approval").at("id").as_string());
  EXPECT_EQ(asked.at("approval").at("what").as_string(),
            "Erase 1 recording (1.0 KB) of door, from 2026-03-02T12:00:00Z to 2026-03-02T12:01:00Z, before the promised date."
            " What is erased cannot be brought back.");
  EXPECT_EQ(ask(partner, "approvals list").at(0).at("amount").as_string(), "1 recording (1.0 KB)");
  EXPECT_THAT(refusal(manager, "erase", order(early_, early_ + Seconds(60), id)).message(), HasSubstr("waits for a second person"));
  EXPECT_THAT(refusal(manager, "approvals approve", {{"id", id}}).message(), HasSubstr("somebody else"));
  ask(partner, "approvals approve", {{"id", id}});
  const auto second = record(early_ + Seconds(60));
  EXPECT_THAT(refusal(manager, "erase", order(early_, early_ + Seconds(120), id)).message(), HasSubstr("is not for this"));
  const auto done = ask(manager, "erase", order(early_, early_ + Seconds(60), id)).as_object();
  EXPECT_EQ(done.at("approved_by").as_string(), "partner");
  EXPECT_TRUE(done.at("ordered_at").is_string());
  EXPECT_TRUE(done.at("done_again_at").is_null());
  EXPECT_FALSE(exists(first));
  EXPECT_TRUE(exists(second));
  EXPECT_THAT(refusal(manager, "erase", order(early_ + Seconds(60), early_ + Seconds(120), id)).message(), HasSubstr("is not for this"));
}

// The subject is compared first, so it must be the very same one: the recording is there again, as an older catalogue
// that is brought back would have it.
TEST_F(Erase, I6_AnApprovalIsUsedOnceEvenForTheSameErasure) {
  const auto recording = record(early_);
  const auto manager = logged_in("manager"), partner = logged_in("partner");
  const auto asked = ask(manager, "erase", order(early_, early_ + Seconds(60))).as_object();
  const auto id = std::string(asked.at("approval").at("id").as_string());
  ask(partner, "approvals approve", {{"id", id}});
  ask(manager, "erase", order(early_, early_ + Seconds(60), id));
  ASSERT_FALSE(exists(recording));
  record(early_, recording);
  EXPECT_THAT(refusal(manager, "erase", order(early_, early_ + Seconds(60), id)).message(), HasSubstr("is used"));
  EXPECT_TRUE(exists(recording));
  EXPECT_EQ(ask(manager, "approvals show", {{"id", id}}).at("state").as_string(), "used");
}

// Its catalogue is from before the order: what is known is when it was done again.
TEST_F(Erase, I15_OfOneThatARestoreDidAgainNoDateOfTheOrderIsMadeUp) {
  const auto id = storage::ErasureId::make(early_);
  storage_->catalogue().write([&](storage::Catalogue::Transaction& transaction) {
    transaction.db.run("INSERT INTO erasure(id, ordered_at, ordered_by, approved_by, reason, entry) VALUES(?, ?, '', '', 'a restore', 1)",
                       id, early_);
  });
  const auto manager = logged_in("manager");
  for (const auto& shown : {ask(manager, "erase list").at(0), ask(manager, "erase show", {{"id", id.text()}})}) {
    EXPECT_TRUE(shown.at("ordered_at").is_null());
    EXPECT_EQ(shown.at("done_again_at").as_string(), to_rfc3339(early_));
  }
}

TEST_F(Erase, I8_NobodyIsAskedToApproveWhatAHoldKeeps) {
  record(early_);
  const auto manager = logged_in("manager");
  auto hold = of_door(early_, early_ + Seconds(60));
  hold["reason"] = "claim";
  hold["authority"] = "insurer";
  hold["review"] = "2099-01-01";
  ask(manager, "hold add", hold);
  const auto said = refusal(manager, "erase", order(early_, early_ + Seconds(60))).message();
  EXPECT_THAT(said, HasSubstr("claim"));
  EXPECT_THAT(said, HasSubstr("insurer"));
  EXPECT_TRUE(ask(manager, "approvals list").as_array().empty());
  const auto shown = ask(manager, "erase preview", of_door(early_, early_ + Seconds(60))).as_object();
  EXPECT_FALSE(shown.at("allowed").as_bool());
  EXPECT_EQ(shown.at("holds").as_array().size(), 1u);
}

TEST_F(Erase, IsNotForTheFrontDeskAndHowManyCallsANumberHasIsNotForAPartner) {
  record(early_);
  EXPECT_THAT(refusal(logged_in("desk"), "erase", order(early_, early_ + Seconds(60))).message(), HasSubstr("right erase"));
  EXPECT_THAT(refusal(logged_in("desk"), "erase preview", of_door(early_, early_ + Seconds(60))).message(), HasSubstr("right see-holds"));
  EXPECT_THAT(refusal(logged_in("partner"), "erase preview", {{"numbers", json::array{"07700 900123"}}}).message(), HasSubstr("find-calls"));
}

TEST_F(Erase, KeysAndBackupsAreForWhoKeepsTheMachine) {
  EXPECT_THAT(refusal(logged_in("partner"), "keys rotate", {{"reason", "x"}}).message(), HasSubstr("right settings"));
  EXPECT_THAT(refusal(logged_in("partner"), "backup keys", {{"to", "/mnt"}}).message(), HasSubstr("right settings"));
  EXPECT_THAT(refusal(logged_in("manager"), "backup keys", {{"to", "mnt"}}).message(), HasSubstr("whole path"));
  const auto turned = ask(logged_in("manager"), "keys rotate", {{"reason", "yearly"}}).as_object();
  EXPECT_EQ(turned.at("generation").to_number<int>(), 2);
  EXPECT_THAT(std::string(turned.at("backups").at(0).as_string()), HasSubstr("there is no backup of the keys"));
  EXPECT_EQ(ask(logged_in("partner"), "keys show").at("generation").to_number<int>(), 2);
}

}  // namespace
}  // namespace tenure::daemon
