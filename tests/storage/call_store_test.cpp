#include <gmock/gmock.h>

#include "storage/calls/numbers.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::days;
using std::chrono::hours;
using What = ImportOutcome::What;

const Instant kStart = at("2026-03-02T10:00:00Z");

class Calls : public testing::Test {
 protected:
  std::size_t found(CallQuery query) { return practice.parts->calls.find(query, practice.manager).size(); }
  std::size_t by_number(const std::string& number) {
    CallQuery query;
    query.number = number;
    return found(query);
  }
  std::size_t by_digits(const std::string& digits) {
    CallQuery query;
    query.last_digits = digits;
    return found(query);
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& item : boost::filesystem::recursive_directory_iterator(practice.folder.path / "vault"))
      count += item.path().extension() == ".seg";
    return count;
  }
  Practice practice{kStart};
};

TEST(Numbers, ReachOneFormFromEveryWayTheyAreWritten) {
  for (const auto* text : {"07700900123", "07700 900 123", "+44 7700 900123", "+44 (0)7700 900123", "0044 7700 900123",
                           "447700900123", "tel:+447700900123", "sip:07700900123@pbx.example;user=phone", "14107700900123"})
    EXPECT_EQ(to_e164(text), "+447700900123") << text;
  EXPECT_EQ(to_e164("020 7946 0123"), "+442079460123");
  EXPECT_EQ(to_e164("(0113) 496-0123"), "+441134960123");
  for (const auto* text : {"", "anonymous", "withheld", "Restricted", "201", "s", "+", "0", "12345678901234567890", "+44 07700 9oo123"})
    EXPECT_EQ(to_e164(text), "") << text;
}

// The header once said slot 0 of every call, so that no rebuild could have found its key.
TEST_F(Calls, ACallsFileNamesTheSlotOfItsKey) {
  for (const auto* native : {"one", "two"}) {
    const auto id = practice.import(call_at(kStart, "07700 900123", native), std::string(64, *native)).id;
    const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
    EXPECT_EQ(read_header(File(practice.parts->vaults.path_of(row), File::Mode::read)).slot, row.slot);
  }
}

TEST_F(Calls, AreFoundByAnyFormOfTheirNumber) {
  practice.import(call_at(kStart, "+447700900123", "a"), "one");
  practice.import(call_at(kStart, "020 7946 0123", "b"), "two");
  for (const auto* text : {"07700900123", "+44 7700 900123", "00447700900123", "900123"}) EXPECT_EQ(by_number(text), 1u) << text;
  EXPECT_EQ(by_number("07700900124"), 0u);
  EXPECT_EQ(by_number("020 7946 0123"), 1u);
}

TEST_F(Calls, AreFoundByFourToFifteenLastDigits) {
  practice.import(call_at(kStart, "07700 900123", "a"), "one");
  practice.import(call_at(kStart, "07700 910123", "b"), "two");
  practice.import(call_at(kStart, "0113 496 0123", "c"), "three");
  EXPECT_EQ(by_digits("0123"), 3u);
  EXPECT_EQ(by_digits("00123"), 1u);
  EXPECT_EQ(by_digits("10123"), 1u);
  EXPECT_EQ(by_digits("900123"), 1u);
  EXPECT_EQ(by_digits("7900123"), 0u);
  EXPECT_EQ(by_digits("07700900123"), 1u);
  EXPECT_EQ(by_digits("447700900123"), 1u);
  for (const auto* bad : {"123", "1234567890123456", "12 34", "abcd"})
    EXPECT_THAT(error_of([&] { by_digits(bad); }), testing::HasSubstr("last-digits")) << bad;
  EXPECT_THAT(error_of([&] { found({}); }), testing::StartsWith("usage"));
}

TEST_F(Calls, WithheldAreFoundByTimeAndExtension) {
  practice.import(call_at(kStart, "withheld", "a"), "one");
  practice.import(call_at(kStart + hours(5), "anonymous", "b"), "two");
  CallQuery query;
  query.extension = "201";
  EXPECT_THAT(error_of([&] { found(query); }), testing::StartsWith("usage"));
  query.span = Interval{kStart, kStart + hours(1)};
  EXPECT_EQ(found(query), 1u);
  query.extension = "202";
  EXPECT_EQ(found(query), 0u);
}

