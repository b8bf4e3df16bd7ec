// Framing and messages of the control socket.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "daemon/wire/frame.h"
#include "daemon/wire/message.h"

namespace tenure::wire {
namespace {

std::string why_refused(const Blob& five) {
  std::string why;
  return parse_header(five, why) ? "" : why;
}

std::string message_of(const std::string& request) {
  try {
    parse_request(request);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.message();
  }
  return {};
}

TEST(Frames, CarryTheirSizeAndTypeInFiveBytes) {
  const Blob frame = encode(Type::data, as_view("abc"));
  EXPECT_EQ(to_hex(frame), "0000000344616263");
  std::string why;
  const auto header = parse_header(View(frame).first(kHeaderSize), why);
  ASSERT_TRUE(header);
  EXPECT_EQ(header->type, Type::data);
  EXPECT_EQ(header->size, 3u);
}

TEST(Frames, OverTheLimitAreRefusedBeforeAnythingIsKept) {
  EXPECT_EQ(why_refused({0x00, 0x10, 0x00, 0x00, 'J'}), "");
  EXPECT_THAT(why_refused({0x00, 0x10, 0x00, 0x01, 'J'}), testing::HasSubstr("over the limit"));
  EXPECT_THAT(why_refused({0xff, 0xff, 0xff, 0xff, 'D'}), testing::HasSubstr("over the limit"));
}

TEST(Frames, OfAnUnknownTypeOrCutOffAreRefused) {
  EXPECT_THAT(why_refused({0, 0, 0, 1, 'Z'}), testing::HasSubstr("unknown"));
  EXPECT_THAT(why_refused({0, 0, 0, 1}), testing::HasSubstr("5 bytes"));
}

TEST(Frames, PutALongTextTogetherFromItsParts) {
  std::string text(2 * kLargestFrame + 17, 'x');
  text.back() = 'y';
  const Blob frames = encode_json(text);
  JsonText whole(text.size());
  View left(frames);
  std::vector<Type> types;
  while (!left.empty()) {
    std::string why;
    const auto header = parse_header(left.first(kHeaderSize), why);
    ASSERT_TRUE(header) << why;
    types.push_back(header->type);
    ASSERT_TRUE(whole.add(left.subspan(kHeaderSize, header->size)));
    left = left.subspan(kHeaderSize + header->size);
  }
  EXPECT_THAT(types, testing::ElementsAre(Type::part, Type::part, Type::json));
  EXPECT_EQ(whole.text(), text);
}

TEST(Frames, DoNotLetATextGrowOverItsLimit) {
  JsonText whole(4);
  EXPECT_TRUE(whole.add(as_view("abcd")));
  EXPECT_FALSE(whole.add(as_view("e")));
}

TEST(Requests, SurviveTheirWayThroughText) {
  const auto request = parse_request(to_text({"hold show", {{"id", "abc"}}}));
  EXPECT_EQ(request.verb, "hold show");
  EXPECT_EQ(request.args.at("id").as_string(), "abc");
}

TEST(Requests, ThatMakeNoSenseSayWhy) {
  EXPECT_THAT(message_of("{"), testing::HasSubstr("not JSON"));
  EXPECT_THAT(message_of("[1]"), testing::HasSubstr("not a JSON object"));
  EXPECT_THAT(message_of("{}"), testing::StartsWith("verb:"));
  EXPECT_THAT(message_of(R"({"verb": 1})"), testing::StartsWith("verb:"));
  EXPECT_THAT(message_of(R"({"verb": "status", "args": []})"), testing::StartsWith("args:"));
  EXPECT_THAT(message_of(R"({"verb": "status", "more": 1})"), testing::HasSubstr("unknown member"));
  EXPECT_THAT(message_of(std::string(10'000, '[')), testing::HasSubstr("not JSON"));
}

TEST(Errors, NameTheFieldTheyAreAbout) {
  EXPECT_EQ(field_of(Error(ErrorKind::usage, "review: is required")), "review");
  EXPECT_EQ(field_of(Error(ErrorKind::usage, "settings.cameras[0].url: outside")), "settings.cameras[0].url");
  EXPECT_EQ(field_of(Error(ErrorKind::usage, "the request is not JSON")), "");
  EXPECT_EQ(field_of(Error(ErrorKind::refused, "review: is required")), "");
}

TEST(Errors, KeepKindMessageAndCauseThroughText) {
  const auto error = parse_error(to_text(Error(ErrorKind::unavailable, "not now", "disk")));
  EXPECT_EQ(error.kind(), ErrorKind::unavailable);
  EXPECT_EQ(error.message(), "not now");
  EXPECT_EQ(error.cause(), "disk");
  EXPECT_EQ(parse_error("nonsense").kind(), ErrorKind::internal);
}

}  // namespace
}  // namespace tenure::wire
