// Calls found by what somebody typed, however they typed it; what is refused; and when the source's own copy must stay.
#include <gmock/gmock.h>

#include "storage/calls/call_details.h"
#include "storage/calls/numbers.h"
#include "storage/catalogue/catalogue_state.h"
#include "tests/storage/practice.h"

namespace tenure::storage {
namespace {

using std::chrono::hours;
using testing::HasSubstr;
using testing::StartsWith;
using What = ImportOutcome::What;

const Instant kStart = at("2026-03-02T10:00:00Z");

TEST(NumberForms, AreCompletedOnlyWhereTheyCanBeToldForCertain) {
  const std::vector<std::pair<const char*, const char*>> forms{
      {"(0)7700 900123", "+447700900123"},
      {"+44 07700 900123", "+447700900123"},
      {"sips:+447700900123@pbx.example", "+447700900123"},
      {"0113 496 012", "+44113496012"},  // ten digits with the nought
      {"44113496012", "+44113496012"},
      {"147007700900123", "+447700900123"},
      {"14107700", ""},            // too short for a withheld number
      {"44+7700900123", ""},       // a plus inside
      {"4477009001234", ""},       // a digit too many
      {"+12345678901234567", ""},  // longer than any
      {"+0123456789", ""},         // no country begins with a nought
      {"+447700", ""},             // shorter than any
  };
  for (const auto& [raw, e164] : forms) EXPECT_EQ(to_e164(raw), e164) << raw;
  EXPECT_EQ(to_e164(std::string(70, '0')), "") << "no number is as long as that";
  EXPECT_EQ(digits_of(std::string(70, '1')).size(), 64u);
}

TEST(NumberForms, AnEndingHasFourDigitsAtLeastAndIsFiledUnderTheLongestThatFits) {
  const Key key{1};
  EXPECT_FALSE(ending_token(key, "123"));
  EXPECT_EQ(ending_token(key, "0123")->digits, 4u);
  EXPECT_EQ(ending_token(key, "900123")->digits, 6u);
  EXPECT_EQ(ending_token(key, "07700900123")->digits, 9u);
  EXPECT_EQ(number_tokens(key, {{"local", "201", "", "", "", ""}}).size(), 1u) << "an extension has no ending";
  EXPECT_EQ(number_tokens(key, {{"remote", "07700 900123", "", "", "", ""}}).size(), 4u) << "whole, nine, six and four";
  EXPECT_TRUE(number_tokens(key, {{"remote", "withheld", "", "", "", ""}}).empty());
}

TEST(NumberForms, APartyIsHeldToTheNumberHoweverItWasWritten) {
  const Party told{"remote", "07700 900123", "", "", "", ""}, inside{"local", "2 01", "", "", "", ""};
  EXPECT_TRUE(is_number(told, "+44 7700 900123"));
  EXPECT_FALSE(is_number(told, "07700 900124"));
  EXPECT_FALSE(is_number(told, "201"));
  EXPECT_TRUE(is_number(inside, "201"));
  EXPECT_FALSE(is_number(inside, "202"));
  EXPECT_TRUE(ends_with_digits(told, "07700900123"));
  EXPECT_TRUE(ends_with_digits(told, "447700900123"));
  EXPECT_TRUE(ends_with_digits(inside, "01"));
}

class FindCalls : public testing::Test {
 protected:
  std::vector<CallRow> found(const CallQuery& query) { return practice.parts->calls.find(query, practice.manager); }
  std::string refusal(const CallQuery& query) {
    return error_of([&] { found(query); });
  }
  static CallQuery by_number(const std::string& number) {
    CallQuery query;
    query.number = number;
    return query;
  }
  static CallQuery by_span(Instant from, Instant to) {
    CallQuery query;
    query.span = Interval{from, to};
    return query;
  }
  CallDetails inside_call(Instant start, const std::string& native) {
    auto details = call_at(start, "202", native);
    details.direction = Direction::internal;
    details.parties = {{"remote", "202", "", "", "", ""}, {"local", "", "", "", "201", ""}};
    return details;
  }
  Practice practice{kStart + hours(10)};
};

TEST_F(FindCalls, WhatIsNoQuestionIsRefusedByTheNameOfItsField) {
  EXPECT_THAT(refusal(by_number("anonymous")), StartsWith("usage: number:"));
  EXPECT_THAT(refusal(by_span(kStart, kStart)), StartsWith("usage: from, to:"));
  for (const auto& extension : {std::string(), std::string(33, '1')}) {
    auto query = by_span(kStart, kStart + hours(1));
    query.extension = extension;
    EXPECT_THAT(refusal(query), StartsWith("usage: extension:"));
  }
}

TEST_F(FindCalls, AnExtensionIsFoundAsANumberAndAsAnExtension) {
  practice.import(inside_call(kStart, "a"), "one");
  practice.import(call_at(kStart, "07700 900123", "b"), "two");
  EXPECT_EQ(found(by_number("202")).size(), 1u);
  EXPECT_EQ(found(by_number("203")).size(), 0u);
  auto query = by_span(kStart, kStart + hours(1));
  query.extension = "202";
  EXPECT_EQ(found(query).size(), 1u);
  query.extension = "201";
  EXPECT_EQ(found(query).size(), 2u);
}

TEST_F(FindCalls, ALocalNumberIsHeldToAllItsDigitsNotOnlyToThoseThatAreFiled) {
  practice.import(call_at(kStart, "07700 900123", "a"), "one");
  EXPECT_EQ(found(by_number("0900123")).size(), 1u);
  EXPECT_EQ(found(by_number("1900123")).size(), 0u) << "the same last six";
}

TEST_F(FindCalls, ANumberAndATimeMustBothFit) {
  practice.import(call_at(kStart, "07700 900123", "a"), "one");
  practice.import(call_at(kStart + hours(3), "07700 900123", "b"), "two");
  auto query = by_number("07700 900123");
  EXPECT_EQ(found(query).size(), 2u);
  query.span = Interval{kStart + hours(1), kStart + hours(4)};
  ASSERT_EQ(found(query).size(), 1u);
  EXPECT_EQ(found(query)[0].details.native_id, "b");
  query.last_digits = "0124";
  EXPECT_TRUE(found(query).empty());
}

TEST_F(FindCalls, AsManyAsWereAskedForComeAndNoMore) {
  for (int i = 0; i < 4; ++i)
    practice.import(call_at(kStart + hours(i), "07700 900123", std::to_string(i)), std::to_string(i));
  auto query = by_number("07700 900123");
  query.limit = 3;
  EXPECT_EQ(found(query).size(), 3u);
}

TEST_F(FindCalls, ACallWhoseKeyIsGoneOrWhoseDetailsWereChangedIsNotFound) {
  const auto first = practice.import(call_at(kStart, "07700 900123", "a"), "one").id;
  const auto second = practice.import(call_at(kStart, "07700 900123", "b"), "two").id;
  const auto third = practice.import(call_at(kStart, "07700 900123", "c"), "three").id;
  const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = first}).at(0);
  practice.parts->keys.erase(row.slot, row.id);
  practice.parts->catalogue.write([&](Catalogue::Transaction& transaction) {
    transaction.db.run("UPDATE call SET details = (SELECT details FROM call WHERE segment = ?2) WHERE segment = ?1",
                       second, third);
  });
  const auto left = found(by_number("07700 900123"));
  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].segment.id, third);
  EXPECT_FALSE(practice.parts->calls.get(first, practice.manager));
  EXPECT_FALSE(practice.parts->calls.get(SegmentId::make(kStart), practice.manager)) << "there never was such a call";
}

