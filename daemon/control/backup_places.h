// What backup verbs and doctor say alike of where backups lie.
#pragma once
#include "daemon/control/verbs.h"

namespace tenure::daemon {

std::vector<std::string> poor_backup_places(const Call& call, const storage::BackupStatus& status);

}  // namespace tenure::daemon
