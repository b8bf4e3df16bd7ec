// Says in the log, at each start, when this machine may not forget an erased key.
#pragma once
#include "config/settings.h"
#include "storage/keys/key_rotation.h"

namespace tenure::daemon {

void warn_of_disk(const config::Settings& settings, const storage::KeyStatus& keys);

}  // namespace tenure::daemon
