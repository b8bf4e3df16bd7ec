// Fields that a document names twice in one object. A JSON reader keeps one of them and says nothing; here a box that
// somebody meant to hide could be the one that is lost. Pure.
#pragma once
#include "disclosure/redaction/plan.h"

namespace tenure::disclosure::redaction {

// `json` has been parsed once without an error. At most 100 problems.
PlanProblems given_twice(std::string_view json);

}  // namespace tenure::disclosure::redaction
