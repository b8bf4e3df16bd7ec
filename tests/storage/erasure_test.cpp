// Erasure by order: nothing that is held, nothing that was not named, the same deletion as every other, and a certificate
// that says what could not be reached.
#include <gmock/gmock.h>

#include <boost/json.hpp>

#include "storage/catalogue/catalogue_state.h"
#include "storage/erasure/erasure_certificate.h"
#include "tests/storage/number_told.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {
using ::testing::HasSubstr;
using ::testing::Not;
namespace json = boost::json;

const Actor kPartner{"partner", "p1"}, kManager{"manager", "p2"};

struct Crash {};

class ErasureTest : public ::testing::Test, protected Practice {
 protected:
  ErasureTest() : Practice(at("2026-03-02T14:00:00Z")) { open(); }
  void open() {
    erasures.reset();
    ledger.reset();
    Practice::restart();
    ledger = std::make_unique<Ledger>(parts->catalogue, clock, folder.path, parts->keys.root(), std::vector<Path>{});
    erasures = std::make_unique<Erasures>(parts->catalogue, clock, parts->vaults, parts->eraser, *ledger, parts->keys.root(),
                                          std::map<std::string, std::string>{{"front", "a memory card in the camera"}}, folder.path);
  }
  Interval minute(int number) const { return {start + std::chrono::minutes(number), start + std::chrono::minutes(number + 1)}; }
  ErasureRequest span(int from, int to, const std::string& source = "front") const {
    return {{{source, {minute(from).from, minute(to).from}}}, {}, {}};
  }
  std::optional<ApprovalId> approved(const ErasureRequest& request) {
    Approvals approvals(parts->catalogue, clock);
    const auto asked = approvals.ask("erase", erasures->preview(request).subject(), "a person's right", kPartner);
    approvals.approve(asked.id, kManager);
    return asked.id;
  }
  Erasure erase(const ErasureRequest& request) { return erasures->order(request, "a person's right", kPartner, approved(request)); }
  json::object certificate(const Erasure& erasure) const { return json::parse(erasures->show(erasure.id).certificate).as_object(); }
  std::vector<std::string> acts() const {
    std::vector<std::string> all;
    for (const auto& entry : parts->catalogue.ledger(0, 1000)) all.push_back(entry.act);
    return all;
  }

  const Instant start = at("2026-03-02T12:00:00Z");
  std::unique_ptr<Ledger> ledger;
  std::unique_ptr<Erasures> erasures;
};

TEST_F(ErasureTest, TakesWhatIsNamedBeforeItsTimeAndNothingElse) {
  std::vector<SegmentRow> rows;
  for (int i = 0; i < 5; ++i) rows.push_back(record("front", minute(i)));
  const auto other = record("waiting-room", minute(2));
  const auto made = erase(span(1, 3));
  EXPECT_EQ(made.recordings, 2u);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(exists(rows.at(static_cast<std::size_t>(i)).id), i != 1 && i != 2) << i;
  EXPECT_TRUE(exists(other.id));
  EXPECT_FALSE(file_exists(rows[1]));
  EXPECT_TRUE(parts->keys.is_erased(rows[1].slot));
  EXPECT_THAT(acts(), testing::IsSupersetOf({"approval-ask", "approval-approve", "erasure-order", "approval-use", "erase", "erasure-certificate"}));
  EXPECT_TRUE(ledger->verify().sound()) << to_json(ledger->verify());
}

TEST_F(ErasureTest, ARecordingOfWhichAPartIsNamedGoesWholeAndThePreviewSaysSo) {
  const auto row = record("front", minute(0));
  ErasureRequest request{{{"front", {minute(0).from + Seconds(50), minute(0).from + Seconds(55)}}}, {}, {}};
  ASSERT_EQ(erasures->preview(request).free.size(), 1u);
  EXPECT_EQ(erasures->preview(request).free[0].span, minute(0));
  erase(request);
  EXPECT_FALSE(exists(row.id));
}

