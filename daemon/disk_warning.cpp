#include "daemon/disk_warning.h"

#include "base/log.h"
#include "storage/keys/erasure_level.h"

namespace tenure::daemon {

void warn_of_disk(const config::Settings& settings, const storage::KeyStatus& keys) {
  const auto judged = storage::judge_erasure(storage::machine_facts(settings.storage.path), keys.place.find("credential") != std::string::npos, keys.generation > 1);
  if (judged.verdict != "good") log_warning("event=erased-keys-may-remain file_system=\"{}\"", judged.text);
  for (const auto& warning : judged.warnings) log_warning("event=erased-keys-may-remain cause=\"{}\"", warning);
}

}  // namespace tenure::daemon
