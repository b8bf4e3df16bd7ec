// Verification of many entries: the lines made anew, and the stretches that threads take.
#include <gmock/gmock.h>

#include <boost/json.hpp>
#include <random>

#include "storage/ledger/entry.h"
#include "tests/storage/ledger_practice.h"

namespace tenure::storage {
namespace {

using testing::StartsWith;

// The format as docs/reference/ledger.md has it, by other means.
std::string line_by_definition(const EntryBody& body) {
  return R"({"number":)" + std::to_string(body.number) + R"(,"at":")" + to_rfc3339(body.at) + R"(","act":)" +
         boost::json::serialize(boost::json::string(body.act)) + R"(,"subject":)" + body.subject + R"(,"actor":")" +
         to_hex(body.actor) + R"(","reason":")" + to_hex(body.reason) + R"("})";
}

TEST(LedgerLines, AreTheSameWhateverWasWrittenBeforeThem) {
  static const std::array<std::string, 6> kActs{"hold-add", "view", "Hold", "a\"b\\c\n", "\xc3\xa9", "x1"};
  constexpr std::int64_t kLast = 7'258'118'399'999'999;  // in the year 2199
  std::mt19937_64 random(7);
  LineWriter writer;
  std::string out;
  std::int64_t micros = 0;
  for (std::uint64_t i = 0; i < 3'000; ++i) {
    // Within a day, on to the next, anywhere; whole seconds and not.
    if (i % 3 == 0) micros = std::uniform_int_distribution<std::int64_t>(0, kLast)(random);
    else micros = std::min(kLast, micros + std::uniform_int_distribution<std::int64_t>(0, 50'000'000'000)(random));
    if (i % 2 == 0) micros -= micros % 1'000'000;
    EntryBody body{random() >> (random() % 64), instant_from_micros(micros), kActs[random() % kActs.size()], "{}", {}, {}};
    for (auto& byte : body.actor) byte = static_cast<std::uint8_t>(random());
    for (auto& byte : body.reason) byte = static_cast<std::uint8_t>(random());
    out.clear();
    writer.append(out, body);
    ASSERT_EQ(out, line_by_definition(body));
    ASSERT_EQ(line_of(body), out);
  }
}

TEST(LedgerVerification, AnActOfThisMomentIsNoDifferenceFromTheFiles) {
  LedgerPractice practice;
  practice.act(300);
  practice.practice.parts->catalogue.append_ledger(ledger_entry(practice.practice.clock.now(), {"manager"}, "view", "{}", "reason"));
  EXPECT_TRUE(practice.derived(practice.key()).sound());
}

TEST(LedgerVerification, NamesAFileThatIsTooLargeForACheckpointAndGoesOn) {
  LedgerPractice practice;
  practice.act(3);
  practice.ledger->checkpoint("asked");
  write_durably(practice.files() / "checkpoints" / "odd", Blob(5'000));
  EXPECT_EQ(practice.verdict(), "entry 0: checkpoints/odd: is no checkpoint");
  EXPECT_EQ(practice.verdict_of_files(), "entry 0: checkpoints/odd: is no checkpoint");
}

class ManyEntries : public testing::Test {
 protected:
  ManyEntries() {
    practice.practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
      for (std::uint64_t i = 0; i < kCount; ++i)
        insert_ledger(transaction.db, ledger_entry(practice.practice.clock.now(), {"manager"}, "view", "{}", "reason"));
    });
    practice.tick();
    practice.ledger->checkpoint("asked");
    key = practice.key();
  }
  LedgerReport verified() { return practice.derived(key); }

  static constexpr std::uint64_t kCount = 5'000;  // several stretches, and a part of one
  LedgerPractice practice;
  VerifierKey key;
};

TEST_F(ManyEntries, AreSoundInWhateverOrderTheirStretchesWereTaken) {
  const auto report = verified();
  EXPECT_EQ(first_problem(report), "");
  EXPECT_GE(report.entries, kCount);
  EXPECT_EQ(report.root, verify_files(practice.files(), key).root);
}

TEST_F(ManyEntries, NameTheFirstBadOneWhereverItLies) {
  for (const int bad : {4'999, 4'097, 2'049, 2'048, 300, 1}) {
    const auto number = std::to_string(bad);
    practice.intrude("UPDATE ledger SET at = at + 1 WHERE number = " + number);
    EXPECT_THAT(first_problem(verified()), StartsWith("entry " + number + ":"));
  }
}

TEST_F(ManyEntries, NameTheFirstMissingOneAndTheFirstForeignDetail) {
  practice.intrude("UPDATE ledger_detail SET reason = 'another' WHERE number = 4500");
  EXPECT_THAT(first_problem(verified()), StartsWith("entry 4500: who acted or why"));
  practice.intrude("DELETE FROM ledger WHERE number BETWEEN 2050 AND 2100");
  EXPECT_THAT(first_problem(verified()), StartsWith("entry 2050: it is missing"));
  practice.intrude("DELETE FROM ledger_detail WHERE number = 2049");
  EXPECT_THAT(first_problem(verified()), StartsWith("entry 2049: who acted and why is gone"));
}

}  // namespace
}  // namespace tenure::storage