TEST_F(ErasureTest, I8_WhatAHoldKeepsBlocksTheWholeAndTheHoldIsShownWithItsGround) {
  std::vector<SegmentRow> rows;
  for (int i = 0; i < 5; ++i) rows.push_back(record("front", minute(i)));
  const auto hold = parts->holds.add(request({{"front", {minute(2).from + Seconds(59), minute(3).from}}}), manager).hold;
  const auto why = error_of([&] { erasures->order(span(0, 5), "a person's right", kPartner, {}); });
  EXPECT_THAT(why, HasSubstr("Nothing was erased: 1 of 5"));
  EXPECT_THAT(why, HasSubstr(hold.id.text() + " (active): incident at the entrance; authority practice manager; review 2026-04-01"));
  EXPECT_THAT(why, HasSubstr("--source front --from 2026-03-02T12:00:00Z --to 2026-03-02T12:02:00Z"));
  EXPECT_THAT(why, HasSubstr("--source front --from 2026-03-02T12:03:00Z --to 2026-03-02T12:05:00Z"));
  for (const auto& row : rows) EXPECT_TRUE(exists(row.id));
  // The narrower request, as it is offered, goes through and leaves what is held.
  const auto rest = erasures->preview(span(0, 5)).rest;
  ASSERT_EQ(rest.spans.size(), 2u);
  EXPECT_EQ(erase(rest).recordings, 4u);
  EXPECT_TRUE(exists(rows[2].id));
}

TEST_F(ErasureTest, I9_AReleasedHoldStillBlocksForItsDay) {
  const auto row = record("front", minute(0));
  const auto hold = parts->holds.add(request({{"front", minute(0)}}), manager).hold;
  parts->holds.release(hold.id, "closed", manager);
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 1), "a right", kPartner, {}); }), HasSubstr("(releasing)"));
  clock.advance(std::chrono::hours(24) + Seconds(1));
  erase(span(0, 1));
  EXPECT_FALSE(exists(row.id));
}

TEST_F(ErasureTest, I8_AHoldPlacedAfterTheApprovalWins) {
  const auto row = record("front", minute(0));
  const auto approval = approved(span(0, 1));
  parts->holds.add(request({{"front", minute(0)}}), manager);
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 1), "a person's right", kPartner, approval); }), HasSubstr("Nothing was erased"));
  EXPECT_TRUE(exists(row.id));
  EXPECT_TRUE(erasures->list().empty());
}

TEST_F(ErasureTest, I6_AnApprovalIsForExactlyTheRecordingsThatWereShown) {
  const auto row = record("front", minute(0));
  const auto approval = approved(span(0, 2));
  const auto late = record("front", minute(1));
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 2), "a person's right", kPartner, approval); }), HasSubstr("is not for this"));
  EXPECT_TRUE(exists(row.id) && exists(late.id));
}

TEST_F(ErasureTest, I6_TheEraserTakesNothingBeforeItsTimeThatNoOrderNames) {
  const auto row = record("front", minute(0));
  const auto why = error_of([&] {
    parts->eraser.erase(Cause::erasure, [&](Catalogue::Transaction&, const TrustedTime&) { return std::vector{row}; });
  });
  EXPECT_THAT(why, HasSubstr("without an order"));
  EXPECT_TRUE(exists(row.id));
}

TEST_F(ErasureTest, OfACallTheIndexGoesTooAndItsNumberFindsNothing) {
  clock.advance(std::chrono::hours(1));
  const auto mine = import(call_at(minute(0).from, "07700 900123", "1"), "first call").id;
  import(call_at(minute(2).from, "07700 900456", "2"), "second call");
  ErasureRequest request{{}, {"+44 7700 900123"}, {}};
  EXPECT_EQ(erase(request).recordings, 1u);
  EXPECT_FALSE(exists(mine));
  EXPECT_TRUE(parts->calls.find({.number = "07700900123", .last_digits = {}, .extension = {}, .span = {}}, manager).empty());
  EXPECT_EQ(parts->calls.find({.number = "07700900456", .last_digits = {}, .extension = {}, .span = {}}, manager).size(), 1u);
  parts->catalogue.state().read([&](sqlite::Connection& db) { EXPECT_FALSE(db.query("SELECT 1 FROM call_token WHERE segment = ?", mine).step()); });
  for (const auto& entry : parts->catalogue.ledger(0, 1000))
    EXPECT_FALSE(tells_number(entry.subject, "900123")) << entry.subject;
}

TEST_F(ErasureTest, I15_AnErasedCallDoesNotComeBackByItsContentItsIdOrItsName) {
  const auto id = import(call_at(minute(0).from, "07700 900123", "1"), "the sound").id;
  erase({{}, {}, {id}});
  open();
  recover();
  EXPECT_EQ(import(call_at(minute(0).from, "07700 900123", "1"), "the sound").what, ImportOutcome::What::erased_before);
  EXPECT_EQ(import(call_at(minute(5).from, "07700 900123", "other id"), "the sound").what, ImportOutcome::What::erased_before);
  EXPECT_EQ(import(call_at(minute(0).from, "07700 900123", "1"), "another sound").what, ImportOutcome::What::erased_before);
  EXPECT_TRUE(parts->calls.knows_file("pbx", "1.wav"));
}

