// The parts of the validation that stand in files of their own.
#pragma once
#include "config/section.h"

namespace tenure::config {

Camera read_camera(const Section& section);
Calls read_calls(const Section& section);
void read_access(const Section& section, Access& access);
void read_access_rights(const Section& section, Access& access);
// tenure-worker beside the running program, else ../libexec/tenure/tenure-worker from there.
Path default_worker();

}  // namespace tenure::config