TEST_F(FindCalls, ACallWithoutASourceOrOfAnImpossibleLengthIsNotTaken) {
  auto details = call_at(kStart, "07700 900123", "a");
  details.source.clear();
  EXPECT_THAT(error_of([&] { practice.import(details, "one"); }), StartsWith("usage: source:"));
  for (const Duration length : {Duration(Seconds(-1)), Duration(hours(24 * 7) + Seconds(1))}) {
    details = call_at(kStart, "07700 900123", "a");
    details.duration = length;
    EXPECT_THAT(error_of([&] { practice.import(details, "one"); }), StartsWith("usage: duration:"));
  }
  EXPECT_TRUE(practice.parts->catalogue.in_state(State::reserved).empty());
}

TEST_F(FindCalls, OfNoTellableLengthOrOfVeryDenseSoundStillGetLeavesOfABoundedSize) {
  for (const auto& [native, length, size, leaves] : {std::tuple("short", Duration(Millis(500)), 100'000u, 2u),
                                                     std::tuple("dense", Duration(Seconds(1)), 2'000'000u, 31u)}) {
    auto details = call_at(kStart, "07700 900123", native);
    details.duration = length;
    const auto id = practice.import(details, std::string(size, *native)).id;
    const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = id}).at(0);
    SealedReader reader(File(practice.parts->vaults.path_of(row), File::Mode::read),
                        *practice.parts->keys.read(row.slot, row.id));
    EXPECT_EQ(reader.footer().leaf_count, leaves) << native << ": blocks of 64 KiB";
    EXPECT_TRUE(reader.verify());
  }
}

