// `tenured --rebuild`, and what a start does when the catalogue is gone: the same, so that recording begins again
// without anybody being there. Only while no other tenured runs on the state directory.
#pragma once
#include <string>

#include "base/clock.h"
#include "config/settings.h"

namespace tenure::daemon {

// What was rebuilt, as one JSON document. Throws Error{refused} when the catalogue is sound.
std::string rebuild(const config::Settings& settings);
void rebuild_if_missing(const config::Settings& settings);
// Throws Error{refused} when another user owns the state folder: what we made there the daemon could not open.
void must_own(const Path& state);
// The clock of a start that has no catalogue to ask: what the ledger's files prove, when its own mark is lost.
void prove_time(SystemClock& clock, const Path& state);

}  // namespace tenure::daemon
