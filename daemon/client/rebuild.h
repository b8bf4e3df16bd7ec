// `tenure rebuild`: runs the daemon's own program for it, as the user who asks, while no daemon runs.
#pragma once
#include <string>

namespace tenure::client {

// What `tenured --config FILE --rebuild` answers, JSON; its messages go to stderr. Throws Error.
std::string run_rebuild(const std::string& config);

}  // namespace tenure::client
