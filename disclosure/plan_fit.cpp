#include "disclosure/plan_fit.h"

#include <algorithm>

#include "base/log.h"

namespace tenure::disclosure {

namespace {
using redaction::Plan;
using redaction::PlanProblems;
using redaction::PlanResult;

// Also for a plan that was not read from a document: the worker's boxes depend on the order.
void check_order(const Plan& plan, PlanProblems& problems) {
  for (std::size_t t = 0; t < plan.tracks.size(); ++t) {
    const auto& keyframes = plan.tracks[t].keyframes;
    for (std::size_t k = 1; k < keyframes.size(); ++k) {
      if (keyframes[k].time > keyframes[k - 1].time) continue;
      problems.push_back({redaction::place_of(t, k, "time"), "is not later than the moment before it"});
    }
  }
}

// Only of boxes that could be read: a plan that hides something but for a slip is not told that it hides nothing.
void check_hides_something(const Plan& plan, const SpanRequest& request, PlanProblems& problems) {
  if (plan.mode != redaction::Mode::cover) return;
  if (std::ranges::any_of(problems, [](const auto& one) { return one.field.starts_with("track"); })) return;
  if (plan.tracks.empty()) {
    problems.push_back({"tracks", "is empty: a cover plan without a box would hide nothing"});
  } else if (redaction::without_box(plan, request.span) == std::vector<Interval>{request.span}) {
    problems.push_back({"tracks", "have no box between " + to_rfc3339(request.span.from) + " and " + to_rfc3339(request.span.to) +
                                      ", so the copy would hide nothing: check the moments' dates and time zone, and give each box two moments"});
  }
}
}  // namespace

void throw_if_any(const PlanProblems& problems, const std::string& besides) {
  if (problems.empty()) return;
  constexpr std::size_t kLongest = 8'000;
  std::string text = "plan: cannot be used:";
  for (std::size_t i = 0; i < problems.size(); ++i) {
    if (text.size() > kLongest) {
      text += "\n- and " + std::to_string(problems.size() - i) + " more";
      break;
    }
    text += "\n- " + problems[i].field + (problems[i].field.empty() ? "" : ": ") + problems[i].text;
  }
  if (!besides.empty()) text += "\nBesides: " + besides;
  throw Error(ErrorKind::usage, text);
}

PlanProblems plan_problems(const PlanResult& read, const SpanRequest& request) {
  const auto& plan = read.plan;
  auto problems = read.problems;
  if (!read.is_document) throw_if_any(problems);
  if (!plan.call.empty()) problems.push_back({"call", "names a call, but camera " + request.source + " is to be exported"});
  const bool told = !read.problems.empty() && plan.source.empty();  // that it names nothing
  if (plan.call.empty() && plan.source != request.source && !told)
    problems.push_back({"source", "is " + log_safe(plan.source) + ", but " + request.source + " is to be exported"});
  if (plan.fill == redaction::Fill::plate) problems.push_back({"fill", "\"plate\" is not available in this version: use \"solid\""});
  if (read.problems.empty()) check_order(plan, problems);
  check_hides_something(plan, request, problems);
  return problems;
}

PlanProblems plan_problems(const PlanResult& read, const SegmentId& call) {
  const auto& plan = read.plan;
  auto problems = read.problems;
  if (!read.is_document) throw_if_any(problems);
  if (!plan.source.empty()) problems.push_back({"source", "names camera " + log_safe(plan.source) + ", but call " + call.text() + " is to be exported"});
  const bool told = !read.problems.empty() && plan.call.empty();
  if (plan.source.empty() && SegmentId::parse(plan.call) != call && !told) problems.push_back({"call", "is not the call to be exported, " + call.text()});
  if (!plan.tracks.empty()) problems.push_back({"tracks", "are boxes, and a call has no pictures"});
  for (std::size_t i = 0; read.problems.empty() && i < plan.mute.size(); ++i) {
    if (plan.mute[i].from_ms < 0 || plan.mute[i].to_ms <= plan.mute[i].from_ms) problems.push_back({"mute " + std::to_string(i + 1), "ends before it begins"});
  }
  return problems;
}

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
