// Redaction plans come from a file somebody sends.
#include <cstdlib>

#include "disclosure/redaction/pixel_boxes.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tenure;
  namespace redaction = disclosure::redaction;
  const auto result = redaction::parse_plan(as_text({data, size}));
  if (!result.problems.empty()) return 0;
  if (!redaction::check_plan(result.plan, 1920, 1080).empty()) return 0;
  for (const auto& track : result.plan.tracks) {
    if (track.keyframes.size() > 100) break;
    for (const auto& keyframe : track.keyframes) {
      for (const auto& box : redaction::pixel_boxes(result.plan, keyframe.time + Millis(20), 1920, 1080)) {
        if (box.x + box.width > 1920 || box.y + box.height > 1080 || box.width == 0 || box.height == 0) std::abort();
      }
    }
  }
  return 0;
}
