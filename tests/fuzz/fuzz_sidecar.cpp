// Sidecars come from the telephone system, and from whoever may write into its folder.
#include <cstdlib>

#include "ingest/telephony/sidecar.h"
#include "ingest/telephony/times.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  const auto result = ingest::parse_sidecar({data, size});
  if (result.problems.size() > 20) std::abort();
  if (!result.ok()) return 0;
  const auto& sidecar = result.sidecar;
  if (sidecar.start && *sidecar.start < ingest::kEarliestCall) std::abort();  // would be deleted the moment it came
  if (sidecar.start && sidecar.ended && *sidecar.ended < *sidecar.start) std::abort();
  for (const auto& pause : sidecar.pauses)
    if (pause.from_ms < 0 || pause.to_ms <= pause.from_ms) std::abort();
  if (sidecar.text.size() != size) std::abort();
  return 0;
}
