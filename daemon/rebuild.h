// `tenured --rebuild`, and what a start does when the catalogue is gone: the same, so that recording begins again
// without anybody being there. Only while no other tenured runs on the state directory.
#pragma once
#include <string>

#include "config/settings.h"

namespace tenure::daemon {

// What was rebuilt, as one JSON document. Throws Error{refused} when the catalogue is sound.
std::string rebuild(const config::Settings& settings);
void rebuild_if_missing(const config::Settings& settings);

}  // namespace tenure::daemon
