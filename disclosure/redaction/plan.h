// A redaction plan, read from JSON and validated whole: docs/reference/redaction-plan.md. Pure.
#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "base/interval.h"

namespace tenure::disclosure::redaction {

enum class Mode { subject, cover };        // show only the boxes; hide only the boxes
enum class Fill { solid, plate };
enum class Side { all, left, right };

struct Keyframe {
  Instant time;
  std::optional<std::array<int, 4>> box;   // x, y, width, height in pixels of the coded picture; none where it ends
};

struct Box { double x = 0, y = 0, width = 0, height = 0; };

struct TrackOfBoxes {
  std::vector<Keyframe> keyframes;         // strictly in order of time
};

struct Mute {
  std::int64_t from_ms = 0, to_ms = 0;
  Side side = Side::all;
};

struct Plan {
  std::string source;                      // a camera, or
  std::string call;                        // a call's id
  Mode mode = Mode::subject;
  Fill fill = Fill::solid;
  std::vector<TrackOfBoxes> tracks;
  std::vector<Mute> mute;
};

struct PlanProblem {
  std::string field;                       // for people, who count from 1: "track 1, moment 3, box"
  std::string text;
};
using PlanProblems = std::vector<PlanProblem>;

// What of the document could be read keeps its place in `plan`, so that all else that is wrong can still be found.
struct PlanResult {
  PlanResult() = default;
  PlanResult(Plan made) : plan(std::move(made)) {}
  Plan plan;
  PlanProblems problems;
  bool is_document = true;                 // false: no JSON object, nothing in `plan`
};

// Bounded: 4 MiB of text, 1,000 tracks, 100,000 keyframes, 10,000 mutes. Unknown fields, and fields given twice (readers
// differ in which one counts), are problems.
PlanResult parse_plan(std::string_view json);
// Against the pictures it is for: boxes inside width × height.
PlanProblems check_plan(const Plan& plan, int width, int height);
// "track 1, moment 3, box" for (0, 2, "box").
std::string place_of(std::size_t track, std::size_t keyframe, std::string_view field);
// The box at an instant: linear between its neighbours, none outside its keyframes or where it ended.
std::optional<Box> box_at(const TrackOfBoxes& track, Instant time);
// The stretches of `span` in which no track has a box, in order. A single moment covers no stretch.
std::vector<Interval> without_box(const Plan& plan, const Interval& span);

}  // namespace tenure::disclosure::redaction
