// Whether a plan is for what is exported. Every problem at once, before the ledger or the receiver hears of it.
#pragma once
#include "base/error.h"
#include "disclosure/export.h"

namespace tenure::disclosure {

// What was wrong with the plan as it was read, and what makes it no plan for this. Throws at once if there was nothing
// to read.
redaction::PlanProblems plan_problems(const redaction::PlanResult& read, const SpanRequest& request);
redaction::PlanProblems plan_problems(const redaction::PlanResult& read, const SegmentId& call);
// Throws Error{usage} with all of them, and `besides`; nothing if there is none.
void throw_if_any(const redaction::PlanProblems& problems, const std::string& besides = {});
// What is allowed and still worth saying.
void note_plan(const redaction::Plan& plan, const SpanRequest& request, std::vector<std::string>& notes);

// Looks for the recording that a plan is for. When that fails, the plan's own problems are told in the same breath.
template <typename Look>
auto find_for_plan(const redaction::PlanProblems& problems, Look look) {
  try {
    return look();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::unavailable) throw_if_any(problems, error.message());
    throw;
  }
}

}  // namespace tenure::disclosure