TEST_F(ErasureTest, OtherRecordingsOfTheSameCallAreCountedNotTaken) {
  auto first = call_at(minute(0).from, "07700 900123", "1"), second = call_at(minute(1).from, "07700 900123", "2");
  first.group_id = second.group_id = "g";
  const auto id = import(first, "one").id;
  import(second, "two");
  EXPECT_EQ(erasures->preview({{}, {}, {id}}).same_calls, 1u);
}

TEST_F(ErasureTest, WhatIsStillBeingRecordedAndWhatLiesOffLineIsInTheWay) {
  record("front", minute(0));
  reserve("front", minute(1));
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 2), "a right", kPartner, {}); }), HasSubstr("still being recorded"));
  EXPECT_THAT(error_of([&] { static_cast<void>(erasures->preview(span(0, 200))); }), HasSubstr("not in the past"));
  boost::filesystem::rename(folder.path / "vault", folder.path / "away");
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 1), "a right", kPartner, {}); }), HasSubstr("off line"));
}

TEST_F(ErasureTest, NamesWhatMakesNoSense) {
  EXPECT_THAT(error_of([&] { static_cast<void>(erasures->preview({})); }), HasSubstr("usage: source"));
  EXPECT_THAT(error_of([&] { static_cast<void>(erasures->preview(span(0, 1, "dor"))); }), HasSubstr("no camera"));
  EXPECT_THAT(error_of([&] { static_cast<void>(erasures->preview({{}, {}, {SegmentId::make(start)}})); }), HasSubstr("no recording"));
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 1), "a right", kPartner, {}); }), HasSubstr("nothing to erase"));
  record("front", minute(0));
  EXPECT_THAT(error_of([&] { erasures->order(span(0, 1), " ", kPartner, {}); }), HasSubstr("reason"));
}

TEST_F(ErasureTest, I3_ACrashBeforeEachStepIsFinishedAndCertifiedByTheNextStart) {
  for (int step = 2; step <= 5; ++step) {
    SCOPED_TRACE(step);
    const auto row = record("front", minute(step));
    const auto approval = approved(span(step, step + 1));
    parts->eraser.on_step([step](int now) {
      if (now == step) throw Crash{};
    });
    EXPECT_THROW(erasures->order(span(step, step + 1), "a person's right", kPartner, approval), Crash);
    open();
    recover();
    EXPECT_FALSE(exists(row.id));
    EXPECT_EQ(erasures->certify(), 1u);
    EXPECT_EQ(certificate(erasures->list().front()).at("items").as_array().size(), 1u);
    EXPECT_EQ(erasures->certify(), 0u);
  }
}

TEST_F(ErasureTest, I13_AnOrderThatIsOnRecordIsAcknowledgedThoughItsDeletionFailedHalfWay) {
  const auto row = record("front", minute(0));
  parts->eraser.on_step([](int step) {
    if (step == 4) throw Error(ErrorKind::io, "no disk");
  });
  const auto made = erase(span(0, 1));
  EXPECT_NE(made.ledger_number, 0u);
  EXPECT_FALSE(made.certified_at);
  parts->eraser.on_step([](int) {});
  EXPECT_EQ(parts->sweeper.sweep().deleted, 1u);
  erasures->set_other_copies({{"front", "a second recorder"}});  // settings that were read again
  EXPECT_EQ(erasures->certify(), 1u);
  EXPECT_FALSE(exists(row.id));
  EXPECT_THAT(json::serialize(certificate(made)), HasSubstr("a second recorder"));
  // One that is not on record was not given.
  record("front", minute(1));
  const auto approval = approved(span(1, 2));
  parts->eraser.on_step([](int step) {
    if (step == 1) throw Error(ErrorKind::io, "no disk");
  });
  EXPECT_THROW(erasures->order(span(1, 2), "a person's right", kPartner, approval), Error);
  EXPECT_EQ(erasures->list().size(), 1u);
}

