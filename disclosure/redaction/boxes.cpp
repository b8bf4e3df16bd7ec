#include <algorithm>

#include "disclosure/redaction/plan.h"

namespace tenure::disclosure::redaction {

static std::string words(const std::array<int, 4>& box) {
  return "[" + std::to_string(box[0]) + ", " + std::to_string(box[1]) + ", " + std::to_string(box[2]) + ", " + std::to_string(box[3]) + "]";
}

std::string place_of(std::size_t track, std::size_t keyframe, std::string_view field) {
  return "track " + std::to_string(track + 1) + ", moment " + std::to_string(keyframe + 1) + ", " + std::string(field);
}

PlanProblems check_plan(const Plan& plan, int width, int height) {
  PlanProblems problems;
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const auto& keyframes = plan.tracks[t].keyframes;
    for (std::size_t k = 0; k < keyframes.size(); ++k) {
      if (!keyframes[k].box) continue;
      const auto& box = *keyframes[k].box;
      if (box[0] >= 0 && box[1] >= 0 && box[0] + box[2] <= width && box[1] + box[3] <= height) continue;
      problems.push_back({place_of(t, k, "box"),
                          words(box) + " reaches outside the picture of " + std::to_string(width) + " × " + std::to_string(height)});
    }
  }
  return problems;
}

std::optional<Box> box_at(const TrackOfBoxes& track, Instant time) {
  const auto& keyframes = track.keyframes;
  const auto next = std::upper_bound(keyframes.begin(), keyframes.end(), time, [](Instant at, const Keyframe& one) { return at < one.time; });
  if (next == keyframes.begin()) return std::nullopt;
  const auto& before = *(next - 1);
  if (!before.box) return std::nullopt;
  const auto as_box = [](const std::array<int, 4>& it) {
    return Box{static_cast<double>(it[0]), static_cast<double>(it[1]), static_cast<double>(it[2]), static_cast<double>(it[3])};
  };
  const auto from = as_box(*before.box);
  if (before.time == time) return from;
  if (next == keyframes.end()) return std::nullopt;
  if (!next->box) return from;  // it stays where it was until the moment where it ends
  const auto to = as_box(*next->box);
  const auto part = static_cast<double>((time - before.time).count()) / static_cast<double>((next->time - before.time).count());
  const auto mix = [part](double a, double b) { return a + (b - a) * part; };
  return Box{mix(from.x, to.x), mix(from.y, to.y), mix(from.width, to.width), mix(from.height, to.height)};
}

std::vector<Interval> without_box(const Plan& plan, const Interval& span) {
  std::vector<Interval> boxed;
  for (const auto& track : plan.tracks)
    for (std::size_t k = 1; k < track.keyframes.size(); ++k)
      if (track.keyframes[k - 1].box) boxed.push_back({track.keyframes[k - 1].time, track.keyframes[k].time});
  std::sort(boxed.begin(), boxed.end(), [](const Interval& a, const Interval& b) { return a.from < b.from; });
  std::vector<Interval> bare;
  Instant at = span.from;
  for (const auto& box : boxed) {
    if (box.from >= span.to) break;
    if (box.from > at) bare.push_back({at, box.from});
    at = std::max(at, box.to);
  }
  if (at < span.to) bare.push_back({at, span.to});
  return bare;
}

}  // namespace tenure::disclosure::redaction
