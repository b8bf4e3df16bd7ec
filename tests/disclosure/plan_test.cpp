#include <gtest/gtest.h>

#include "disclosure/redaction/pixel_boxes.h"

using namespace tenure;
using namespace tenure::disclosure::redaction;

namespace {
std::string fields(const std::vector<PlanProblem>& problems) {
  std::string all;
  for (const auto& one : problems) all += one.field + "|";
  return all;
}

const char* const kPlan = R"({"source":"front-door","mode":"subject","fill":"solid","tracks":[{"keyframes":[
  {"time":"2026-03-02T14:05:00Z","box":[10,20,100,200]},
  {"time":"2026-03-02T14:05:02Z","box":[30,20,100,200]},
  {"time":"2026-03-02T14:05:04Z","box":null}]}],
  "mute":[{"from_ms":1000,"to_ms":2000,"side":"left"}]})";

Instant at(double seconds) { return *parse_rfc3339("2026-03-02T14:05:00Z") + Duration(static_cast<std::int64_t>(seconds * 1e6)); }
}  // namespace

TEST(Plan, IsReadWhole) {
  const auto result = parse_plan(kPlan);
  EXPECT_EQ(fields(result.problems), "");
  EXPECT_EQ(result.plan.source, "front-door");
  EXPECT_EQ(result.plan.mode, Mode::subject);
  ASSERT_EQ(result.plan.tracks.size(), 1u);
  EXPECT_EQ(result.plan.tracks[0].keyframes.size(), 3u);
  ASSERT_EQ(result.plan.mute.size(), 1u);
  EXPECT_EQ(result.plan.mute[0].side, Side::left);
}

TEST(Plan, BoxMovesLinearlyBetweenMomentsAndIsNowhereElse) {
  const auto track = parse_plan(kPlan).plan.tracks.at(0);
  EXPECT_FALSE(box_at(track, at(-0.001)));
  EXPECT_DOUBLE_EQ(box_at(track, at(0))->x, 10);
  EXPECT_DOUBLE_EQ(box_at(track, at(1))->x, 20);
  EXPECT_DOUBLE_EQ(box_at(track, at(3))->x, 30);
  EXPECT_FALSE(box_at(track, at(4)));
  EXPECT_FALSE(box_at(track, at(9)));
}

TEST(Plan, ATrackThatDoesNotSayWhereItEndsEndsAtItsLastMoment) {
  const auto result = parse_plan(R"({"source":"a","mode":"subject","tracks":[{"keyframes":[{"time":"2026-03-02T14:05:00Z","box":[0,0,10,10]}]}]})");
  ASSERT_TRUE(result.problems.empty());
  EXPECT_TRUE(box_at(result.plan.tracks[0], at(0)));
  EXPECT_FALSE(box_at(result.plan.tracks[0], at(0.04)));
}

TEST(Plan, EveryProblemIsListedAtOnce) {
  const auto result = parse_plan(R"({"source":"a","call":"b","mode":"blur","fill":"pink","who":"me","tracks":[{"keyframes":[
    {"time":"2026-03-02T14:05:02Z","box":[0,0,10,10]},{"time":"2026-03-02T14:05:01Z","box":[0,0,10,10]},
    {"time":"yesterday","box":[0,0,10,10]},{"time":"2026-03-02T14:05:09Z","box":[0,0,0,10]},{"time":"2026-03-02T14:06:09Z"}]}],
    "mute":[{"from_ms":2000,"to_ms":1000,"side":"middle"}]})");
  EXPECT_EQ(fields(result.problems),
            "who|source|mode|fill|track 1, moment 2, time|track 1, moment 3, time|track 1, moment 4, box|"
            "track 1, moment 5, box|mute 1, to_ms|mute 1, side|");
  EXPECT_EQ(result.plan.tracks.at(0).keyframes.size(), 5u) << "each keeps its number";
}

