#include "ingest/telephony/sidecar.h"

#include <gmock/gmock.h>

namespace tenure::ingest {
namespace {
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

SidecarResult parse(const std::string& text) { return parse_sidecar(as_view(text)); }
SidecarResult parse_fields(const std::string& fields) { return parse(R"({"schema":"tenure-call-1",)" + fields + "}"); }

std::string only_problem(const SidecarResult& result) {
  EXPECT_EQ(result.problems.size(), 1u) << ::testing::PrintToString(result.problems);
  return result.problems.empty() ? "" : result.problems[0];
}

TEST(Sidecar, GivesEveryFieldThatItHolds) {
  const std::string text = R"({"schema":"tenure-call-1","source":"pbx","native_id":"1772442721.8942","group_id":"1772442700.1","direction":"in",
    "start":"2026-03-02T10:12:01+01:00","answer":"2026-03-02T09:12:09Z","end":"2026-03-02T09:15:40Z",
    "parties":[{"role":"remote","number":"07700 900123","name":"A. Caller","channel":"left"},{"role":"local","extension":"201"},{"role":"transferee","number":"020 7946 0123"}],
    "file":{"name":"a.wav","bytes":32044,"sha256":"E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"},
    "pauses":[{"from_ms":1000,"to_ms":2500,"kind":"mask","reason":"card"},{"from_ms":3000,"to_ms":3001}],
    "announcement_played":true,"objection":false,"agent":"A. Nurse","queue":"reception","notes":"rang twice","of_a_later_version":{"x":[1]}})";
  const auto result = parse(text);
  ASSERT_TRUE(result.ok()) << ::testing::PrintToString(result.problems);
  const Sidecar& s = result.sidecar;
  EXPECT_EQ(s.native_id, "1772442721.8942");
  EXPECT_EQ(s.group_id, "1772442700.1");
  EXPECT_EQ(s.direction, storage::Direction::in);
  EXPECT_EQ(s.start, *parse_rfc3339("2026-03-02T09:12:01Z"));
  EXPECT_EQ(s.answered, *parse_rfc3339("2026-03-02T09:12:09Z"));
  EXPECT_EQ(s.ended, *parse_rfc3339("2026-03-02T09:15:40Z"));
  ASSERT_EQ(s.parties.size(), 3u);
  EXPECT_EQ(s.parties[0].number, "07700 900123");
  EXPECT_EQ(s.parties[0].name, "A. Caller");
  EXPECT_EQ(s.parties[0].channel, "left");
  EXPECT_EQ(s.parties[1].extension, "201");
  EXPECT_EQ(s.parties[2].role, "transferee");
  EXPECT_EQ(s.file_name, "a.wav");
  EXPECT_EQ(s.bytes, 32044u);
  EXPECT_EQ(s.sha256, sha256({}));
  ASSERT_EQ(s.pauses.size(), 2u);
  EXPECT_EQ(s.pauses[0].kind, "mask");
  EXPECT_EQ(s.pauses[0].reason, "card");
  EXPECT_EQ(s.pauses[0].to_ms, 2500);
  EXPECT_EQ(s.pauses[1].kind, "pause");
  EXPECT_EQ(s.text, text) << "kept word for word, also what is not understood yet";
}

TEST(Sidecar, NeedsNothingButItsSchema) {
  const auto result = parse(R"({"schema":"tenure-call-1","native_id":null,"start":null,"parties":[],"file":null})");
  EXPECT_TRUE(result.ok());
  EXPECT_FALSE(result.sidecar.start);
  EXPECT_FALSE(result.sidecar.bytes);
}

TEST(Sidecar, WithoutTheRightSchemaIsNotGuessedAt) {
  for (const char* text : {"{}", R"({"schema":"tenure-call-2"})", R"({"schema":"TENURE-CALL-1"})", R"({"native_id":"1"})"})
    EXPECT_THAT(only_problem(parse(text)), HasSubstr("schema must be \"tenure-call-1\"")) << text;
  EXPECT_THAT(parse(R"({"schema":1})").problems, ElementsAre(HasSubstr("schema must be text"), HasSubstr("tenure-call-1")));
}

TEST(Sidecar, ThatIsNoJsonObjectIsSaidToBeNone) {
  for (const char* text : {"", " ", "{", R"({"schema":"tenure-call-1")", R"({"schema":"tenure-call-1"} x)", "<xml/>", "{'schema':1}", "{\"schema\":\"\xff\"}",
                           "\xef\xbb\xbf{}"})
    EXPECT_THAT(only_problem(parse(text)), HasSubstr("is not JSON")) << text;
  for (const char* text : {"[]", "1", "null", "\"x\""}) EXPECT_THAT(only_problem(parse(text)), HasSubstr("must be a JSON object")) << text;
}

