// The changed rights that were last in force, so that every change of them stands in the ledger.
#pragma once
#include "config/access.h"
#include "storage/people/people.h"

namespace tenure::daemon {

// "partner: play-calls = yes", in order; one line each.
std::string rights_text(std::vector<config::RightOverride> changes);
// Writes the entry when they differ from those recorded last.
void record_rights(storage::People& people, const std::vector<config::RightOverride>& changes, Instant at);

}  // namespace tenure::daemon
