#include "disclosure/plan_fit.h"

#include "base/error.h"

namespace tenure::disclosure {

namespace {
using redaction::Plan;
using redaction::PlanProblem;

// Keyframes are in order again by here even if a caller built the plan itself: the worker's boxes depend on it.
void check_order(const Plan& plan, std::vector<PlanProblem>& problems) {
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const auto& keyframes = plan.tracks[t].keyframes;
    for (std::size_t k = 1; k < keyframes.size(); ++k) {
      if (keyframes[k].time > keyframes[k - 1].time) continue;
      problems.push_back({"tracks[" + std::to_string(t) + "].keyframes[" + std::to_string(k) + "].time", "is not later than the moment before it"});
    }
  }
}

void throw_if_any(const std::vector<PlanProblem>& problems) {
  if (problems.empty()) return;
  std::string text = "The redaction plan cannot be used:";
  for (const auto& one : problems) text += " " + one.field + " " + one.text + ";";
  text.back() = '.';
  throw Error(ErrorKind::usage, text);
}
}  // namespace

void check_plan_is_for(const Plan& plan, const SpanRequest& request) {
  std::vector<PlanProblem> problems;
  if (!plan.call.empty()) problems.push_back({"call", "names a call, but camera " + request.source + " is to be exported"});
  if (plan.call.empty() && plan.source != request.source) problems.push_back({"source", "is " + plan.source + ", but " + request.source + " is to be exported"});
  if (plan.fill == redaction::Fill::plate) problems.push_back({"fill", "\"plate\" is not available in this version: use \"solid\""});
  if (plan.mode == redaction::Mode::cover && plan.tracks.empty()) problems.push_back({"tracks", "is empty: a cover plan without a box would hide nothing"});
  check_order(plan, problems);
  throw_if_any(problems);
  if (plan.mode == redaction::Mode::cover && redaction::without_box(plan, request.span) == std::vector<Interval>{request.span})
    throw_if_any({{"tracks", "have no box between " + to_rfc3339(request.span.from) + " and " + to_rfc3339(request.span.to) +
                                 ", so the copy would hide nothing: check the moments' dates and time zone, and give each box two moments"}});
}

void check_plan_is_for(const Plan& plan, const SegmentId& call) {
  std::vector<PlanProblem> problems;
  const auto named = SegmentId::parse(plan.call);
  if (!plan.source.empty()) problems.push_back({"source", "names camera " + plan.source + ", but call " + call.text() + " is to be exported"});
  if (plan.source.empty() && named != call) problems.push_back({"call", "is not the call to be exported, " + call.text()});
  if (!plan.tracks.empty()) problems.push_back({"tracks", "are boxes, and a call has no pictures"});
  for (std::size_t i = 0; i < plan.mute.size(); ++i) {
    if (plan.mute[i].from_ms < 0 || plan.mute[i].to_ms <= plan.mute[i].from_ms) problems.push_back({"mute[" + std::to_string(i) + "]", "ends before it begins"});
  }
  throw_if_any(problems);
}

void check_plan_fits(const Plan& plan, int width, int height) { throw_if_any(redaction::check_plan(plan, width, height)); }

// Where a cover plan hides nothing: it may be right, and somebody must look.
void note_bare(const Plan& plan, const SpanRequest& request, std::vector<std::string>& notes) {
  constexpr std::size_t kMostNamed = 20;
  const auto bare = redaction::without_box(plan, request.span);
  for (std::size_t i = 0; i < bare.size() && i < kMostNamed; ++i)
    notes.push_back("NOTHING IS COVERED between " + to_rfc3339(bare[i].from) + " and " + to_rfc3339(bare[i].to) + ": look at these pictures");
  if (bare.size() > kMostNamed) notes.push_back("nothing is covered in " + std::to_string(bare.size() - kMostNamed) + " further stretches");
}

void note_plan(const Plan& plan, const SpanRequest& request, std::vector<std::string>& notes) {
  bool outside = false;
  for (const auto& track : plan.tracks) {
    for (const auto& keyframe : track.keyframes) outside = outside || keyframe.time < request.span.from || keyframe.time > request.span.to;
  }
  if (outside) notes.push_back("the plan has moments outside the span; they count only for the boxes between them");
  if (plan.mode == redaction::Mode::cover) note_bare(plan, request, notes);
  if (plan.mode == redaction::Mode::subject && plan.tracks.empty()) notes.push_back("the plan has no box, so every picture is hidden wholly");
  if (!plan.mute.empty()) notes.push_back("a redacted copy carries no camera sound at all, so the plan's mute intervals have nothing to do");
}

}  // namespace tenure::disclosure
