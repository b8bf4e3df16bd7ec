// Whether a plan is for what is exported. Every problem at once, before the ledger or the receiver hears of it.
#pragma once
#include "disclosure/export.h"

namespace tenure::disclosure {

// Throws Error{usage} with all problems.
void check_plan_is_for(const redaction::Plan& plan, const SpanRequest& request);
void check_plan_is_for(const redaction::Plan& plan, const SegmentId& call);
void check_plan_fits(const redaction::Plan& plan, int width, int height);
// What is allowed and still worth saying.
void note_plan(const redaction::Plan& plan, const SpanRequest& request, std::vector<std::string>& notes);

}  // namespace tenure::disclosure