TEST_F(FindCalls, TheSourcesCopyMayGoOnlyWhileOursIsThereWholeOrTheCallWasDeletedHere) {
  const auto outcome = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  const auto why = [&](const ImportOutcome& of) { return practice.parts->calls.why_source_must_stay(of); };
  const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = outcome.id}).at(0);
  const auto path = practice.parts->vaults.path_of(row);
  EXPECT_EQ(why(outcome), "");
  EXPECT_EQ(why({What::erased_before, SegmentId::make(kStart)}), "");
  EXPECT_THAT(why({What::imported, SegmentId::make(kStart)}), HasSubstr("does not list our copy"));
  File(path, File::Mode::read_write).write_at(row.bytes, Blob{1});
  EXPECT_THAT(why(outcome), HasSubstr("has another size than was recorded"));
  boost::filesystem::rename(practice.folder.path / "vault", practice.folder.path / "away");
  EXPECT_THAT(why(outcome), HasSubstr("the vault main is off line"));
  boost::filesystem::rename(practice.folder.path / "away", practice.folder.path / "vault");
  remove_file(path);
  EXPECT_THAT(why(outcome), HasSubstr("its file is not in the vault main"));
  practice.parts->catalogue.mark_lost(row.id);
  EXPECT_THAT(why(outcome), HasSubstr("does not list our copy"));
}

TEST_F(FindCalls, I15_ASealedCallWithoutItsRowIsNotAdoptedWhereItsCallIsKnown) {
  const auto outcome = practice.import(call_at(kStart, "07700 900123", "a"), "one");
  const auto row = practice.parts->catalogue.segments({.source = {}, .cls = {}, .span = {}, .id = outcome.id}).at(0);
  const auto key = *practice.parts->keys.read(row.slot, row.id);
  const auto metadata = to_json_text(call_at(kStart, "07700 900123", "a"));
  auto copy = row;
  copy.id = SegmentId::make(kStart);
  const auto adopt = [&](const SegmentRow& what) { return practice.parts->calls.adopt(what, as_view(metadata), key); };
  EXPECT_EQ(adopt(copy).what, What::known);
  auto other = copy;
  other.digest[0] ^= 1;
  EXPECT_THAT(error_of([&] { adopt(other); }), HasSubstr("is or was kept as " + outcome.id.text()));
  practice.clock.advance(std::chrono::days(1200));
  ASSERT_EQ(practice.parts->sweeper.sweep().deleted, 1u);
  EXPECT_EQ(adopt(copy).what, What::erased_before);
  EXPECT_THAT(error_of([&] { adopt(other); }), HasSubstr("is or was kept as"));
}

}  // namespace
}  // namespace tenure::storage