TEST_F(Calls, ComeBackByteForByteWithTheirDetails) {
  const std::string audio(3'000'000, 'x');
  auto details = call_at(kStart, "07700 900123", "a");
  details.parties[0].name = "Somebody";
  details.pauses = {{1000, 2000, "mask", "card"}};
  const auto outcome = practice.import(details, audio, sha256(as_view(audio)));
  ASSERT_EQ(outcome.what, What::imported);
  const auto call = practice.parts->calls.get(outcome.id, practice.manager);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->details.parties[0].name, "Somebody");
  EXPECT_EQ(call->details.pauses[0].to_ms, 2000);
  EXPECT_EQ(call->segment.digest, sha256(as_view(audio)));
  EXPECT_EQ(call->segment.expires_at, at("2029-03-02T10:00:00Z"));
  const auto key = practice.parts->keys.read(call->segment.slot, outcome.id);
  SealedReader reader(File(practice.parts->vaults.path_of(call->segment), File::Mode::read), *key);
  ASSERT_EQ(reader.plain_size(), audio.size());
  Blob back(audio.size());
  reader.read(0, back);
  EXPECT_EQ(as_text(back), audio);
  EXPECT_TRUE(reader.verify());
  EXPECT_EQ(reader.footer().leaf_count, 30u) << "one leaf a second";
}

TEST_F(Calls, TheSameContentTwiceIsOneCall) {
  const auto first = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  const auto again = practice.import(call_at(kStart, "07700 900123", "b"), "one");
  EXPECT_EQ(again.what, What::known);
  EXPECT_EQ(again.id, first.id);
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "a.wav"));
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "b.wav")) << "the other name is an alias";
  EXPECT_FALSE(practice.parts->calls.knows_file("pbx", "c.wav"));
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(practice.parts->keys.in_use(), 1u);
}

TEST_F(Calls, TheSameIdWithOtherContentIsRefusedAndNothingIsLeft) {
  practice.import(call_at(kStart, "07700 900123", "a"), "one");
  EXPECT_THAT(error_of([&] { practice.import(call_at(kStart, "07700 900123", "a"), "two"); }), testing::StartsWith("refused"));
  EXPECT_EQ(files(), 1u);
  EXPECT_EQ(practice.parts->keys.in_use(), 1u);
  EXPECT_TRUE(practice.parts->catalogue.in_state(State::reserved).empty());
}

TEST_F(Calls, ThatAreNotWhatTheirSidecarSaysAreRefusedAndNothingIsLeft) {
  EXPECT_THAT(error_of([&] { practice.import(call_at(kStart, "07700 900123", "a"), "one", Digest{}); }), testing::HasSubstr("SHA-256"));
  EXPECT_THAT(error_of([&] { practice.import(call_at(kStart, "07700 900123", "a"), ""); }), testing::HasSubstr("empty"));
  EXPECT_EQ(files(), 0u);
  EXPECT_EQ(practice.parts->keys.in_use(), 0u);
  EXPECT_EQ(practice.import(call_at(kStart, "07700 900123", "a"), "one").what, What::imported);
}

TEST_F(Calls, I15ErasedStayKnownAndDoNotComeBack) {
  const auto first = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  practice.clock.advance(days(1200));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "a.wav"));
  const auto again = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  EXPECT_EQ(again.what, What::erased_before);
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(practice.import(call_at(kStart, "07700 900123", "z"), "one").what, What::erased_before);
  EXPECT_TRUE(practice.parts->calls.knows_file("pbx", "z.wav"));
  EXPECT_EQ(by_number("07700900123"), 0u);
  EXPECT_EQ(files(), 0u);
}

TEST_F(Calls, I4ExpiredAreNotFoundBeforeTheSweepUnlessHeld) {
  const auto first = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  const auto kept = practice.import(call_at(kStart, "07700 900123", "b"), "two");
  auto request = practice.request({});
  request.calls = {kept.id};
  practice.parts->holds.add(request, practice.manager);
  practice.clock.advance(days(1200));
  CallQuery query;
  query.number = "07700900123";
  const auto calls = practice.parts->calls.find(query, practice.manager);
  ASSERT_EQ(calls.size(), 1u);
  EXPECT_EQ(calls[0].segment.id, kept.id);
  EXPECT_TRUE(calls[0].segment.held);
  EXPECT_FALSE(practice.parts->calls.get(first.id, practice.manager));
}

}  // namespace
}  // namespace tenure::storage
