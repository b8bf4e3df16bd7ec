#include "ingest/telephony/freepbx_name.h"

#include <gmock/gmock.h>

#include "ingest/telephony/file_name.h"

namespace tenure::ingest {
namespace {
using storage::Direction;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kZone = "Europe/London";
const std::vector<std::string> kExtensions = {"201", "202", "2010"};

std::optional<FreepbxName> parse(std::string_view name) { return parse_freepbx_name(name, kZone, kExtensions); }
Instant at(const char* text) { return *parse_rfc3339(text); }

TEST(FreepbxNames, TellWhoCalledWhomAndWhen) {
  const auto name = parse("in-201-07700900123-20260302-091201-1772442721.8942.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->type, "in");
  EXPECT_EQ(name->to, "201");
  EXPECT_EQ(name->from, "07700900123");
  EXPECT_EQ(name->unique_id, "1772442721.8942");
  EXPECT_EQ(name->direction, Direction::in);
  EXPECT_EQ(name->start, at("2026-03-02T09:12:01Z"));
  EXPECT_EQ(name->time_quality, "exact");
  ASSERT_EQ(name->parties.size(), 2u);
  EXPECT_EQ(name->parties[0].role, "remote");
  EXPECT_EQ(name->parties[0].number, "07700900123");
  EXPECT_EQ(name->parties[1].role, "local");
  EXPECT_EQ(name->parties[1].extension, "201");
}

TEST(FreepbxNames, GiveTheDirectionOfEveryType) {
  const std::string tail = "-20260302-091201-1772442721.1.wav", caller = "-07700900123";
  const std::vector<std::pair<std::string, Direction>> expected = {
      {"in-201" + caller, Direction::in},       {"out-07700900123-201", Direction::out},   {"internal-201-202", Direction::internal},
      {"external-201" + caller, Direction::in}, {"external-07700900123-201", Direction::out}, {"exten-202-201", Direction::internal},
      {"exten-201" + caller, Direction::in},    {"q-600" + caller, Direction::in},         {"rg-601" + caller, Direction::in},
      {"q-600-201", Direction::internal},       {"force-07700900123-201", Direction::out}, {"parked-71" + caller, Direction::unknown},
      {"ondemand-201" + caller, Direction::in}, {"CONF-8000-201", Direction::internal}};
  for (const auto& [head, direction] : expected) {
    const auto name = parse(head + tail);
    ASSERT_TRUE(name) << head;
    EXPECT_EQ(name->direction, direction) << head;
  }
}

TEST(FreepbxNames, AreReadFromTheRightBecauseNumbersHoldHyphens) {
  const auto name = parse("out-020-7946-0123*1#+-201-20260302-091201-pbx-2-1772442721.8942.WAV");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to, "020-7946-0123*1#+");
  EXPECT_EQ(name->from, "201");
  EXPECT_EQ(name->unique_id, "pbx-2-1772442721.8942");
  EXPECT_EQ(name->start, at("2026-03-02T09:12:01Z"));
}

TEST(FreepbxNames, AStampInsideANumberIsNotTheCalls) {
  const auto name = parse("in-201-20200101-000000-07700900123-20260302-091201-1772442721.8942.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to, "201-20200101-000000");
  EXPECT_EQ(name->from, "07700900123");
  EXPECT_EQ(name->start, at("2026-03-02T09:12:01Z"));
}

TEST(FreepbxNames, TheUniqueIdsEpochDecidesTheHourThatOccursTwice) {
  // 01:30 on 26 October 2025 came at 00:30Z and again at 01:30Z.
  const auto first = parse("in-201-07700900123-20251026-013000-1761438600.1.wav");
  const auto second = parse("in-201-07700900123-20251026-013000-1761442200.1.wav");
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->start, at("2025-10-26T00:30:00Z"));
  EXPECT_EQ(second->start, at("2025-10-26T01:30:00Z"));
  EXPECT_EQ(first->time_quality, "exact");
  EXPECT_EQ(second->time_quality, "exact");
}

TEST(FreepbxNames, WithoutAUsableEpochTheLaterOfTwoHoursIsTakenSoThatNothingGoesEarly) {
  const auto name = parse("in-201-07700900123-20251026-013000-0000000000.1.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->start, at("2025-10-26T01:30:00Z"));
  EXPECT_EQ(name->time_quality, "ambiguous");
}

TEST(FreepbxNames, AnEpochThatContradictsTheStampByDaysIsNotBelieved) {
  const auto name = parse("in-201-07700900123-20260702-091201-1172442721.1.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->start, at("2026-07-02T08:12:01Z")) << "summer time";
  EXPECT_EQ(name->time_quality, "local");
  EXPECT_FALSE(parse("in-201-07700900123-19700101-000000-0000000000.1.wav")) << "neither time is possible";
}

TEST(FreepbxNames, AnHourThatDoesNotExistLeavesTheEpoch) {
  const auto name = parse("in-201-07700900123-20260329-013000-1774747800.1.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->start, at("2026-03-29T01:30:00Z"));
  EXPECT_EQ(name->time_quality, "exact");
}

TEST(FreepbxNames, ThatAreNoneAreNotGuessedAt) {
  const std::string longest(200, '7');
  const std::vector<std::string> names = {
      "", "wav", ".wav", "-.wav", "call.wav", "in.wav", "in-201-07700900123.wav", "in-201-07700900123-20260302-091201.wav",
      "IN-201-07700900123-20260302-091201-1772442721.1.wav", "conf-1-2-20260302-091201-1772442721.1.wav",
      "in--20260302-091201-1772442721.1.wav.json", "in-201-077-2026030-091201-1772442721.1.wav", "in-201-077-20260302-09120a-1772442721.1.wav",
      "in-201-077-20260302-091201-1772442721.wav", "in-201-077-20260302-091201-.1.wav", "in-201-077-20260302-091201-12345678.1.wav",
      "in-201-077-20260302-091201-1772442721.1.ogg", "in-201-077-20260302-091201-1772442721.x.wav", "../in-201-077-20260302-091201-1772442721.1.wav",
      "in-2/1-077-20260302-091201-1772442721.1.wav", "in-201-0\n7-20260302-091201-1772442721.1.wav", "in-201-\xff-20260302-091201-1772442721.1.wav",
      std::string("in-201-0\0-20260302-091201-1772442721.1.wav", 42), "in-" + longest + longest + "-1-20260302-091201-1772442721.1.wav"};
  for (const std::string& name : names) EXPECT_FALSE(parse(name)) << name;
}

TEST(FreepbxNames, KeepHostileNumbersAsTextAndNothingElse) {
  const auto name = parse("in-201-$(rm -rf ~);'\"|`x`%s-20260302-091201-1772442721.1.wav");
  ASSERT_TRUE(name);
  EXPECT_EQ(name->to, "201-$(rm ");
  EXPECT_EQ(name->from, "rf ~);'\"|`x`%s");
  EXPECT_EQ(parse("in-201--20260302-091201-1772442721.1.wav")->from, "") << "a withheld caller";
}

TEST(FreepbxNames, CountTwoToSixDigitsAsInsideWhenNoExtensionsAreNamed) {
  const auto inside = parse_freepbx_name("external-202-201-20260302-091201-1772442721.1.wav", kZone, {});
  const auto outside = parse_freepbx_name("external-07700900123-201-20260302-091201-1772442721.1.wav", kZone, {});
  ASSERT_TRUE(inside && outside);
  EXPECT_EQ(inside->direction, Direction::internal);
  EXPECT_EQ(outside->direction, Direction::out);
}

TEST(FileNames, AreRefusedWithAReason) {
  EXPECT_THAT(name_problem(std::string(256, 'a')), HasSubstr("longer than 255"));
  EXPECT_THAT(name_problem("a\nb.wav"), HasSubstr("control characters"));
  EXPECT_THAT(name_problem("a\x7f.wav"), HasSubstr("control characters"));
  for (const char* bad : {"\xff.wav", "\xc0\xaf.wav", "\xe0\x80\xaf.wav", "\xed\xa0\x80.wav", "\xf4\x90\x80\x80.wav", "a\xc3"})
    EXPECT_THAT(name_problem(bad), HasSubstr("UTF-8")) << bad;
  for (const char* bad : {"", ".", "..", "a/b", "/"}) EXPECT_THAT(name_problem(bad), HasSubstr("no file name")) << bad;
  for (const char* good : {"a.wav", "Zoë €.wav", "\xf0\x9f\x93\x9e.wav", "...wav"}) EXPECT_EQ(name_problem(good), "") << good;
}

TEST(FileNames, TellWhatAFileIsByItsEnding) {
  for (const char* name : {"a.wav", "a.WAV", "b/a.mp3", "a.b.Mp3"}) EXPECT_EQ(kind_of(name), FileKind::audio) << name;
  EXPECT_EQ(kind_of("a.wav.json"), FileKind::sidecar);
  for (const char* name : {"a.wav.part", "a.tmp", "a.wav.filepart", "a.wav~"}) EXPECT_EQ(kind_of(name), FileKind::unfinished) << name;
  for (const char* name : {"wav", ".wav", "a.ogg", "a", "a.b/wav"}) EXPECT_EQ(kind_of(name), FileKind::other) << name;
}

TEST(FileNames, AreShownWithoutTelephoneNumbers) {
  EXPECT_EQ(masked("in-201-07700900123-x.wav"), "in-…0123-x.wav") << "what joins the number goes with it";
  for (const char* name : {"07700900123.wav", "07700 900 123.wav", "07700-900-123.wav", "+44(0)7700_900123.wav", "a/07700.900.123.wav"})
    EXPECT_THAT(masked(name), Not(HasSubstr("00900"))) << name;
  EXPECT_THAT(masked("07700 900 123.wav"), HasSubstr("…0123"));
  EXPECT_EQ(masked("07700900123/reception 2.wav"), "reception 2.wav");
  EXPECT_THAT(masked("a\x1b[31m.wav"), Not(HasSubstr("\x1b")));
}

TEST(FileNames, AreShownAsUtf8WhateverTheyAre) {
  std::string pounds = "x";
  for (int i = 0; i < 127; ++i) pounds += "\xc2\xa3";
  for (const std::string& name : {std::string("\xff\xfe.wav"), std::string("a\xc3.wav"), pounds, "x" + pounds, std::string(255, '\xff')})
    EXPECT_TRUE(is_utf8(masked(name))) << name;
  EXPECT_EQ(masked("Zoë.wav"), "Zoë.wav");
}

}  // namespace
}  // namespace tenure::ingest
