// The settings file: an administrator writes it, and a mistake there must never be more than a message.
#include <cstdlib>

#include "base/bytes.h"
#include "config/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  const auto result = config::parse_settings(std::string(as_text({data, size})), "/etc/tenure/tenure.toml");
  config::describe(result);
  for (const auto& problem : result.problems)
    if (problem.text.empty()) std::abort();
  if (!result.ok()) return 0;
  const auto& settings = result.settings;
  if (settings.vaults.empty() || settings.classes.size() < 2 || !settings.storage.path.is_absolute()) std::abort();
  for (const auto& cls : settings.classes)
    if (shortest(cls.period) <= Duration::zero()) std::abort();  // would delete everything
  for (const auto& camera : settings.cameras)
    if (camera.audio && (camera.audio_reason.empty() || camera.audio_dpia.empty())) std::abort();
  return 0;
}
