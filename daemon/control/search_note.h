// The ledger's entry for a search that tells of calls: who looked for whom is a question that gets asked.
#pragma once
#include "daemon/control/verbs.h"

namespace tenure::daemon {

// `by`: which arguments were searched by, never what they were. With the reason and case given now, else the login's.
// Before the answer: throws when it cannot be written (I13).
void note_search(const Call& call, const std::string& act, const std::vector<std::string>& by, std::uint64_t found);

}  // namespace tenure::daemon