TEST_F(ErasureTest, TheCertificateNamesWhoWhatProofAndTheCopiesOutOfReach) {
  record("front", minute(0));
  parts->catalogue.append_ledger({0, clock.now(), "partner", "export", R"({"kind":"native","source":"front","from":"2026-03-02T12:00:30Z","to":"2026-03-02T12:00:40Z"})", ""});
  parts->catalogue.append_ledger({0, clock.now(), "partner", "export", R"({"kind":"native","source":"front","from":"2026-03-02T12:01:00Z","to":"2026-03-02T12:02:00Z"})", ""});
  erasures->set_key_backups([] { return KeyBackupsRenewed{{"/mnt/a/new.tkb"}, {"/mnt/b/old.tkb"}, 2}; });
  const auto paper = certificate(erase(span(0, 1)));
  EXPECT_EQ(paper.at("ordered_by").as_string(), "partner");
  EXPECT_EQ(paper.at("approved_by").as_string(), "manager");
  EXPECT_EQ(paper.at("items").as_array().at(0).at("start").as_string(), "2026-03-02T12:00:00Z");
  EXPECT_EQ(paper.at("key_backups").at("removed").to_number<int>(), 2);
  std::string copies;
  for (const auto& copy : paper.at("out_of_reach").as_array()) copies += json::serialize(copy) + "\n";
  EXPECT_THAT(copies, HasSubstr("export (native)"));
  EXPECT_THAT(copies, HasSubstr("memory card"));
  EXPECT_THAT(copies, HasSubstr("/mnt/b/old.tkb"));
  EXPECT_THAT(copies, HasSubstr("images of the whole machine"));
  EXPECT_EQ(paper.at("out_of_reach").as_array().size(), 4u) << "the export of another minute is not in it";
  const auto note = read_note(std::string_view(paper.at("ledger").at("checkpoint").as_string()), {});
  ASSERT_TRUE(note);
  EXPECT_GE(note->checkpoint.size, paper.at("ledger").at("deleted").as_array().at(0).to_number<std::uint64_t>());
}

TEST_F(ErasureTest, TheCertificateCarriesThePracticesNameAndPeoplesFullNames) {
  parts->catalogue.write([](Catalogue::Transaction& transaction) {
    transaction.db.run(
        "INSERT INTO person(id, name, display, created_at, created_by, password, password_by, totp_by, recovery_by)"
        " VALUES(x'00000000000000000000000000000001', 'partner', 'Anna Smith', 0, '', '', '', '', '')");
  });
  record("front", minute(0));
  record("front", minute(1));
  const auto unnamed = certificate(erase(span(0, 1)));
  EXPECT_TRUE(unnamed.at("practice").is_null());
  EXPECT_THAT(certificate_text(json::serialize(unnamed)), Not(HasSubstr("Practice:")));
  erasures->set_practice("Example Surgery");
  const auto paper = certificate(erase(span(1, 2)));
  EXPECT_EQ(paper.at("practice").as_string(), "Example Surgery");
  EXPECT_EQ(paper.at("ordered_by").as_string(), "partner");
  const auto text = certificate_text(json::serialize(paper));
  EXPECT_THAT(text, HasSubstr("Practice: Example Surgery\n"));
  EXPECT_THAT(text, HasSubstr(" by Anna Smith (partner)\n"));
  EXPECT_THAT(text, HasSubstr("Approved by: manager\n")) << "who is no person here";
}

TEST_F(ErasureTest, ItsTextAndPageEscapeWhatPeopleTyped) {
  record("front", minute(0));
  const auto made = erasures->order(span(0, 1), "right of <b>erasure</b> & more", kPartner, {});
  const auto text = erasures->show(made.id).certificate;
  EXPECT_THAT(certificate_text(text), HasSubstr("right of <b>erasure</b> & more"));
  EXPECT_THAT(certificate_html(text), HasSubstr("right of &lt;b&gt;erasure&lt;/b&gt; &amp; more"));
  EXPECT_THAT(certificate_html(text), Not(HasSubstr("<b>")));
  EXPECT_THROW(certificate_text("{}"), std::exception);
}

TEST_F(ErasureTest, WaitsWithItsCertificateWhileTheKeysBackupFails) {
  record("front", minute(0));
  bool full = true;
  erasures->set_key_backups([&]() -> KeyBackupsRenewed {
    if (full) throw Error(ErrorKind::io, "the disk is full");
    return {};
  });
  const auto made = erase(span(0, 1));
  EXPECT_TRUE(made.certificate.empty());
  full = false;
  EXPECT_EQ(erasures->certify(), 1u);
  EXPECT_FALSE(erasures->show(made.id).certificate.empty());
}

TEST_F(ErasureTest, I18_WhatWasMadeFromRecordingsGoesBeforeTheCertificate) {
  const auto row = record("front", minute(0));
  std::vector<SegmentId> removed;
  erasures->add_derived([&](const std::vector<SegmentId>& ids) { removed = ids; });
  erase(span(0, 1));
  EXPECT_EQ(removed, std::vector{row.id});
}

}  // namespace
}  // namespace tenure::storage