TEST(Plan, AFieldGivenTwiceIsRefusedByItsName) {
  const auto result = parse_plan(R"({"source":"a","mode":"cover","mode":"subject","tracks":[{"keyframes":[]},{"keyframes":[
    {"time":"2026-03-02T14:05:00Z","box":[0,0,10,10]},
    {"time":"2026-03-02T14:05:01Z","box":[0,0,10,10],"b\u006fx":[0,0,10,10]}],"keyframes":[{"time":"2026-03-02T14:05:00Z","box":null}]}],
    "mute":[{"from_ms":1,"to_ms":2,"from_ms":0}]})");
  EXPECT_EQ(fields(result.problems), "mode|track 2, moment 2, box|track 2, keyframes|mute 1, from_ms|track 1, keyframes|");
  EXPECT_EQ(result.problems.at(0).text, "is given twice: leave the one that is meant");
  EXPECT_EQ(fields(parse_plan(kPlan).problems), "") << "the same name in different objects is one each";
}

TEST(Plan, WhatIsNoJsonObjectIsRefusedInWords) {
  for (const char* text : {"", " \n", "[]", "{", "null", "{\"source\":}"}) EXPECT_EQ(parse_plan(text).problems.size(), 1u) << text;
  EXPECT_EQ(parse_plan("").problems.at(0).text, "the plan is empty: it must be one JSON object");
  EXPECT_EQ(parse_plan(std::string(5 << 20, ' ')).problems.at(0).text, "the plan is over 4 MiB");
}

TEST(Plan, BoxesOutsideThePictureAreNamed) {
  const auto plan = parse_plan(kPlan).plan;
  EXPECT_EQ(fields(check_plan(plan, 130, 220)), "");
  EXPECT_EQ(fields(check_plan(plan, 129, 220)), "track 1, moment 2, box|");
  EXPECT_EQ(fields(check_plan(plan, 1920, 219)), "track 1, moment 1, box|track 1, moment 2, box|");
}

TEST(Plan, WhatIsShownShrinksToEvenPixelsAndWhatIsHiddenGrows) {
  auto plan = parse_plan(R"({"source":"a","mode":"subject","tracks":[{"keyframes":[
    {"time":"2026-03-02T14:05:00Z","box":[11,21,101,201]},{"time":"2026-03-02T14:05:02Z","box":null}]}]})").plan;
  EXPECT_EQ(pixel_boxes(plan, at(1), 640, 480), (std::vector<worker::PixelBox>{{12, 22, 100, 200}}));
  plan.mode = Mode::cover;
  EXPECT_EQ(pixel_boxes(plan, at(1), 640, 480), (std::vector<worker::PixelBox>{{10, 20, 102, 202}}));
  EXPECT_EQ(pixel_boxes(plan, at(1), 111, 221), (std::vector<worker::PixelBox>{{10, 20, 101, 201}}));
  EXPECT_TRUE(pixel_boxes(plan, at(2), 640, 480).empty());
}

TEST(Plan, ABoxThatShrinksToNothingShowsNothing) {
  const auto plan = parse_plan(R"({"source":"a","mode":"subject","tracks":[{"keyframes":[
    {"time":"2026-03-02T14:05:00Z","box":[11,21,1,1]},{"time":"2026-03-02T14:05:02Z","box":null}]}]})").plan;
  EXPECT_TRUE(pixel_boxes(plan, at(1), 640, 480).empty());
}

TEST(Plan, SaysWhichStretchesHaveNoBox) {
  const auto plan = parse_plan(kPlan).plan;  // a box from 0 to 4 s
  EXPECT_TRUE(without_box(plan, {at(0), at(4)}).empty());
  EXPECT_EQ(without_box(plan, {at(-1), at(5)}), (std::vector<Interval>{{at(-1), at(0)}, {at(4), at(5)}}));
  EXPECT_EQ(without_box(plan, {at(100), at(110)}), (std::vector<Interval>{{at(100), at(110)}})) << "a mistyped date";
  auto single = plan;
  single.tracks[0].keyframes.resize(1);
  EXPECT_EQ(without_box(single, {at(0), at(4)}), (std::vector<Interval>{{at(0), at(4)}})) << "one moment covers no stretch";
}