TEST(Sidecar, IsBoundedInSizeAndDepth) {
  const std::string longest = R"({"schema":"tenure-call-1","notes":")" + std::string(kLargestSidecar - 37, 'x') + "\"}";
  ASSERT_EQ(longest.size(), kLargestSidecar);
  EXPECT_TRUE(parse(longest).ok());
  EXPECT_THAT(only_problem(parse(longest + " ")), HasSubstr("256 KiB"));
  EXPECT_THAT(only_problem(parse(std::string(100'000, '['))), HasSubstr("is not JSON"));
  EXPECT_THAT(only_problem(parse_fields("\"native_id\":\"" + std::string(201, 'x') + "\"")), HasSubstr("native_id is longer than 200 bytes"));
  std::string parties = "{}";
  for (int i = 0; i < 50; ++i) parties += ",{}";
  EXPECT_THAT(only_problem(parse_fields("\"parties\":[" + parties + "]")), HasSubstr("parties must be a list of at most 50"));
}

TEST(Sidecar, TimesNeedTheirOffset) {
  for (const char* text : {"2026-03-02T09:12:01", "2026-03-02 09:12", "09:12", "1772442721", "2026-13-02T09:12:01Z", "2026-02-30T09:12:01Z", "", "-026-03-02T09:12:01Z", "2026-03-02T-9:12:01Z",
                           "2026-03-02T09:12:01.Z+", "2585-03-02T10:12:0-+01:00", "2026-03-02T09:12:01.123", "2026-03-02T09:12:01+1:00", "2026-03-02T09:12:-1.99999999999999999Z"})
    EXPECT_THAT(only_problem(parse_fields(std::string("\"start\":\"") + text + "\"")), HasSubstr("start must be a time with its offset")) << text;
  EXPECT_THAT(only_problem(parse_fields(R"("start":1772442721)")), HasSubstr("start must be text"));
  for (const char* text : {"2026-03-02T09:12:01.5Z", "2026-03-02t09:12:01z", "2026-03-02 09:12:01-00:30"})
    EXPECT_TRUE(parse_fields(std::string("\"start\":\"") + text + "\"").ok()) << text;
}

TEST(Sidecar, AnAbsurdlyEarlyStartIsRefusedBecauseItWouldDeleteEarly) {
  EXPECT_THAT(only_problem(parse_fields(R"("start":"1970-01-01T00:00:00Z")")), HasSubstr("before the year 2000"));
}

TEST(Sidecar, ACallThatEndsBeforeItStartsIsAMistake) {
  EXPECT_THAT(only_problem(parse_fields(R"("start":"2026-03-02T09:12:01Z","end":"2026-03-02T09:12:00Z")")), HasSubstr("start lies after answer or end"));
  EXPECT_THAT(only_problem(parse_fields(R"("start":"2026-03-02T09:12:01Z","answer":"2026-03-02T09:12:00Z")")), HasSubstr("start lies after answer or end"));
}

TEST(Sidecar, FieldsOfTheWrongKindAreNamed) {
  EXPECT_THAT(only_problem(parse_fields(R"("direction":"sideways")")), HasSubstr("direction must be in, out or internal"));
  EXPECT_THAT(only_problem(parse_fields(R"("parties":{})")), HasSubstr("parties must be a list"));
  EXPECT_THAT(only_problem(parse_fields(R"("parties":[{},7])")), HasSubstr("parties[2] must be an object"));
  EXPECT_THAT(only_problem(parse_fields(R"("parties":[{"role":"burglar"}])")), HasSubstr("parties[1].role must be"));
  EXPECT_THAT(only_problem(parse_fields(R"("file":[])")), HasSubstr("file must be an object"));
  EXPECT_THAT(only_problem(parse_fields(R"("file":{"sha256":"12"})")), HasSubstr("file.sha256 must be 64"));
  for (const char* bytes : {"-1", "1.5", "1e30", "\"12\"", "18446744073709551615"})
    EXPECT_THAT(only_problem(parse_fields(std::string(R"("file":{"bytes":)") + bytes + "}")), HasSubstr("file.bytes must be a whole number")) << bytes;
}

TEST(Sidecar, PausesHaveBothEndsInOrder) {
  for (const char* pause : {"{}", R"({"from_ms":1})", R"({"to_ms":1})", R"({"from_ms":5,"to_ms":5})", R"({"from_ms":6,"to_ms":5})"})
    EXPECT_THAT(only_problem(parse_fields(std::string("\"pauses\":[") + pause + "]")), HasSubstr("pauses[1].to_ms and from_ms must both be given")) << pause;
  EXPECT_THAT(only_problem(parse_fields(R"("pauses":[{"from_ms":1,"to_ms":2,"kind":"beep"}])")), HasSubstr("pauses[1].kind must be mask or pause"));
}

TEST(Sidecar, ControlCharactersStayOut) {
  EXPECT_THAT(only_problem(parse_fields(R"("native_id":"a\u0000b")")), HasSubstr("native_id holds a control character"));
  EXPECT_THAT(only_problem(parse_fields(R"("parties":[{"name":"a\u001b[31m"}])")), HasSubstr("parties[1].name holds a control character"));
}

TEST(Sidecar, EveryMistakeIsListedButNotWithoutEnd) {
  EXPECT_EQ(parse_fields(R"("direction":"x","start":"y","file":{"bytes":-1})").problems.size(), 3u);
  std::string pauses = "{}";
  for (int i = 0; i < 999; ++i) pauses += ",{}";
  EXPECT_EQ(parse_fields("\"pauses\":[" + pauses + "]").problems.size(), 20u);
}

TEST(Sidecar, ProblemsNeverRepeatANumberOrAName) {
  const auto result = parse_fields(R"("start":"07700900123","direction":"07700900123","parties":[{"role":"07700900123","number":"\u000107700900123","name":7}],"file":{"sha256":"07700900123"})");
  EXPECT_EQ(result.problems.size(), 6u);
  for (const std::string& problem : result.problems) EXPECT_THAT(problem, Not(HasSubstr("900123")));
}

}  // namespace
}  // namespace tenure::ingest
